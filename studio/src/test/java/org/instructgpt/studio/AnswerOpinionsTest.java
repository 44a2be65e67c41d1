package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.collect.Intake.Consent;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Output;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Store;
import org.instructgpt.records.TestServer;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.web.ApiError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class AnswerOpinionsTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final OptionalInt UP = OptionalInt.of(1);
  private static final OptionalInt DOWN = OptionalInt.of(-1);

  @TempDir private Path folder;

  /// A store in which Ann asked four models; the answers are `one`, `two`, cut off, and failed.
  private record Asked(Store store, AnswerOpinions opinions, Consent consent)
      implements AutoCloseable {
    static Asked open(String place) throws IOException {
      var store = Store.open(place);
      var intake = new Intake(store, new SecureRandom());
      var opinions =
          new AnswerOpinions(
              store, PlaygroundHistory.open(store), CustomerFeedback.open(store), intake);
      return new Asked(store, opinions, intake.accept("ann", "1", NOON)).ask("t");
    }

    Asked ask(String id) {
      var intake = opinions.intake();
      var prompt = intake.prompt("ann", Optional.empty(), "Which one?", NOON);
      var answers =
          IntStream.range(0, 4)
              .mapToObj(place ->
                  new PlaygroundHistory.Answer(
                      place,
                      "m" + place,
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
              id, "ann", prompt.id(), prompt.text(), NOON, settings, answers);
      boolean _ =
          store.writeNow(handle -> {
            var _ = intake.add(handle, prompt, consent);
            opinions.history().begin(handle, turn);
            return true;
          });
      opinions.history().complete(id, 0, "one", Finish.COMPLETE, 1);
      opinions.history().complete(id, 1, "two", Finish.STOP, 1);
      opinions.history().complete(id, 2, "thr", Finish.LENGTH, 1);
      return this;
    }

    boolean thumb(int place, OptionalInt verdict) {
      return opinions.thumb("ann", "t", place, verdict, NOON);
    }

    List<Ranking> given() {
      var given = new ArrayList<Ranking>();
      opinions.feedback().each(each -> given.add(each.item()));
      return given;
    }

    OptionalInt verdict(int place) {
      return opinions.history().turn("ann", "t").orElseThrow().answers().get(place).verdict();
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private Asked sqlite() throws IOException {
    return Asked.open(folder.resolve("feedback.db").toString());
  }

  @Test
  void opinionsBecomeFeedbackInSqlite() throws IOException {
    opinionsBecomeFeedback(folder.resolve("feedback.db").toString());
  }

  @Test
  void opinionsBecomeFeedbackInPostgres() throws IOException {
    opinionsBecomeFeedback(TestServer.database());
  }

  private static void opinionsBecomeFeedback(String place) throws IOException {
    try (var asked = Asked.open(place)) {
      assertThat(asked.thumb(0, UP)).isTrue();
      assertThat(asked.given()).isEmpty();
      assertThat(asked.thumb(2, DOWN)).isTrue();
      assertThat(asked.given())
          .singleElement()
          .satisfies(ranking -> {
            assertThat(ranking.id()).isEqualTo("thumbs-t");
            assertThat(ranking.labeler()).isEqualTo("ann");
            assertThat(ranking.outputs())
                .containsExactly(new Output("one", "m0"), new Output("thr", "m2", false));
            assertThat(ranking.ranks()).containsExactly(1, 2);
          });
      assertThat(asked.thumb(1, DOWN)).isTrue();
      assertThat(asked.given().getFirst().ranks()).containsExactly(1, 2, 2);
      assertThat(asked.thumb(0, OptionalInt.empty())).isTrue();
      assertThat(asked.given()).isEmpty();
      assertThat(asked.verdict(0)).isEmpty();
      assertThat(asked.verdict(1)).hasValue(-1);

      var opinions = asked.opinions();
      assertThat(opinions.rewrite("ann", "t", 2, "three\n", NOON)).isTrue();
      assertThat(opinions.rewrite("ann", "t", 2, "Three.", NOON)).isTrue();
      assertThat(asked.given())
          .singleElement()
          .satisfies(ranking -> {
            assertThat(ranking.id()).isEqualTo("rewrite-t-2");
            assertThat(ranking.outputs())
                .containsExactly(
                    new Output("Three.", Output.HUMAN), new Output("thr", "m2", false));
            assertThat(ranking.ranks()).containsExactly(1, 2);
          });
      var written = new ArrayList<Demonstration>();
      opinions.feedback().eachRewritten(each -> written.add(each.item()));
      assertThat(written).extracting(Demonstration::response).containsExactly("Three.");
      assertThat(opinions.forgetRewrite("bob", "t", 2)).isFalse();
      assertThat(opinions.forgetRewrite("ann", "t", 2)).isTrue();
      assertThat(asked.given()).isEmpty();

      assertThat(opinions.prefer("ann", "t", List.of(1, 0), List.of(1, 2), NOON)).isTrue();
      assertThat(opinions.prefer("ann", "t", List.of(1, 0, 2), List.of(1, 1, 3), NOON)).isTrue();
      assertThat(asked.given())
          .singleElement()
          .satisfies(ranking -> {
            assertThat(ranking.id()).isEqualTo("vote-t");
            assertThat(ranking.outputs())
                .extracting(Output::model)
                .containsExactly("m1", "m0", "m2");
            assertThat(ranking.ranks()).containsExactly(1, 1, 3);
          });
      var modules = List.of(opinions.history(), opinions.feedback(), opinions.intake());
      asked.store().erase(Set.of("ann"), Set.of(), modules);
      assertThat(asked.given()).isEmpty();
    }
  }

  @Test
  void othersAndPlacesThatDoNotExistAreNotFound() throws IOException {
    try (var asked = sqlite()) {
      var opinions = asked.opinions();
      assertThat(opinions.thumb("bob", "t", 0, UP, NOON)).isFalse();
      assertThat(asked.thumb(4, UP)).isFalse();
      assertThat(opinions.rewrite("ann", "other", 0, "Better.", NOON)).isFalse();
      assertThat(opinions.rewrite("bob", "t", 0, "Better.", NOON)).isFalse();
      assertThat(opinions.prefer("ann", "t", List.of(0, 7), List.of(1, 2), NOON)).isFalse();
      assertThat(opinions.prefer("bob", "t", List.of(0, 1), List.of(1, 2), NOON)).isFalse();
      assertThat(asked.given()).isEmpty();
    }
  }

  @Test
  void answersThatDidNotEndAreRefused() throws IOException {
    try (var asked = sqlite()) {
      refused(409, "refusal.unfinished", () -> asked.thumb(3, UP));
      asked.opinions().history().complete("t", 3, "", Finish.FAILED, 0);
      refused(409, "refusal.failed", () -> asked.thumb(3, UP));
      var opinions = asked.opinions();
      refused(409, "refusal.failed", () -> opinions.rewrite("ann", "t", 3, "Better.", NOON));
      refused(
          409,
          "refusal.failed",
          () -> opinions.prefer("ann", "t", List.of(0, 3), List.of(1, 2), NOON));
      assertThat(asked.given()).isEmpty();
    }
  }

  @Test
  void whatSaysNothingIsRefused() throws IOException {
    try (var asked = sqlite()) {
      var opinions = asked.opinions();
      refused(400, "refusal.rewrite-same", () -> opinions.rewrite("ann", "t", 0, " one \n", NOON));
      refused(400, "refusal.rewrite", () -> opinions.rewrite("ann", "t", 0, " \n", NOON));
      var tooLong = "x".repeat(AnswerOpinions.LONGEST + 1);
      refused(400, "refusal.rewrite", () -> opinions.rewrite("ann", "t", 0, tooLong, NOON));
      for (var places : List.of(List.of(0), List.of(0, 0), List.of(0, 1, 2))) {
        refused(
            400, "refusal.ranks", () -> opinions.prefer("ann", "t", places, List.of(1, 2), NOON));
      }
      for (var ranks : List.of(List.of(0, 1), List.of(1, 3))) {
        refused(
            400, "refusal.ranks", () -> opinions.prefer("ann", "t", List.of(0, 1), ranks, NOON));
      }
      assertThat(asked.given()).isEmpty();
    }
  }

  @Test
  void nothingIsAddedAfterTheConsentIsWithdrawn() throws IOException {
    try (var asked = sqlite()) {
      var opinions = asked.opinions();
      assertThat(asked.thumb(0, UP)).isTrue();
      assertThat(asked.thumb(1, DOWN)).isTrue();
      opinions.intake().withdraw("ann", NOON.plusSeconds(1));
      refused(403, "refusal.notice-first", () -> asked.thumb(2, UP));
      var _ = opinions.intake().accept("ann", "1", NOON.plusSeconds(2));
      refused(403, "refusal.withdrawn", () -> asked.thumb(2, UP));
      refused(403, "refusal.withdrawn", () -> opinions.rewrite("ann", "t", 0, "Better.", NOON));
      refused(
          403,
          "refusal.withdrawn",
          () -> opinions.prefer("ann", "t", List.of(0, 1), List.of(1, 2), NOON));
      assertThat(asked.thumb(0, OptionalInt.empty())).isTrue();
      assertThat(asked.given()).isEmpty();
    }
  }

  private static void refused(int status, String key, Runnable saying) {
    assertThatThrownBy(saying::run)
        .isInstanceOfSatisfying(
            ApiError.class,
            error -> {
              assertThat(error.status()).isEqualTo(status);
              assertThat(error.problems()).extracting(ApiError.Problem::key).containsExactly(key);
            });
  }
}
