package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `import` and `export` from the command line.
class FeedbackTest {

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void whatIsImportedIsExported() throws IOException {
    var data =
        file(
            "pairs.jsonl",
            "{\"prompt\":\"Say hi.\",\"chosen\":\"Hi!\",\"rejected\":\"No.\"}",
            "{\"prompt\":\"Count.\",\"chosen\":\"1 2 3\",\"rejected\":\"3\"}");
    assertThat(run("import", data)).isZero();
    assertThat(out.toString()).contains("rows read: 2", "new ranking: 2", "new prompt: 2");
    var written = folder.resolve("out.jsonl");
    assertThat(run("export", "--what", "preferences", written)).isZero();
    assertThat(Files.readAllLines(written))
        .containsExactlyInAnyOrderElementsOf(Files.readAllLines(data));
  }

  @Test
  void anotherWorkspaceTakesEverythingAsItIs() throws IOException {
    assertThat(run("import", file("a.jsonl", "{\"prompt\":\"Say hi.\",\"completion\":\"Hi!\"}")))
        .isZero();
    var everything = folder.resolve("all.jsonl");
    assertThat(run("export", everything)).isZero();
    assertThat(run("import", "--workspace", folder.resolve("second"), everything)).isZero();
    var again = folder.resolve("again.jsonl");
    assertThat(run("export", "--workspace", folder.resolve("second"), again)).isZero();
    assertThat(again).hasSameTextualContentAs(everything);
  }

  @Test
  void aBadLineIsNamedAndNothingIsImported() throws IOException {
    var data =
        file(
            "a.jsonl",
            "{\"prompt\":\"Say hi.\",\"completion\":\"Hi!\"}",
            "{\"prompt\":\"x\",\"completion\":3}");
    assertThat(run("import", data)).isEqualTo(2);
    assertThat(err.toString()).contains("a.jsonl:2: completion: expected");
    assertThat(run("import", "--skip-bad", data)).isZero();
    assertThat(out.toString()).contains("new demonstration: 1", "faults of the rows left out: 1");
  }

  @Test
  void anEmptyWorkspaceOrFileIsRefused() throws IOException {
    assertThat(run("export", folder.resolve("x.jsonl"))).isEqualTo(2);
    assertThat(err.toString()).contains("there is no workspace at");
    assertThat(run("import", file("empty.jsonl"))).isEqualTo(2);
    assertThat(run("import", folder.resolve("none.jsonl"))).isEqualTo(2);
    assertThat(err.toString()).contains("none.jsonl");
  }

  @Test
  void aWrongFormatListsTheKnownOnes() throws IOException {
    assertThat(run("import", "--format", "xml", file("a.jsonl", "{}"))).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains("--format").contains("COMPLETIONS");
  }

  @Test
  void inspectSaysWhatImportSaysAndEndsAlike() throws IOException {
    var good = file("a.jsonl", "{\"question\":\"Say hi.\",\"reply\":\"Hi!\",\"mood\":3}");
    assertThat(run("import", good)).isZero();
    var said = out.toString();
    assertThat(said)
        .contains("question_answer {question, answer}, because of the fields question, reply")
        .contains("fields not read, with their rows: mood (1)");
    out.getBuffer().setLength(0);
    assertThat(inspect(good)).isZero();
    assertThat(out).hasToString(said);
    assertThat(inspect(file("bad.jsonl", "{\"q\":1}"))).isEqualTo(2);
    assertThat(err.toString()).contains("found the field q");
  }

  @Test
  void nothingImportedIsNoSuccess() throws IOException {
    var bad = file("bad.jsonl", "{\"q\":1}", "{\"q\":2}");
    assertThat(run("import", "--skip-bad", bad)).isEqualTo(2);
    assertThat(out.toString()).contains("faults of the rows left out: 2", "nothing was imported");
    assertThat(inspect("--skip-bad", bad)).isEqualTo(2);
  }

  @Test
  void fieldsOfAnyNameAreMapped() throws IOException {
    var data =
        file("a.jsonl", "{\"ask\":{\"en\":\"Hi?\"},\"good\":\"Yes.\",\"poor\":\"No.\",\"who\":7}");
    assertThat(run("import", "--map", "prompt=ask.en,chosen=good,rejected=poor,labeler=who", data))
        .isZero();
    assertThat(out.toString()).contains("new ranking: 1", "new labeler: 1");
    assertThat(run("import", "--map", "promt=ask", data)).isEqualTo(2);
    assertThat(err.toString()).contains("--map: expected one of prompt");
  }

  @Test
  void consentIsStoredForUsersOrSaidToHaveNoEffect() throws IOException {
    var data = file("a.jsonl", "{\"prompt\":\"Hi?\",\"user\":\"u7\"}");
    assertThat(run("import", "--consent", "v1", data)).isZero();
    assertThat(out.toString()).contains("consent to v1 stored for the users of one row");
    var nobody = file("b.jsonl", "{\"prompt\":\"Ho?\"}");
    assertThat(run("import", "--consent", "v1", nobody)).isZero();
    assertThat(out.toString()).contains("--consent v1 had no effect");
    assertThat(run("import", file("c.jsonl", "{\"prompt\":\"Hm?\",\"user\":\"u8\"}"))).isZero();
    assertThat(out.toString()).contains("users are named in one row, whose consent is not stored");
  }

  @Test
  void inputMayBeAPipe() throws Exception {
    var pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    var row = "{\"prompt\":\"Say hi.\",\"completion\":\"Hi!\"}\n";
    var writer = Thread.ofVirtual().start(() -> write(pipe, row));
    assertThat(run("import", pipe)).isZero();
    writer.join();
    assertThat(out.toString()).contains("new demonstration: 1");
  }

  private static void write(Path file, String content) {
    try {
      Files.writeString(file, content, StandardOpenOption.WRITE);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private int inspect(Object... arguments) {
    return Main.run(
        Stream.concat(Stream.of("inspect"), Stream.of(arguments).map(String::valueOf))
            .toArray(String[]::new),
        Main.commandLine(new StopSignals(), () -> Instant.EPOCH)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true)));
  }

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private int run(Object verb, Object... arguments) {
    var line =
        Main.commandLine(new StopSignals(), () -> Instant.EPOCH)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    var words = Stream.of(arguments).map(String::valueOf).toList();
    var workspace =
        words.contains("--workspace")
            ? List.<String>of()
            : List.of("--workspace", folder.resolve("workspace").toString());
    return Main.run(
        Stream.of(List.of(verb.toString()), workspace, words)
            .flatMap(List::stream)
            .toArray(String[]::new),
        line);
  }
}
