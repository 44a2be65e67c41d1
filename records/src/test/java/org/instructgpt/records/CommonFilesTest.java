package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.instructgpt.text.Dialogue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Small files in common forms, and the records that each must become: `D` demonstrations, `R`
/// rankings, `A` ratings, `P` prompts. Nothing may be lost silently.
final class CommonFilesTest {
  private static final String RIVER = "Where does the river begin?";
  private static final String HILLS = "It begins in the northern hills.";

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
  @CsvSource({
    "prompt-response.jsonl, D3",
    "prompt-answer.jsonl, D3",
    "ultrafeedback-binarized.jsonl, R3",
    "kto-messages-label.json, A3",
    "preferences-context.jsonl, R1",
    "question-context.json, D2",
    "nectar.jsonl, R1",
    "helpsteer.jsonl, A2",
    "pku-saferlhf.jsonl, R1",
    "selected-rejected.jsonl, R2",
    "trl-conversational.jsonl, R1",
    "openai-preference.jsonl, R1",
    "alpaca-dpo.json, R1",
    "question-chosen.jsonl, R1",
    "dolly.jsonl, D2",
    "lima.jsonl, D2 P1",
    "ultrafeedback.jsonl, R1",
    "webgpt.jsonl, R2",
    "summarize-comparisons.json, R1",
    "red-team.jsonl, P1",
    "superni.json, D2",
    "flan-p3.jsonl, D2",
    "label-studio.json, R2",
    "open-webui.json, A1",
    "csv.csv, D3",
    "tsv.tsv, R3",
    "pandas-columns.json, D2",
    "nan.jsonl, D1",
    "number-ids.jsonl, R1",
    "pretty-jsonl.jsonl, D1",
    "firefly.jsonl, D1",
    "alpaca-farm-pairs.json, R1",
    "kto-single-prompts.jsonl, A2",
    "message-key.jsonl, D1",
    "system-prompt-completion.jsonl, D1",
    "instances-lmflow.json, D1",
    "message-weight-0.jsonl, nothing",
    "marks-in-user-text.jsonl, D1",
    "consent-without-effect.jsonl, P1",
    "trl-implicit.jsonl, R1",
    "sharegpt-dpo.jsonl, R1",
    "kto-pcl.jsonl, A2",
    "helpsteer3.jsonl, R1",
    "baize.jsonl, D1",
    "axis.jsonl, A1",
    "arena.jsonl, R2",
    "arena55k.csv, R1",
    "argilla.jsonl, R1",
    "oasst-flat.jsonl, D1 R1",
    "lmsys.jsonl, P2",
    "query-history.jsonl, D1",
    "shp.jsonl, R2",
    "alpacaeval.jsonl, R2",
    "guanaco.jsonl, D1",
    "scores.jsonl, R1",
    "thumbs.jsonl, A2",
    "winner-text.jsonl, R2",
    "winner-num.jsonl, R2",
    "prompt-chosen-conv.jsonl, R1"
  })
  void aFileBecomesItsRecords(String file, String expected) throws Exception {
    ImportReport report = read(file);
    assertThat(report.bad()).isEmpty();
    assertThat(report.isNothing()).isEqualTo(expected.equals("nothing"));
    long given = report.added("demonstration") + report.added("ranking") + report.added("rating");
    long alone = store.prompts(Filter.ALL).stream().filter(prompt -> isAlone(prompt.id())).count();
    String found =
        Stream.of(
                "D" + report.added("demonstration"),
                "R" + report.added("ranking"),
                "A" + report.added("rating"),
                "P" + alone)
            .filter(count -> !count.endsWith("0"))
            .collect(Collectors.joining(" "));
    assertThat(found).isEqualTo(given + alone == 0 ? "" : expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "real-toxicity.jsonl | --format prompts",
        "doccano-seq2seq.jsonl | --map prompt=text,response=label",
        "openai-tools.jsonl | tool calls, which are not read",
        "text-jsonl.jsonl | pretrain --text",
        "text-only-pref.jsonl | expected a dialogue",
        "stackex.jsonl | --map chosen=response_j,rejected=response_k",
        "single-rating1.jsonl | --map stars=rating",
        "trailing-commas.jsonl | wrap them in [ ], or drop the commas"
      })
  void aFileIsRefusedWithTheFlagThatHelps(String file, String way) {
    BadRows refusal = catchThrowableOfType(BadRows.class, () -> read(file));
    assertThat(refusal).hasMessageContaining(way);
    assertThat(store.counts().prompts()).isZero();
  }

  @Test
  void contextAndSystemTextArePartOfThePrompt() throws Exception {
    var _ = read("preferences-context.jsonl");
    var _ = read("question-context.json");
    var _ = read("question-chosen.jsonl");
    var _ = read("trl-conversational.jsonl");
    assertThat(store.prompts(Filter.ALL))
        .extracting(Prompt::text)
        .containsExactly(
            "Answer from the text: where does the river begin?\n\nThe survey of 1950 says the river"
                + " begins in the northern hills.",
            "How many boats were there?\n\nSeven boats lay in the harbour that day.",
            "How many boats were there?\n\nTwo boats lay in the bay that day.",
            "You speak briefly.\n\nHuman: " + RIVER + "\n\nAssistant:");
  }

  @Test
  void aFalseLabelIsALowRatingAndNoDemonstration() throws Exception {
    var _ = read("kto-messages-label.json");
    assertThat(ratings()).extracting(Rating::quality).containsExactly(7, 1, 1);
    assertThat(store.demonstrations(Filter.ALL)).isEmpty();
  }

  @Test
  void ranksWinnersScoresAndTiesAreKept() throws Exception {
    var _ = read("nectar.jsonl");
    var _ = read("ultrafeedback.jsonl");
    var _ = read("pku-saferlhf.jsonl");
    var _ = read("webgpt.jsonl");
    assertThat(rankings())
        .extracting(Ranking::ranks)
        .containsExactly(
            List.of(1, 2, 3, 4, 5, 6, 7),
            List.of(4, 3, 2, 1),
            List.of(2, 1),
            List.of(1, 2),
            List.of(1, 1));
    assertThat(rankings().get(1).outputs())
        .extracting(Output::model)
        .containsExactly("m1", "m2", "m3", "m4");
  }

  @Test
  void winnersAreReadInTheirManyForms() throws Exception {
    var _ = read("arena.jsonl");
    var _ = read("shp.jsonl");
    var _ = read("alpacaeval.jsonl");
    var _ = read("winner-text.jsonl");
    var _ = read("helpsteer3.jsonl");
    assertThat(rankings())
        .extracting(Ranking::ranks)
        .containsExactly(
            List.of(2, 1),
            List.of(1, 1),
            List.of(1, 2),
            List.of(2, 1),
            List.of(2, 1),
            List.of(1, 1),
            List.of(1, 2),
            List.of(1, 1),
            List.of(2, 1));
  }

  @Test
  void theRolesOfFieldsCanBeGiven() throws Exception {
    ImportSettings told =
        ImportSettings.at(Samples.NOON)
            .named(Map.of("chosen", "response_j", "rejected", "response_k"));
    ImportReport report = new Importer(store, told).read(file("stackex.jsonl"));
    assertThat(report.added("ranking")).isEqualTo(1);
    assertThat(rankings().getFirst().outputs())
        .extracting(Output::text)
        .containsExactly(HILLS, "Rivers are wet.");
    ImportSettings stars = ImportSettings.at(Samples.NOON).named(Map.of("stars", "rating"));
    var _ = new Importer(store, stars).read(file("single-rating1.jsonl"));
    assertThat(ratings().getFirst().quality()).isEqualTo(1);
  }

  @Test
  void labelersAndModelsAreKept() throws Exception {
    var _ = read("summarize-comparisons.json");
    var _ = read("label-studio.json");
    var _ = read("alpaca-farm-pairs.json");
    var _ = read("number-ids.jsonl");
    var _ = read("open-webui.json");
    assertThat(rankings()).extracting(Ranking::labeler).containsExactly("wk1", "2", "3", "x", "17");
    assertThat(rankings().getFirst().outputs())
        .extracting(Output::model)
        .containsExactly("sup1", "ref");
    assertThat(rankings().getFirst().ranks()).containsExactly(2, 1);
    Rating rating = ratings().getFirst();
    assertThat(rating.labeler()).isEqualTo("u1");
    assertThat(rating.output()).isEqualTo(new Output(HILLS, "m1"));
    assertThat(rating.quality()).isEqualTo(7);
  }

  @Test
  void everyFieldThatIsNotReadIsNamedWithItsRows() throws Exception {
    assertThat(read("ultrafeedback-binarized.jsonl").unread())
        .containsOnlyKeys("messages", "prompt_id", "score_chosen", "score_rejected")
        .containsEntry("messages", 3L);
    assertThat(read("flan-p3.jsonl").unread())
        .containsOnlyKeys("task_name", "task_source", "template_type");
    assertThat(read("prompt-response.jsonl").unread()).isEmpty();
  }

  @Test
  void everyAnswerOfAConversationIsADemonstrationIfChosen() throws Exception {
    ImportSettings every = ImportSettings.at(Samples.NOON).withEveryTurn();
    ImportReport report = new Importer(store, every).read(file("firefly.jsonl"));
    assertThat(report.added("demonstration")).isEqualTo(2);
    assertThat(read("firefly.jsonl").notes().keySet())
        .anyMatch(note -> note.contains("--every-turn"));
  }

  @Test
  void marksInsideATurnDoNotBeginATurn() throws Exception {
    ImportReport report = read("marks-in-user-text.jsonl");
    assertThat(report.notes()).hasSize(1);
    Prompt prompt = store.prompts(Filter.ALL).getFirst();
    assertThat(prompt.text()).doesNotContain(Dialogue.HUMAN).doesNotContain(Dialogue.ASSISTANT);
  }

  @Test
  void badRowsOfALabelingToolAreSkippedIfChosen() throws Exception {
    ImportSettings skipping = ImportSettings.at(Samples.NOON).skippingBad();
    ImportReport report = new Importer(store, skipping).read(file("openai-tools.jsonl"));
    assertThat(report.added("demonstration")).isEqualTo(2);
    assertThat(store.demonstrations(Filter.ALL))
        .extracting(given -> given.item().response())
        .containsExactly("A saw cuts wood.", "A saw cuts wood.");
  }

  private boolean isAlone(String prompt) {
    return Stream.of(
            store.demonstrations(Filter.ALL).stream(),
            store.rankings(Filter.ALL).stream(),
            store.ratings(Filter.ALL).stream())
        .flatMap(given -> given)
        .noneMatch(given -> given.prompt().id().equals(prompt));
  }

  private List<Ranking> rankings() {
    return store.rankings(Filter.ALL).stream().map(WithPrompt::item).toList();
  }

  private List<Rating> ratings() {
    return store.ratings(Filter.ALL).stream().map(WithPrompt::item).toList();
  }

  private ImportReport read(String file) throws IOException, URISyntaxException {
    return new Importer(store, ImportSettings.at(Samples.NOON)).read(file(file));
  }

  private static Path file(String name) throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(CommonFilesTest.class.getResource("/imports/" + name)).toURI());
  }
}
