package org.instructgpt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The command `instructgpt` in a process of its own, as the launcher starts it.
///
/// @param folder where it runs and where its output goes
/// @param threads that it computes with; for tiny models one takes half the time of two
record Command(Path folder, int threads) {
  private static final int LONGEST_MINUTES = 5;

  /// The class path of the test without its own classes.
  private static final List<String> JARS =
      Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .filter(entry -> !Path.of(entry).startsWith(Path.of("target").toAbsolutePath()))
          .toList();

  Command(Path folder) {
    this(folder, 1);
  }

  /// Starts it.
  Process start(List<String> arguments) throws IOException {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(keptClasses());
    line.addAll(
        List.of(
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dorg.bytedeco.openblas.load=mkl",
            "-Dorg.bytedeco.javacpp.maxBytes=0",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-cp",
            String.join(File.pathSeparator, JARS),
            "org.instructgpt.app.Main"));
    line.addAll(arguments);
    var builder = new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("OMP_NUM_THREADS", String.valueOf(threads));
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()));
    return builder.start();
  }

  /// What the first process of a folder has loaded of the classes, the next ones start with, in
  /// half the time. The JVM can do that with jars only, which a build of all modules has.
  private List<String> keptClasses() {
    return JARS.stream().map(Path::of).anyMatch(Files::isDirectory)
        ? List.of()
        : List.of(
            "-XX:+AutoCreateSharedArchive",
            "-XX:SharedArchiveFile=" + folder.resolve("classes.jsa"),
            "-Xlog:cds*=off");
  }

  /// Runs it to its end.
  ///
  /// @return the exit status
  int run(List<String> arguments) throws Exception {
    var process = start(arguments);
    assertThat(process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES))
        .as("%s ends", arguments)
        .isTrue();
    return process.exitValue();
  }

  /// Runs it to its end, which must be a good one.
  void succeed(List<String> arguments) throws Exception {
    assertThat(run(arguments)).as("%s%n%s", arguments, said()).isZero();
  }

  /// Everything that was printed so far.
  String said() throws IOException {
    return Files.exists(output()) ? Files.readString(output()) : "";
  }

  private Path output() {
    return folder.resolve("output.txt");
  }
}
