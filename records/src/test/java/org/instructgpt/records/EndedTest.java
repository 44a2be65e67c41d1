package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The flag that an output ended by itself is kept in the store, in files and in exports.
final class EndedTest {
  private static final Output CUT = new Output("This goes on and", "sft", false);
  private static final Output WHOLE = new Output("This ends.", "sft");

  @TempDir Path folder;

  private static Ranking ranking() {
    return new Ranking("r1", "p1", List.of(CUT, WHOLE), List.of(2, 1), "ann", Samples.NOON);
  }

  private static Rating rating() {
    return new Rating("a1", "p1", CUT, 2, java.util.Set.of(), "ann", Samples.NOON);
  }

  private Store filled() throws Exception {
    var store = Store.open(folder.resolve("feedback.db"));
    store.add(List.of(Samples.ANN, Samples.prompt("p1"), ranking(), rating())).get();
    return store;
  }

  @Test
  void theStoreAndTheOwnFormatKeepTheFlag() throws Exception {
    var file = folder.resolve("all.jsonl");
    try (var store = filled()) {
      assertThat(store.rankings(Filter.ALL).getFirst().item()).isEqualTo(ranking());
      assertThat(store.ratings(Filter.ALL).getFirst().item()).isEqualTo(rating());
      new Exporter(store).everything(file);
    }
    assertThat(Files.readString(file))
        .contains("\"text\":\"This goes on and\",\"model\":\"sft\",\"ended\":false")
        .doesNotContain("\"ended\":true");
    try (var copy = Store.open(folder.resolve("copy.db"))) {
      new Importer(copy, ImportSettings.at(Samples.NOON)).read(file);
      assertThat(copy.rankings(Filter.ALL).getFirst().item()).isEqualTo(ranking());
      assertThat(copy.ratings(Filter.ALL).getFirst().item()).isEqualTo(rating());
    }
  }

  @Test
  void otherFormatsMayHaveTheFlagAndItsDefaultIsTrue() throws Exception {
    var file = folder.resolve("ranked.jsonl");
    Files.writeString(
        file,
        """
        {"prompt": "Hi", "completions": ["Hello.", "What"], "ranks": [1, 2], "ended": [true, false]}
        {"prompt": "Ho", "completions": ["Hello.", "What"], "ranks": [1, 2]}
        """);
    var pairs = folder.resolve("pairs.jsonl");
    Files.writeString(
        pairs,
        "{\"prompt\": \"He\", \"chosen\": \"Yes.\", \"rejected\": \"No\", \"rejected_ended\": false}\n");
    try (var store = Store.open(folder.resolve("feedback.db"))) {
      new Importer(store, ImportSettings.at(Samples.NOON)).read(List.of(file, pairs));
      assertThat(store.rankings(Filter.ALL))
          .extracting(each -> each.item().outputs().stream().map(Output::ended).toList())
          .containsExactly(List.of(true, false), List.of(true, true), List.of(true, false));
      new Exporter(store).preferences(folder.resolve("out.jsonl"), Filter.ALL);
      assertThat(Files.readAllLines(folder.resolve("out.jsonl")))
          .first()
          .isEqualTo(
              "{\"prompt\":\"Hi\",\"chosen\":\"Hello.\",\"rejected\":\"What\",\"rejected_ended\":false}");
    }
  }

  @Test
  void aFlagThatIsNoBooleanIsRefused() throws Exception {
    var file = folder.resolve("ranked.jsonl");
    Files.writeString(
        file,
        """
        {"prompt": "Hi", "completions": ["Hello.", "What"], "ranks": [1, 2], "ended": [true]}
        {"prompt": "Ho", "completions": ["Hello.", "What"], "ranks": [1, 2], "ended": [true, "no"]}
        """);
    try (var store = Store.open(folder.resolve("feedback.db"))) {
      var importer = new Importer(store, ImportSettings.at(Samples.NOON));
      assertThatThrownBy(() -> importer.read(file))
          .hasMessageContaining(
              "ranked.jsonl:1: ended: expected as many as completions, 2, found 1")
          .hasMessageContaining("ranked.jsonl:2: ended[1]: expected true or false, found \"no\"");
    }
  }

  @Test
  void theOutputsOfAnOlderStoreHaveEnded() throws Exception {
    filled().close();
    var file = folder.resolve("feedback.db");
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("ALTER TABLE rating DROP COLUMN ended");
      statement.execute("DROP TABLE taken");
      statement.execute("DELETE FROM flyway_schema_history WHERE version IN ('2', '3')");
    }
    try (var store = Store.open(file)) {
      assertThat(store.ratings(Filter.ALL).getFirst().item().output().ended()).isTrue();
    }
  }
}
