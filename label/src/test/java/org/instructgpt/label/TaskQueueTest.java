package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.Workplace.batch;
import static org.instructgpt.label.Workplace.fitting;
import static org.instructgpt.label.Workplace.submission;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.instructgpt.label.LabelerWork.Pair;
import org.instructgpt.label.TaskQueue.Batch;
import org.instructgpt.label.TaskQueue.Item;
import org.instructgpt.label.TaskQueue.Kind;
import org.instructgpt.label.TaskQueue.Mode;
import org.instructgpt.label.TaskQueue.Outcome;
import org.instructgpt.label.TaskQueue.Reason;
import org.instructgpt.label.TaskQueue.Receipt;
import org.instructgpt.label.TaskQueue.Rejected;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Prompt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskQueueTest {
  @TempDir Path folder;

  private Workplace place() throws Exception {
    return Workplace.in(folder).people(Pool.TRAINING, "ann", "bob", "cem");
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfWorkBecomesItsRecords(Kind kind) throws Exception {
    try (var place = place()) {
      place.open(batch(kind, 1), 1);
      var lease = place.next("ann");
      assertThat(place.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
      var counts = place.store.counts();
      switch (kind) {
        case PLAIN, USER_BASED -> assertThat(counts.prompts()).isEqualTo(1);
        case FEW_SHOT -> {
          assertThat(counts.prompts()).isEqualTo(2);
          assertThat(counts.demonstrations()).isEqualTo(2);
        }
        case DEMONSTRATE -> assertThat(counts.demonstrations()).isEqualTo(1);
        case COMPARE -> {
          assertThat(counts.ratings()).isEqualTo(4);
          assertThat(counts.rankings()).isEqualTo(1);
        }
        case TAG ->
            assertThat(place.store.prompts(Filter.ALL).getFirst().useCase())
                .contains(Prompt.UseCase.REWRITE);
      }
      assertThat(place.desk.next("ann")).isEmpty();
      assertThat(place.desk.next("bob")).isEmpty();
    }
  }

  @Test
  void eachPairOfAFewShotTaskIsAskedOnceAndShownInTheOthers() {
    var few =
        new LabelerWork.FewShot(
            "Feeling of a tweet?\n",
            List.of(
                new Pair("太好了", "Positive"),
                new Pair("Oh no", "Negative"),
                new Pair("Hm", "Neutral")));
    assertThat(FeedbackRecords.shots(few, 1))
        .isEqualTo(
            """
            Feeling of a tweet?

            Input: 太好了
            Output: Positive

            Input: Hm
            Output: Neutral

            Input: Oh no
            Output:\
            """);
  }

  @Test
  void outputsAreShuffledForEachLabelerAndRankedAsShown() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.COMPARE, 3), 8);
      var orders = new HashSet<List<String>>();
      for (String who : List.of("ann", "bob", "cem")) {
        for (int i = 0; i < 8; i++) {
          var lease = place.next(who);
          assertThat(lease.outputs())
              .containsExactlyInAnyOrder("answer 0", "answer 1", "answer 2", "answer 3");
          orders.add(lease.outputs());
          place.submit(who, lease);
        }
      }
      assertThat(orders).hasSizeGreaterThan(5);
      assertThat(place.store.rankings(Filter.ALL))
          .hasSize(24)
          .allSatisfy(given -> {
            var ranking = given.item();
            for (int i = 0; i < 4; i++) {
              assertThat(ranking.outputs().get(i).text())
                  .isEqualTo("answer " + (ranking.ranks().get(i) - 1));
              assertThat(ranking.outputs().get(i).model())
                  .isEqualTo("model-" + (ranking.ranks().get(i) - 1));
            }
          });
    }
  }

  @Test
  void theItemInHandComesAgainWithItsDraft() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.DEMONSTRATE, 1), 5);
      var first = place.next("ann");
      place.desk.draft("ann", first.item(), 3, "{\"text\":\"半句\"}");
      place.later(Duration.ofDays(2));
      var again = place.next("ann");
      assertThat(again.item()).isEqualTo(first.item());
      assertThat(again.token()).isEqualTo(first.token());
      assertThat(again.draft().orElseThrow().json()).isEqualTo("{\"text\":\"半句\"}");
      assertThat(again.until()).isEqualTo(place.now().plus(TaskQueue.LEASE));
      place.submit("ann", again);
      assertThat(place.count("SELECT count(*) FROM label_draft")).isZero();
    }
  }

  @Test
  void anOlderDraftDoesNotReplaceANewerOne() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.PLAIN, 1), 1);
      var item = place.next("ann").item();
      place.desk.draft("ann", item, 7, "new");
      assertThat(place.desk.draft("ann", item, 7, "new").version()).isEqualTo(7);
      assertThatThrownBy(() -> place.desk.draft("ann", item, 6, "old"))
          .isInstanceOf(Rejected.class);
      assertThatThrownBy(() -> place.desk.draft("ann", item, 7, "else"))
          .isInstanceOf(Rejected.class);
      assertThat(place.next("ann").draft().orElseThrow().json()).isEqualTo("new");
    }
  }

  @Test
  void theSameSubmissionTenTimesAtOnceIsOneRowAndOneReceipt() throws Exception {
    try (var place = place();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      place.open(batch(Kind.COMPARE, 2), 1);
      var lease = place.next("ann");
      var submission = submission(lease);
      // A time that the store keeps only to the millisecond.
      place.later(Duration.ofNanos(123_456_789));
      Callable<Receipt> task = () -> place.desk.submit("ann", submission);
      var receipts = new HashSet<Receipt>();
      for (var done : threads.invokeAll(java.util.Collections.nCopies(10, task))) {
        receipts.add(done.get());
      }
      assertThat(receipts).hasSize(1);
      place.later(Duration.ofHours(1));
      assertThat(place.desk.submit("ann", submission)).isEqualTo(receipts.iterator().next());
      assertThat(place.count("SELECT count(*) FROM label_annotation")).isEqualTo(1);
      assertThat(place.store.counts().rankings()).isEqualTo(1);
      assertThat(place.count("SELECT count(*) FROM web_audit WHERE action = 'submitted'"))
          .isEqualTo(1);
    }
  }

  @Test
  void theNameOfASubmissionIsNotUsedTwice() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = place.next("ann");
      String id = UUID.randomUUID().toString();
      place.desk.submit("ann", submission(id, lease, new LabelerWork.Demonstrated("one")));
      assertThatThrownBy(() ->
              place.desk.submit("ann", submission(id, lease, new LabelerWork.Demonstrated("two"))))
          .isInstanceOf(Rejected.class);
      var other = place.next("bob");
      assertThatThrownBy(() ->
              place.desk.submit("bob", submission(id, other, new LabelerWork.Demonstrated("one"))))
          .isInstanceOf(Rejected.class);
    }
  }

  @Test
  void aSecondWorkOfOneLabelerOnTheSameItemIsNotTaken() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = place.next("ann");
      assertThat(place.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
      for (int i = 0; i < 25; i++) {
        assertThatThrownBy(() -> place.submit("ann", lease))
            .isInstanceOfSatisfying(
                Rejected.class, no -> assertThat(no.why()).isEqualTo(Rejected.Why.HANDED_IN));
      }
      assertThat(place.count("SELECT count(*) FROM label_annotation")).isEqualTo(1);
      assertThat(place.desk.history("ann", 100)).hasSize(1);
      assertThat(place.next("bob").item()).isEqualTo(lease.item());
    }
  }

  @Test
  void nobodyHandsInWhatWasNeverTheirs() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = place.next("ann");
      assertThatThrownBy(() -> place.submit("bob", lease)).isInstanceOf(Rejected.class);
      assertThatThrownBy(() -> place.desk.skip("bob", lease.item(), Reason.OTHER, ""))
          .isInstanceOf(Rejected.class);
      assertThatThrownBy(() -> place.desk.draft("bob", lease.item(), 1, "{}"))
          .isInstanceOf(Rejected.class);
      assertThat(place.desk.next("nobody")).isEmpty();
    }
  }

  @Test
  void badWorkIsToldAtOnceAndTheLeaseStays() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.COMPARE, 1), 1);
      var lease = place.next("ann");
      var bad =
          new LabelerWork.Compared(
              List.of(
                  new LabelerWork.Rated(0, Set.of(), ""),
                  new LabelerWork.Rated(8, Set.of(), "\ud800"),
                  new LabelerWork.Rated(1, Set.of(), "")),
              List.of(1, 5, 0, 2));
      assertThatThrownBy(
              () -> place.desk.submit("ann", submission(UUID.randomUUID().toString(), lease, bad)))
          .isInstanceOfSatisfying(
              Rejected.class,
              refused ->
                  assertThat(refused.problems())
                      .extracting(TaskQueue.Problem::field)
                      .containsExactly(
                          "outputs",
                          "outputs[0].quality",
                          "outputs[1].quality",
                          "outputs[1].note",
                          "ranks[1]",
                          "ranks[2]"));
      assertThatThrownBy(
              () -> place.desk.submit("ann", submission("no uuid", lease, fitting(lease))))
          .isInstanceOf(Rejected.class);
      assertThatThrownBy(() ->
              place.desk.submit(
                  "ann",
                  submission(
                      UUID.randomUUID().toString(), lease, new LabelerWork.Demonstrated(""))))
          .isInstanceOf(Rejected.class);
      assertThat(place.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
    }
  }

  @Test
  void whatIsSkippedGoesToSomebodyElseAndNeverComesBack() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.DEMONSTRATE, 1), 1);
      var lease = place.next("ann");
      place.desk.draft("ann", lease.item(), 1, "{}");
      place.desk.skip("ann", lease.item(), Reason.PERSONAL_DATA, "<script>alert(1)</script>");
      assertThat(place.desk.next("ann")).isEmpty();
      assertThat(place.next("bob").item()).isEqualTo(lease.item());
      assertThat(place.count("SELECT count(*) FROM label_draft")).isZero();
    }
  }

  @Test
  void aBatchThatMakesNoSenseIsToldWhole() throws Exception {
    try (var place = place()) {
      assertThatThrownBy(() ->
              place.desk.open(
                  new Batch(" ", Kind.COMPARE, Mode.TRAINING, 0, Optional.of(Pool.HELD_OUT), 0, ""),
                  List.of(new Item(Optional.empty(), Workplace.outputs(1), "")),
                  "r"))
          .hasMessageContaining("a name of 1 to 200")
          .hasMessageContaining("an overlap of 1 to 100")
          .hasMessageContaining("a version of the instructions")
          .hasMessageContaining("trains nothing")
          .hasMessageContaining("item 1: expected a prompt")
          .hasMessageContaining("2 to 9 outputs");
    }
  }

  @Test
  void erasureLeavesNothingOfAPersonAndOpensTheirSlots() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.DEMONSTRATE, 1), 1);
      place.submit("ann", place.next("ann"));
      place.open(batch(Kind.PLAIN, 1), 1);
      place.desk.draft("ann", place.next("ann").item(), 1, "secret");
      String hers = place.prompt("hers", "Ann's prompt", Optional.of("ann"));
      place.desk.open(
          batch(Kind.DEMONSTRATE, 1), List.of(new Item(Optional.of(hers), List.of(), "")), "r");
      place.store.write(h -> place.desk.erase(h, Set.of("ann"), Set.of("hers"))).join();
      for (String table : List.of("draft", "annotation", "lease", "decision", "quiz_answer")) {
        assertThat(place.count("SELECT count(*) FROM label_" + table + " WHERE labeler = 'ann'"))
            .as(table)
            .isZero();
      }
      assertThat(place.count("SELECT count(*) FROM label_item WHERE prompt = 'hers'")).isZero();
      assertThat(place.desk.waiting("bob"))
          .isEqualTo(java.util.Map.of(Kind.DEMONSTRATE, 1, Kind.PLAIN, 1));
    }
  }
}
