package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The same two rows in every container. All files are called `data`, since the name must not
/// matter.
@Tag("slow")
final class ContainersTest {
  private static final String FIRST =
      "{\"prompt\": \"Wo? \ud83d\ude00\", \"completion\": \"Dort.\", \"labeler\": 7}";
  private static final String SECOND =
      "{\"prompt\": \"b\", \"completion\": \"c\", \"labeler\": 7.0}";
  private static final String LINES = FIRST + "\n" + SECOND + "\n";

  @TempDir Path folder;
  private Store store;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(folder.resolve("feedback.db"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1\n2",
        "[1, 2]",
        "[1]\n[2]",
        "{\"version\": \"1\", \"data\": [1, 2], \"n\": 3}",
        "{\n \"data\": [\n1,\n2\n]}",
        "{\"rows\": [{\"row_idx\": 0, \"row\": 1}, {\"row_idx\": 1, \"row\": 2}]}",
        "{\"prompt\": [\"Wo? \ud83d\ude00\", \"b\"], \"completion\": [\"Dort.\", \"c\"], \"labeler\": [7, 7]}",
        "{\"columns\": [\"prompt\", \"completion\", \"labeler\"], \"data\": [[\"Wo? \ud83d\ude00\", \"Dort.\", 7], [\"b\", \"c\", 7]]}",
        "prompt,completion,labeler\n\"Wo? \ud83d\ude00\",Dort.,7\nb,c,7\n",
        "prompt;completion;labeler\r\nWo? \ud83d\ude00;Dort.;7\r\nb;c;7",
        "prompt\tcompletion\tlabeler\nWo? \ud83d\ude00\tDort.\t7\nb\tc\t7"
      })
  void theFormOfATextFileIsDetected(String content) throws Exception {
    String pretty = SECOND.replace(", ", ",\n  ");
    String text =
        content.startsWith("{\"prompt")
                || content.contains("columns")
                || content.startsWith("prompt")
            ? content
            : content
                .replaceAll("(?<![\"\\w: ])1(?![\"\\w])|(?<=row\": )1", FIRST)
                .replaceAll(
                    "(?<![\"\\w:])2(?![\"\\w])",
                    content.matches("(?s)1.*|.1].*") ? SECOND : pretty);
    requireBoth(write(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-8, true",
    "UTF-16LE, true",
    "UTF-16BE, true",
    "UTF-16LE, false",
    "UTF-16BE, false"
  })
  void everyUnicodeIsRead(String charset, boolean mark) throws Exception {
    requireBoth(write(((mark ? "\ufeff" : "") + LINES).getBytes(Charset.forName(charset))));
  }

  @Test
  void compressedFilesAreRead() throws Exception {
    Path file = folder.resolve("data");
    try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(file))) {
      gzip.write(LINES.getBytes(StandardCharsets.UTF_8));
    }
    requireBoth(file);
    var _ = store.erase(Set.of("7"), Set.of(), List.of());
    requireBoth(write(Zstd.compress(LINES.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void eachFileOfAZipIsReadInItsOwnForm() throws Exception {
    Path file = folder.resolve("data");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      entry(zip, "one/rows.jsonl", LINES);
      entry(zip, "pairs.csv", "prompt,chosen,rejected\nq,a,b\n");
      entry(zip, "__MACOSX/._rows.jsonl", "junk");
    }
    ImportReport report = read(file);
    assertThat(report.formats().values())
        .containsExactlyInAnyOrder(Format.COMPLETIONS, Format.PREFERENCES);
    assertThat(report.added("demonstration")).isEqualTo(2);
    assertThat(report.added("ranking")).isEqualTo(1);
  }

  @Test
  void parquetIsReadWithItsListsAndNumbers() throws Exception {
    Path file = folder.resolve("data[1].parquet");
    try (var duck = DriverManager.getConnection("jdbc:duckdb:");
        var statement = duck.createStatement()) {
      statement.execute(
          "COPY (SELECT 12345678901234567 AS annotator, [{'role': 'user', 'content': 'q'},"
              + " {'role': 'assistant', 'content': 'a'}] AS chosen, [{'role': 'user', 'content':"
              + " 'q'}, {'role': 'assistant', 'content': 'b'}] AS rejected, 'nan'::DOUBLE AS margin)"
              + " TO '"
              + file
              + "' (FORMAT parquet)");
    }
    ImportReport report = read(file);
    assertThat(report.added("ranking")).isEqualTo(1);
    Ranking ranking = store.rankings(Filter.ALL).getFirst().item();
    assertThat(ranking.labeler()).isEqualTo("12345678901234567");
    assertThat(ranking.outputs()).extracting(Output::text).containsExactly("a", "b");
    byte[] whole = Files.readAllBytes(file);
    Path broken = write(Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> read(broken)).hasMessageContaining("found one that is broken");
  }

  @Test
  void aTableKeepsTheTextOfItsCells() throws Exception {
    ImportReport report =
        read(
            write(
                "prompt,completion,labeler,user\nq,\"\",007,\n\"two\nlines, \"\"q\"\"\",a,7,u\n"
                    .getBytes(StandardCharsets.UTF_8)));
    assertThat(report.added("demonstration")).isEqualTo(2);
    assertThat(store.labelers()).extracting(Labeler::id).containsExactly("007", "7");
    assertThat(store.prompts(Filter.ALL))
        .extracting(Prompt::text)
        .containsExactly("q", "two\nlines, \"q\"");
    assertThatThrownBy(() -> read(write("prompt,completion\nq\n".getBytes(StandardCharsets.UTF_8))))
        .hasMessageContaining("as many cells as the header has names, 2, found 1");
  }

  @ParameterizedTest
  @CsvSource({
    "'%PDF-1.4', a PDF",
    "'Once upon a time, there was a boat.', pretrain --text",
    "'<!DOCTYPE html><html>', a web page",
    "'SQLite format 3\0', a SQLite database",
    "'version https://git-lfs.github.com/spec/v1', git lfs pull"
  })
  void filesWithoutDataAreRefusedByTheirType(String begins, String told) throws Exception {
    Path file = write(begins.replace("\\0", "\0").getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> read(file))
        .hasMessageContaining("expected JSON lines, JSON, CSV, TSV or Parquet")
        .hasMessageContaining(told);
  }

  @Test
  void aMessageNamesNoPartOfTheProgram() throws Exception {
    Path file =
        write(
            "{\"prompt\": \"a\", \"completion\": \"b\"}\n{'prompt': 'c'}\nnope\n{\"a\": 1, \"a\": 2}\n{\"a\": \"\t\"}\n{\"a\n"
                .getBytes(StandardCharsets.UTF_8));
    BadRows refusal = catchThrowableOfType(BadRows.class, () -> read(file));
    assertThat(refusal)
        .hasMessageContaining("json.dumps")
        .hasMessageContaining("the key \"a\" twice")
        .hasMessageContaining("one that breaks off")
        .hasMessageNotContainingAny("Feature", "Exception", "com.", "java", "CTRL-CHAR", "token");
  }

  @Test
  void similarFaultsOfManyRowsAreReportedOnce() throws Exception {
    String rows = "{\"prompt\": 1, \"completion\": \"x\"}\n".repeat(100_000);
    Path file =
        write(
            ("{\"prompt\": \"a\", \"completion\": \"b\"}\n".repeat(200) + rows)
                .getBytes(StandardCharsets.UTF_8));
    BadRows refusal = catchThrowableOfType(BadRows.class, () -> read(file));
    assertThat(refusal.problems()).hasSize(1);
    assertThat(refusal).hasMessageContaining("because of 100000 faults:\n");
    assertThat(refusal).hasMessageContaining("(and 99999 more like it, up to line 100200)");
    Path unknown = write("{\"q\": 1}\n".repeat(300_000).getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> read(unknown))
        .hasMessageContaining("row: expected a row of a known form")
        .hasMessageContaining("found the field q (and 199 more like it, up to line 200)");
  }

  private void requireBoth(Path file) throws IOException {
    ImportReport report = read(file);
    assertThat(report.bad()).isEmpty();
    assertThat(store.demonstrations(Filter.ALL))
        .extracting(given -> given.prompt().text() + " " + given.item().response())
        .containsExactly("Wo? \ud83d\ude00 Dort.", "b c");
    assertThat(store.labelers()).extracting(Labeler::id).containsExactly("7");
  }

  private static void entry(ZipOutputStream zip, String name, String content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  private ImportReport read(Path file) throws IOException {
    return new Importer(store, ImportSettings.at(Samples.NOON)).read(file);
  }

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("data"), content);
  }
}
