package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private int run(Object verb, Object... arguments) {
    var line =
        Main.commandLine(new Stop(), () -> Instant.EPOCH)
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
