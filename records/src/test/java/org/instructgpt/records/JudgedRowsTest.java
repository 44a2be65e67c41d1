package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Judgements of answers and refusals of consent are read in all their spellings.
final class JudgedRowsTest {
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

  @Test
  void aRowRejectedInProdigyIsNoDemonstration() throws Exception {
    ImportReport report =
        read(
            "{'prompt': 'a', 'response': 'x', 'answer': 'accept', '_input_hash': 1, '_annotator_id': 'kim'}",
            "{'prompt': 'b', 'response': 'y', 'answer': 'reject', '_input_hash': 2}",
            "{'prompt': 'c', 'response': 'z', 'answer': 'ignore', '_input_hash': 3}",
            "{'prompt': 'd', 'options': [{'id': 1, 'text': 'm'}, {'id': 2, 'text': 'n'}], 'accept':"
                + " [2], 'answer': 'accept', '_session_id': 'lee'}");
    assertThat(store.demonstrations(Filter.ALL)).isEmpty();
    assertThat(ratings()).extracting(Rating::quality).containsExactly(7, 1);
    assertThat(ratings()).extracting(Rating::labeler).containsExactly("kim", "unknown");
    assertThat(rankings().getFirst().ranks()).containsExactly(2, 1);
    assertThat(rankings().getFirst().labeler()).isEqualTo("lee");
    assertThat(report.notes())
        .containsEntry("rows that were passed over (answer: ignore), left out", 1L);
  }

  @Test
  void aThumbDownIsALowRating() throws Exception {
    var _ =
        read(
            "{'prompt': 'a', 'response': 'x', 'thumbs_down': true}",
            "{'prompt': 'b', 'response': 'y', 'thumbs_down': false}",
            "{'prompt': 'c', 'response': 'z', 'thumbs_up': false, 'thumbs_down': false}");
    assertThat(ratings()).extracting(Rating::quality).containsExactly(1, 7);
    assertThat(store.demonstrations(Filter.ALL)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'rating': 'excellent'",
        "'stars': '\u2605\u2605\u2606'",
        "'feedback': 'too long'",
        "'upvotes': 0, 'downvotes': 2"
      })
  void aJudgementThatIsNotUnderstoodMakesNoDemonstration(String judgement) throws Exception {
    String row = "{'prompt': 'a', 'response': 'x', " + judgement + "}";
    assertThat(refusal(row)).hasMessageContaining("--format completions");
    ImportSettings told = ImportSettings.at(Samples.NOON).of(Format.COMPLETIONS);
    assertThat(new Importer(store, told).read(lines(row)).added("demonstration")).isEqualTo(1);
  }

  @Test
  void rowsWithoutConsentAreNotImported() throws Exception {
    ImportSettings vouched = ImportSettings.at(Samples.NOON).withConsent();
    ImportReport report =
        new Importer(store, vouched)
            .read(
                lines(
                    "{'prompt': 'a', 'user_id': 'u1', 'consent': true}",
                    "{'prompt': 'b', 'user_id': 'u2', 'consent': false}",
                    "{'prompt': 'c', 'user_id': 'u3', 'opt_out': 1}"));
    assertThat(store.prompts(Filter.ALL)).extracting(Prompt::text).containsExactly("a");
    assertThat(report.notes())
        .containsEntry("rows that say that their user did not consent, left out", 2L);
    assertThat(report.unread()).isEmpty();
  }

  @Test
  void anImportWithConsentMakesAStoredPromptACustomersPrompt() throws Exception {
    String row = "{'prompt': 'a', 'user_id': 'u1'}";
    var _ = read(row);
    ImportSettings vouched = ImportSettings.at(Samples.NOON).withConsent();
    ImportReport report = new Importer(store, vouched).read(lines(row));
    assertThat(store.prompts(Filter.ALL))
        .extracting(Prompt::source)
        .containsExactly(Prompt.Source.CUSTOMER);
    assertThat(report.notes())
        .containsEntry("prompts that were stored before and are a customer's now", 1L);
  }

  @Test
  void listsWrittenAsTextInJsonLinesAreParsed() throws Exception {
    var _ =
        read(
            "{'prompt': '[\\'one\\',\\'two\\']', 'response_a': '[\\'a1\\',\\'a2\\']', 'response_b':"
                + " '[\\'b1\\',\\'b2\\']', 'winner_model_a': 0, 'winner_model_b': 1, 'winner_tie': 0}");
    assertThat(store.prompts(Filter.ALL)).extracting(Prompt::text).containsExactly("one");
    assertThat(rankings().getFirst().outputs())
        .extracting(Output::text)
        .containsExactly("a1\n\nHuman: two\n\nAssistant: a2", "b1\n\nHuman: two\n\nAssistant: b2");
  }

  @Test
  void anAnswerThatIsJsonStaysAsItIs() throws Exception {
    var _ = read("{'prompt': 'write a list', 'completion': '[\\'a\\', \\'b\\']'}");
    Path table = file("table.csv", "prompt,completion\nwrite json,\"{\"\"a\"\": 1}\"\n");
    var _ = new Importer(store, ImportSettings.at(Samples.NOON)).read(table);
    assertThat(store.demonstrations(Filter.ALL))
        .extracting(given -> given.item().response())
        .containsExactly("[\"a\", \"b\"]", "{\"a\": 1}");
  }

  @Test
  void tokensBesideTheirTextAreNoPrompt() throws Exception {
    var _ =
        read(
            "{'inputs': [1, 2], 'inputs_pretokenized': 'a', 'targets': [3], 'targets_pretokenized':"
                + " 'x', 'is_correct': false}");
    assertThat(ratings()).extracting(Rating::quality).containsExactly(1);
    assertThat(store.prompts(Filter.ALL)).extracting(Prompt::text).containsExactly("a");
  }

  @Test
  void ranksMayCountFromZeroAndWinsAreScores() throws Exception {
    var _ =
        read(
            "{'prompt': 'a', 'completions': ['x', 'y'], 'ranks': [1, 0]}",
            "{'prompt': 'b', 'responses': ['x', 'y', 'z'], 'wins': [0, 2, 1]}");
    assertThat(rankings())
        .extracting(Ranking::ranks)
        .containsExactly(List.of(2, 1), List.of(3, 1, 2));
  }

  @Test
  void theScaleInAnExportIsInferredFromAllItsAnnotations() throws Exception {
    String row =
        "{'fields': {'prompt': 'p', 'response': 'r%d'}, 'responses': [{'user_id': 'u', 'status':"
            + " 'submitted', 'values': {'rating': {'value': %d}}}]}";
    var _ = read(row.formatted(1, 1), row.formatted(2, 5));
    assertThat(ratings()).extracting(Rating::quality).containsExactly(1, 7);
  }

  @Test
  void theFaultOfAnUnknownFileSaysThatItWasNotReadToItsEnd() {
    BadRows refusal = refusal(Collections.nCopies(500, "{'foo': 1}").toArray(String[]::new));
    assertThat(refusal).hasMessageContaining("no further than its first 200 rows");
  }

  @Test
  void aBenchmarkWithChoicesIsRefusedAsOne() {
    assertThat(
            refusal(
                "{'premise': 'p', 'choice1': 'a', 'choice2': 'b', 'question': 'cause', 'label': 1}"))
        .hasMessageContaining("choices or labels")
        .hasMessageNotContainingAny("--map response=premise");
  }

  @Test
  void everySplitOfAFileOnOneLineIsRead() throws Exception {
    ImportReport report =
        read(
            "{'train': [{'prompt': 'a', 'completion': 'x'}], 'test': [{'prompt': 'b', 'completion':"
                + " 'y'}]}");
    assertThat(report.added("demonstration")).isEqualTo(2);
  }

  @Test
  void aQuoteThatIsNeverClosedIsAFault() throws Exception {
    Path table = file("table.csv", "prompt,response\na,\"x\nb,y\nc,z\n");
    Importer importer = new Importer(store, ImportSettings.at(Samples.NOON));
    assertThat(catchThrowableOfType(BadRows.class, () -> importer.read(table)))
        .hasMessageContaining("table.csv:2: row: expected CSV, found a quote that is not closed");
  }

  @Test
  void aTarArchiveIsNamed() throws Exception {
    byte[] tar = new byte[1024];
    System.arraycopy("rows.jsonl".getBytes(StandardCharsets.UTF_8), 0, tar, 0, 10);
    System.arraycopy("ustar".getBytes(StandardCharsets.UTF_8), 0, tar, 257, 5);
    Path packed = folder.resolve("rows.tar.gz");
    try (var gzip = new GZIPOutputStream(Files.newOutputStream(packed))) {
      gzip.write(tar);
    }
    Importer importer = new Importer(store, ImportSettings.at(Samples.NOON));
    assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> importer.read(packed)))
        .hasMessageContaining("a tar archive; unpack it");
  }

  @Test
  void aMappedFieldThatNoRowHasIsRefused() throws Exception {
    ImportSettings told = ImportSettings.at(Samples.NOON).named(Map.of("labeler", "ratr"));
    Path rows = lines("{'prompt': 'a', 'completion': 'x', 'rater': 'kim'}");
    Importer importer = new Importer(store, told);
    assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> importer.read(rows)))
        .hasMessageContaining("found ratr, which no row has");
    assertThat(store.counts().prompts()).isZero();
  }

  @Test
  void surplusCommasAreNamed() {
    assertThat(refusal("[{'prompt': 'a', 'completion': 'x'},", "]"))
        .hasMessageContaining("where a value is due before ]");
    assertThat(refusal("{'prompt': 'a', 'completion': 'x',}"))
        .hasMessageContaining("a comma before the closing }");
  }

  private BadRows refusal(String... rows) {
    return Optional.ofNullable(catchThrowableOfType(BadRows.class, () -> read(rows))).orElseThrow();
  }

  private ImportReport read(String... rows) throws IOException {
    return new Importer(store, ImportSettings.at(Samples.NOON)).read(lines(rows));
  }

  private Path lines(String... rows) throws IOException {
    return file("rows.jsonl", String.join("\n", rows).replace("'", "\""));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private List<Ranking> rankings() {
    return store.rankings(Filter.ALL).stream().map(WithPrompt::item).toList();
  }

  private List<Rating> ratings() {
    return store.ratings(Filter.ALL).stream().map(WithPrompt::item).toList();
  }
}
