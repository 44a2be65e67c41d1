package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Imports in general: faults, atomicity, repetition, containers.
@Tag("slow")
final class ImporterTest {
  @TempDir Path folder;
  private Store store;
  private final ImportSettings settings = ImportSettings.at(Samples.NOON);

  @BeforeEach
  void open() throws IOException {
    store = Store.open(folder.resolve("feedback.db"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void everyBadLineIsReportedWithItsFieldAndNothingIsImported() throws Exception {
    Path file =
        lines(
            "{\"prompt\": \"one\", \"completion\": \"1\"}",
            "{\"prompt\": \"two\"}",
            "",
            "{\"prompt\": 3, \"completion\": null}",
            "{\"prompt\": \"four\", ",
            "[\"five\"]",
            "{\"prompt\": \" \", \"completion\": \"6\"}",
            "{\"prompt\": \"seven\", \"completion\": \"7\", \"prompt\": \"again\"}",
            "{\"prompt\": \"eight\", \"completion\": \"8 \\ud800\"}");
    BadRows refusal =
        catchThrowableOfType(BadRows.class, () -> new Importer(store, settings).read(file));
    assertThat(refusal.problems())
        .extracting(RowProblem::line, RowProblem::field)
        .containsExactly(
            tuple(2, "completion"),
            tuple(4, "prompt"),
            tuple(4, "completion"),
            tuple(5, "row"),
            tuple(6, "row"),
            tuple(6, "prompt"),
            tuple(7, "prompt"),
            tuple(8, "row"),
            tuple(9, "completion"));
    assertThat(refusal)
        .hasMessageStartingWith("nothing was imported, because of 10 faults:")
        .hasMessageContaining(
            "rows.jsonl:2: completion: expected text, found nothing (and 1 more like it, up to line"
                + " 6)\n")
        .hasMessageContaining("rows.jsonl:4: prompt: expected text, found 3\n")
        .hasMessageContaining("rows.jsonl:4: completion: expected text, found null\n");
    assertThat(store.counts()).isEqualTo(new Store.Counts(0, 0, 0, 0, 0));
  }

  @Test
  void badLinesAreSkippedAndReportedIfSkippingIsChosen() throws Exception {
    Path file =
        lines(
            "{\"prompt\": \"one\", \"completion\": \"1\"}",
            "{\"prompt\": \"two\"}",
            "{\"prompt\": \"three\", \"completion\": \"3\"}");
    ImportReport report = new Importer(store, settings.skippingBad()).read(file);
    assertThat(report.rows()).isEqualTo(3);
    assertThat(report.added("demonstration")).isEqualTo(2);
    assertThat(report.bad()).extracting(RowProblem::line).containsExactly(2L);
    assertThat(store.demonstrations(Filter.ALL)).hasSize(2);
  }

  @Test
  void aBadFileStopsTheImportOfAllFiles() throws Exception {
    Path good = lines("{\"prompt\": \"one\", \"completion\": \"1\"}");
    Path bad = write("bad.jsonl", "{\"question\": \"one\", \"answer\": 1}\n");
    assertThatThrownBy(() -> new Importer(store, settings).read(List.of(good, bad)))
        .hasMessageContaining("bad.jsonl:1: answer: expected text, found 1");
    assertThat(store.counts().prompts()).isZero();
  }

  @Test
  void theSameFileTwiceAddsNothing() throws Exception {
    Path file =
        lines(
            "{\"prompt\": \"one\", \"chosen\": \"a\", \"rejected\": \"b\"}",
            "{\"prompt\": \"one\", \"chosen\": \"b\", \"rejected\": \"c\"}",
            "{\"prompt\": \"one\", \"chosen\": \"a\", \"rejected\": \"b\"}");
    ImportReport first = new Importer(store, settings).read(file);
    assertThat(first.added("ranking")).isEqualTo(2);
    assertThat(first.added("prompt")).isEqualTo(1);
    assertThat(first.duplicates()).isEqualTo(1);
    ImportSettings later = ImportSettings.at(Samples.NOON.plusSeconds(3600));
    ImportReport second = new Importer(store, later).read(file);
    assertThat(second.added()).isEmpty();
    assertThat(second.duplicates()).isEqualTo(3);
    assertThat(store.rankings(Filter.ALL)).hasSize(2);
  }

  @Test
  void arraysAndCompressedFilesAreReadLikeLines() throws Exception {
    String rows =
        "\ufeff [\n {\"prompt\": \"one\",\n \"completion\": \"1\"},\n"
            + " {\"prompt\": \"two\",\n \"completion\": 2}\n]\n";
    Path array = write("rows.json", rows);
    assertThatThrownBy(() -> new Importer(store, settings).read(array))
        .hasMessageContaining("rows.json:4: [1].completion: expected text, found 2");
    Path compressed = folder.resolve("rows.json.gz");
    try (var gzip = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      gzip.write(rows.replace("2}", "\"2\"}").getBytes(StandardCharsets.UTF_8));
    }
    assertThat(new Importer(store, settings).read(compressed).added("demonstration")).isEqualTo(2);
    Path lines = folder.resolve("lines.jsonl.gz");
    try (var gzip = new GZIPOutputStream(Files.newOutputStream(lines))) {
      gzip.write(
          "\ufeff{\"prompt\": \"three\"}\r\n\r\n{\"prompt\": \"four\"}"
              .getBytes(StandardCharsets.UTF_8));
    }
    assertThat(new Importer(store, settings).read(lines).added("prompt")).isEqualTo(2);
  }

  @Test
  void aFileThatBreaksOffIsRefused() throws Exception {
    Path array = write("rows.json", "[{\"prompt\": \"one\"},\n{\"prompt\": \"two\"");
    assertThatThrownBy(() -> new Importer(store, settings).read(array))
        .hasMessageContaining("rows.json:2: row: expected JSON up to the end of the file");
    Path more = write("more.json", "[{\"prompt\": \"one\"}] {\"prompt\": \"two\"}");
    assertThatThrownBy(() -> new Importer(store, settings).read(more))
        .hasMessageContaining("expected the end of the file, found more after the ]");
    Path whole = folder.resolve("rows.jsonl.gz");
    try (var gzip = new GZIPOutputStream(Files.newOutputStream(whole))) {
      for (int i = 0; i < 2000; i++) {
        gzip.write(
            ("{\"prompt\": \"number " + i * 7919 + "\"}\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(whole, Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> new Importer(store, settings).read(whole))
        .hasMessageContaining("row: expected a whole gzip file, found one that breaks off here");
  }

  @Test
  void aFileWithoutRowsOrNoFileIsRefused() throws Exception {
    Path empty = lines("", " ");
    assertThatThrownBy(() -> new Importer(store, settings).read(empty))
        .hasMessageContaining("rows.jsonl:1: row: expected at least one row, found none");
    assertThatThrownBy(() -> new Importer(store, settings).read(folder.resolve("none.jsonl")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none.jsonl: expected a file to read, found none");
    assertThatThrownBy(() -> new Importer(store, settings).read(folder))
        .hasMessageContaining("found a folder");
  }

  @Test
  void aLineThatIsNotUtf8IsAFault() throws Exception {
    Path file = folder.resolve("rows.jsonl");
    Files.write(
        file, "{\"prompt\": \"caf\u00e9\"}\n\"two\"\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> new Importer(store, settings).read(file))
        .hasMessageContaining("rows.jsonl:1: row: expected UTF-8, found bytes that are not");
  }

  @Test
  void theFaultOfAnUnknownRowNamesTheKnownForms() throws Exception {
    Path file = lines("{\"prompt\": \"one\", \"melody\": \"la\"}");
    assertThatThrownBy(() -> new Importer(store, settings).read(file))
        .hasMessageContaining("rows.jsonl:1: row: expected a row of a known form")
        .hasMessageContaining("--map response=melody")
        .hasMessageContaining("found the fields prompt, melody");
  }

  @Test
  void aFileOfPromptsMustNotLoseCompletionsSilently() throws Exception {
    Path file = lines("{\"prompt\": \"one\"}", "{\"prompt\": \"two\", \"completion\": \"2\"}");
    assertThatThrownBy(() -> new Importer(store, settings).read(file))
        .hasMessageContaining("rows.jsonl:2: row: expected a prompt alone")
        .hasMessageContaining("found a row of the format completions");
    assertThat(new Importer(store, settings.of(Format.PROMPTS)).read(file).added("prompt"))
        .isEqualTo(2);
  }

  @Test
  void importedPromptsOfAUserShareASplit() throws Exception {
    String[] rows = new String[40];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = "{\"prompt\": \"prompt " + i + "\", \"user\": \"u" + i % 10 + "\"}";
    }
    var halves = settings.split(new Split.Fractions(0.5, 0.25, 0.25));
    new Importer(store, halves).read(lines(rows));
    var splits =
        store.prompts(Filter.ALL).stream()
            .map(prompt -> prompt.user().orElseThrow() + " " + prompt.split())
            .distinct();
    assertThat(splits).hasSize(10);
    assertThat(store.prompts(Filter.ALL.in(Split.TRAIN))).hasSizeBetween(1, 39);
  }

  @Test
  void theLabelerIsNamedByTheRowElseByTheSettings() throws Exception {
    Path file =
        lines(
            "{\"prompt\": \"one\", \"completion\": \"1\", \"labeler\": \"ann\"}",
            "{\"prompt\": \"two\", \"completion\": \"2\"}");
    new Importer(store, settings.by("bob", Labeler.Pool.HELD_OUT)).read(file);
    assertThat(store.labelers())
        .containsExactly(new Labeler("ann", Labeler.Pool.HELD_OUT), Samples.BOB);
    assertThat(store.demonstrations(Filter.ALL.by("ann"))).hasSize(1);
  }

  private static org.assertj.core.groups.Tuple tuple(long line, String field) {
    return org.assertj.core.groups.Tuple.tuple(line, field);
  }

  private Path lines(String... lines) throws IOException {
    return write("rows.jsonl", String.join("\n", lines));
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
