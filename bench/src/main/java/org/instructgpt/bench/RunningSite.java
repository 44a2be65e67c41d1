package org.instructgpt.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A running [LabelSite] process.
record RunningSite(Process program, int port) implements AutoCloseable {

  /// Starts the process and returns when the site answers.
  ///
  /// @param port 0 for a free one
  /// @param options of the Java virtual machine
  static RunningSite start(String store, int port, List<String> options) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC"));
    command.addAll(options);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            LabelSite.class.getName(),
            store,
            "" + port));
    var program =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = program.inputReader().readLine();
    if (said == null || !said.startsWith("up ")) {
      program.destroyForcibly();
      throw new IllegalStateException("expected the site to be up, it said: " + said);
    }
    return new RunningSite(program, Integer.parseInt(said.substring("up ".length())));
  }

  /// Kills the process as `kill -9` does and waits until it has ended.
  void kill() {
    program.destroyForcibly();
    join();
  }

  /// The processor time used so far.
  Duration processorTime() {
    return program.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /// The resident memory in megabytes; 0 if the system does not report it.
  long resident() throws IOException {
    Path status = Path.of("/proc/" + program.pid() + "/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0L);
  }

  /// Ends the process after the calls under way.
  @Override
  public void close() throws IOException {
    program.getOutputStream().close();
    join();
  }

  private void join() {
    try {
      program.waitFor();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
