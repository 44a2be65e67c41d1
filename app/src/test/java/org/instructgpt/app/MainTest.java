package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Command(name = "act", description = "Does what the test says.")
  record Act(ThrowingSupplier<Integer> deed) implements java.util.concurrent.Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      try {
        return deed.get();
      } catch (Exception | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void helpIsPrintedToStandardOutput() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Usage: instructgpt", "COMMAND", "Exit status");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theVersionNamesOursAndJavas() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("instructgpt ").contains("Java 2");
  }

  @Test
  void noCommandIsAMistakeOfTheUser() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("instructgpt: which command? (instructgpt --help explains it)\n");
  }

  @Test
  void anUnknownCommandOrFlagIsOneLine() {
    assertThat(run("--versoin")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("instructgpt: Unknown option: '--versoin'")
        .hasLineCount(1);
    assertThat(err.toString()).contains("--version");
  }

  @ParameterizedTest
  @CsvSource({
    "generate --modle m --in i --out o, --modle, --model",
    "generate --model m --in i --out o --temprature 0, --temprature, --temperature",
    "logprobs --in i --ot=o, --ot, --out",
    "pretrain --recpie r --text t, --recpie, --recipe",
    "pretrain --text t --recpie r, --recpie, --recipe",
    "sft --text t --workspcae w, --workspcae, --workspace",
    "pretrain --txet t, --txet, --text",
    "erase --workspcae w, --workspcae, --workspace",
    "import --skipbad f, --skipbad, --skip-bad"
  })
  void aMisspeltFlagIsNamedBeforeMissingOnesWithTheNearest(
      String command, String wrong, String right) {
    assertThat(run(command.split(" "))).isEqualTo(2);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains("Unknown option", "'" + wrong, "did you mean " + right + "?")
        .doesNotContain("Missing");
  }

  @Test
  void aMissingFlagIsStillNamed() {
    assertThat(run("generate", "--model", "m")).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required", "--in", "--out");
  }

  @Test
  void aNumberBelowZeroIsAValue() {
    assertThat(run("demo", "--seed", "-3", "--size", "huge")).isEqualTo(2);
    assertThat(err.toString()).contains("--size").doesNotContain("-3");
  }

  @Test
  void everyCommandBeginsWithAWholeSentenceAndEveryFlagEndsWithOne() {
    for (var command : line(new Act(() -> 0)).getSubcommands().values()) {
      var usage = command.getCommandSpec().usageMessage();
      assertThat(usage.description()[0]).as(command.getCommandName()).endsWith(".");
      assertThat(String.join(" ", usage.description())).endsWith(".");
      for (var option : command.getCommandSpec().options()) {
        var text = String.join(" ", option.description());
        assertThat(text).as(command.getCommandName() + option.longestName()).endsWith(".");
      }
    }
  }

  @Test
  void whatCannotBeWrittenToStandardOutputIsAFailure() throws IOException {
    try (var full = new StandardOutput(new FileOutputStream("/dev/full"))) {
      var line = line(new Act(() -> 0)).setOut(full.writer());
      int status = Main.run(new String[] {"--help"}, line);
      assertThat(Main.written(status, full, line)).isEqualTo(1);
      assertThat(err.toString()).contains("standard output could not be written: No space left");
    } catch (IOException closing) {
      assertThat(closing).hasMessageContaining("No space left");
    }
  }

  @Test
  void aMistakeOfTheUserExitsWith2AndItsMessageOnly() {
    assertThat(
            act(() -> {
              throw new IllegalArgumentException("data.jsonl, line 3: prompt: expected a string");
            }))
        .isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("instructgpt act: data.jsonl, line 3: prompt: expected a string\n");
  }

  @Test
  void aFailureOfOursExitsWith1AndSaysHowToSeeMore() {
    assertThat(
            act(() -> {
              throw new IllegalStateException("the tensor has no data\nat c10::Error");
            }))
        .isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "instructgpt act: internal error: IllegalStateException: the tensor has no data"
                + " (--stacktrace shows where)\n");
  }

  @Test
  void anErrorOfTheMachineIsToldToo() {
    assertThat(
            act(() -> {
              throw new UnsatisfiedLinkError("no jnitorch in java.library.path");
            }))
        .isEqualTo(1);
    assertThat(err.toString()).contains("no jnitorch").hasLineCount(1);
  }

  @Test
  void aStackTraceIsPrintedWhenAskedFor() {
    var line = line(new Act(MainTest::fail));
    assertThat(Main.run(new String[] {"act", "--stacktrace"}, line)).isEqualTo(1);
    assertThat(err.toString()).contains("\tat org.instructgpt.app.MainTest.fail");
  }

  @Test
  void whatTheUserCanPutRightIsAMistakeOfTheUser() {
    assertComplaint(new NoSuchFileException("x.yaml"), 2, "there is no file x.yaml");
    assertComplaint(new AccessDeniedException("x.yaml"), 2, "no permission to open x.yaml");
    assertComplaint(new MalformedInputException(1), 2, "a text file is not UTF-8");
    assertComplaint(
        new UncheckedIOException(new NoSuchFileException("m")), 2, "there is no file m");
    assertComplaint(new FileSystemException("d", null, "Is a directory"), 2, "d: Is a directory");
  }

  @Test
  void aFullDiskIsNotAMistakeOfTheUser() {
    assertComplaint(
        new IOException("No space left on device"),
        1,
        "No space left on device (--stacktrace shows where)");
    assertComplaint(
        new FileSystemException("g.part", null, "No space left on device"),
        1,
        "g.part: No space left on device (--stacktrace shows where)");
    assertThat(ErrorMessage.about(new OutOfMemoryError("Java heap space")).status()).isEqualTo(1);
  }

  private static void assertComplaint(Throwable thrown, int status, String message) {
    assertThat(ErrorMessage.about(thrown)).isEqualTo(new ErrorMessage(status, message));
  }

  private static Integer fail() {
    throw new IllegalStateException("on purpose, in " + Path.of(""));
  }

  private int act(ThrowingSupplier<Integer> deed) {
    return Main.run(new String[] {"act"}, line(new Act(deed)));
  }

  private int run(String... arguments) {
    return Main.run(arguments, line(new Act(() -> 0)));
  }

  private CommandLine line(Act act) {
    return Main.commandLine(new StopSignals(), () -> Instant.EPOCH)
        .addSubcommand(act)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
  }
}
