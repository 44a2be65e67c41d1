package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/// A program of somebody else that has run.
///
/// @param code its exit status
/// @param told what it printed
record ForeignProgram(int code, String told) {
  private static final Duration MOST = Duration.ofMinutes(4);

  /// Runs a program to its end, without the settings of OpenAI's clients that somebody may have in
  /// the environment.
  ///
  /// @param folder in which it runs
  static ForeignProgram run(Path folder, List<String> command)
      throws IOException, InterruptedException {
    var told = Files.createTempFile("told", ".txt");
    try {
      var builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_"));
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      var process = builder.redirectErrorStream(true).redirectOutput(told.toFile()).start();
      process.getOutputStream().close();
      if (!process.waitFor(MOST.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command.getFirst() + " did not end: " + Files.readString(told));
      }
      return new ForeignProgram(process.exitValue(), Files.readString(told));
    } finally {
      Files.delete(told);
    }
  }

  /// What it printed, when all went well.
  String succeeded() {
    assertThat(code).as(told).isZero();
    return told;
  }

  /// Asserts that it said "ok" of a check.
  void assertOk(String check) {
    assertThat(told.lines()).as(told).contains("ok " + check);
  }

  /// The program of the path with a name.
  ///
  /// @throws TestAbortedException if there is none
  static String named(String name) {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElseThrow(() -> new TestAbortedException("skipped: there is no " + name + " on PATH"));
  }

  /// Ends a test for which something could not be downloaded: it fails where `CI` is set, and is
  /// skipped elsewhere.
  RuntimeException notDownloaded(String what) {
    var message = "%s could not be downloaded: %s".formatted(what, told);
    return Optional.ofNullable(System.getenv("CI")).orElse("").isEmpty()
        ? new TestAbortedException("skipped: " + message)
        : new IllegalStateException(message);
  }
}
