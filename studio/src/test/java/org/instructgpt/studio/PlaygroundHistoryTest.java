package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.records.TestServer;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.GenerationSettings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class PlaygroundHistoryTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;

  @Test
  void turnsAndFeedbackAreStoredInSqlite() throws IOException {
    storesTurnsAndFeedback(folder.resolve("feedback.db").toString());
  }

  @Test
  void turnsAndFeedbackAreStoredInPostgres() throws IOException {
    storesTurnsAndFeedback(TestServer.database());
  }

  private static void storesTurnsAndFeedback(String place) throws IOException {
    try (var store = Store.open(place)) {
      var history = PlaygroundHistory.open(store);
      ask(store, history, "t1", "ann", 0);
      ask(store, history, "t2", "ann", 1);
      ask(store, history, "t3", "bob", 2);
      for (var turn : List.of("t1", "t2", "t3")) {
        history.complete(turn, 0, "first of " + turn, Finish.COMPLETE, 3);
      }
      judge(store, history, "t1", OptionalInt.of(-1));
      judge(store, history, "t2", OptionalInt.of(1));
      assertThat(history.report("bob", "t1", 0, "Not mine.")).isFalse();
      assertThat(history.report("bob", "t3", 1, "It says nothing.")).isTrue();
      assertThat(history.report("bob", "t3", 2, "There is none.")).isFalse();

      assertThat(history.turns("ann", 10, 0))
          .extracting(PlaygroundHistory.Turn::id)
          .containsExactly("t2", "t1");
      assertThat(history.turns("ann", 10, 1))
          .extracting(PlaygroundHistory.Turn::id)
          .containsExactly("t1");
      assertThat(history.turn("bob", "t1")).isEmpty();
      var answers = history.turn("ann", "t1").orElseThrow().answers();
      assertThat(answers)
          .extracting(PlaygroundHistory.Answer::text)
          .containsExactly("first of t1", "");
      assertThat(answers.getFirst().finish()).contains(Finish.COMPLETE);
      assertThat(answers.getLast().finish()).isEmpty();

      assertThat(history.criticized(10, 0))
          .extracting(opinion -> opinion.text() + " | " + opinion.answer().report().orElse("-"))
          .containsExactly("Question t3 | It says nothing.", "Question t1 | -");
      assertThat(history.criticized(1, 1))
          .extracting(PlaygroundHistory.CriticizedAnswer::prompt)
          .containsExactly("pt1");
      assertThat(history.byModel())
          .containsExactly(
              new PlaygroundHistory.ModelFeedback("base", 3, 0, 0, 1),
              new PlaygroundHistory.ModelFeedback("sft", 3, 1, 1, 0));

      judge(store, history, "t1", OptionalInt.empty());
      assertThat(history.criticized(10, 0)).hasSize(1);
      var erased = store.erase(Set.of("ann"), Set.of(), List.of(history));
      assertThat(erased.others()).isEqualTo(6); // two turns, two answers each
      assertThat(history.count("ann")).isZero();
      assertThat(history.count("bob")).isEqualTo(1);
    }
  }

  private static void judge(
      Store store, PlaygroundHistory history, String turn, OptionalInt verdict) {
    boolean _ =
        store.writeNow(handle -> {
          history.judge(handle, turn, 0, verdict);
          return true;
        });
  }

  private static void ask(
      Store store, PlaygroundHistory history, String id, String account, int minute) {
    var asked = NOON.plusSeconds(60L * minute);
    var prompt =
        new Prompt(
            "p" + id,
            "Question " + id,
            Prompt.Source.CUSTOMER,
            Optional.of(account),
            Optional.empty(),
            Split.TRAIN,
            Optional.empty(),
            asked);
    var answers =
        IntStream.range(0, 2)
            .mapToObj(place ->
                new PlaygroundHistory.Answer(
                    place,
                    List.of("sft", "base").get(place),
                    "",
                    "",
                    Optional.empty(),
                    0,
                    OptionalInt.empty(),
                    Optional.empty()))
            .toList();
    var settings = new GenerationSettings(10, 1, 1, List.of(), 1);
    var turn =
        new PlaygroundHistory.Turn(
            id, account, prompt.id(), prompt.text(), asked, settings, answers);
    store
        .write(handle -> {
          store.insert(handle, prompt);
          history.begin(handle, turn);
          return true;
        })
        .join();
  }
}
