package org.instructgpt.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A [LabelSite] that runs.
record RunningSite(Process program, int port) implements AutoCloseable {

  /// Starts one; it answers when this returns.
  ///
  /// @param port 0 for a free one
  /// @param options of its Java
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

  /// `kill -9`, and until it is dead.
  void kill() {
    program.destroyForcibly();
    join();
  }

  /// Processor time so far.
  Duration busy() {
    return program.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /// Megabytes of memory that it holds; 0 where the system does not say.
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

  /// Lets it end what is under way.
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
