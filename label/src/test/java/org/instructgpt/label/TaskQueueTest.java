package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.LabelingFixture.batch;
import static org.instructgpt.label.LabelingFixture.fitting;
import static org.instructgpt.label.LabelingFixture.submission;

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
import org.instructgpt.label.Lease.SkipReason;
import org.instructgpt.label.Submission.Outcome;
import org.instructgpt.label.Submission.Receipt;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Prompt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskQueueTest {
  @TempDir Path folder;

  private LabelingFixture fixture() throws Exception {
    return LabelingFixture.in(folder).people(Pool.TRAINING, "ann", "bob", "cem");
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfWorkBecomesItsRecords(Kind kind) throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(kind, 1), 1);
      var lease = fixture.next("ann");
      assertThat(fixture.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
      var counts = fixture.store.counts();
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
            assertThat(fixture.store.prompts(Filter.ALL).getFirst().useCase())
                .contains(Prompt.UseCase.REWRITE);
      }
      assertThat(fixture.queue.next("ann")).isEmpty();
      assertThat(fixture.queue.next("bob")).isEmpty();
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
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.COMPARE, 3), 8);
      var orders = new HashSet<List<String>>();
      for (String who : List.of("ann", "bob", "cem")) {
        for (int i = 0; i < 8; i++) {
          var lease = fixture.next(who);
          assertThat(lease.outputs())
              .containsExactlyInAnyOrder("answer 0", "answer 1", "answer 2", "answer 3");
          orders.add(lease.outputs());
          fixture.submit(who, lease);
        }
      }
      assertThat(orders).hasSizeGreaterThan(5);
      assertThat(fixture.store.rankings(Filter.ALL))
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
  void theCurrentTaskComesAgainWithItsDraft() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 5);
      var first = fixture.next("ann");
      fixture.queue.draft("ann", first.item(), 3, "{\"text\":\"半句\"}");
      fixture.later(Duration.ofDays(2));
      var again = fixture.next("ann");
      assertThat(again.item()).isEqualTo(first.item());
      assertThat(again.token()).isEqualTo(first.token());
      assertThat(again.draft().orElseThrow().json()).isEqualTo("{\"text\":\"半句\"}");
      assertThat(again.until()).isEqualTo(fixture.now().plus(Lease.DURATION));
      fixture.submit("ann", again);
      assertThat(fixture.count("SELECT count(*) FROM label_draft")).isZero();
    }
  }

  @Test
  void anOlderDraftDoesNotReplaceANewerOne() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.PLAIN, 1), 1);
      var item = fixture.next("ann").item();
      fixture.queue.draft("ann", item, 7, "new");
      assertThat(fixture.queue.draft("ann", item, 7, "new").version()).isEqualTo(7);
      assertThatThrownBy(() -> fixture.queue.draft("ann", item, 6, "old"))
          .isInstanceOf(Rejected.class);
      assertThatThrownBy(() -> fixture.queue.draft("ann", item, 7, "else"))
          .isInstanceOf(Rejected.class);
      assertThat(fixture.next("ann").draft().orElseThrow().json()).isEqualTo("new");
    }
  }

  @Test
  void theSameSubmissionTenTimesAtOnceIsOneRowAndOneReceipt() throws Exception {
    try (var fixture = fixture();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      fixture.open(batch(Kind.COMPARE, 2), 1);
      var lease = fixture.next("ann");
      var submission = submission(lease);
      // A time that the store keeps only to the millisecond.
      fixture.later(Duration.ofNanos(123_456_789));
      Callable<Receipt> task = () -> fixture.queue.submit("ann", submission);
      var receipts = new HashSet<Receipt>();
      for (var done : threads.invokeAll(java.util.Collections.nCopies(10, task))) {
        receipts.add(done.get());
      }
      assertThat(receipts).hasSize(1);
      fixture.later(Duration.ofHours(1));
      assertThat(fixture.queue.submit("ann", submission)).isEqualTo(receipts.iterator().next());
      assertThat(fixture.count("SELECT count(*) FROM label_annotation")).isEqualTo(1);
      assertThat(fixture.store.counts().rankings()).isEqualTo(1);
      assertThat(fixture.count("SELECT count(*) FROM web_audit WHERE action = 'submitted'"))
          .isEqualTo(1);
    }
  }

  @Test
  void aSubmissionIdCannotBeUsedTwice() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = fixture.next("ann");
      String id = UUID.randomUUID().toString();
      fixture.queue.submit("ann", submission(id, lease, new LabelerWork.Demonstrated("one")));
      assertThatThrownBy(() ->
              fixture.queue.submit(
                  "ann", submission(id, lease, new LabelerWork.Demonstrated("two"))))
          .isInstanceOf(Rejected.class);
      var other = fixture.next("bob");
      assertThatThrownBy(() ->
              fixture.queue.submit(
                  "bob", submission(id, other, new LabelerWork.Demonstrated("one"))))
          .isInstanceOf(Rejected.class);
    }
  }

  @Test
  void aSecondWorkOfOneLabelerOnTheSameItemIsNotTaken() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = fixture.next("ann");
      assertThat(fixture.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
      for (int i = 0; i < 25; i++) {
        assertThatThrownBy(() -> fixture.submit("ann", lease))
            .isInstanceOfSatisfying(
                Rejected.class, no -> assertThat(no.why()).isEqualTo(Rejected.Why.HANDED_IN));
      }
      assertThat(fixture.count("SELECT count(*) FROM label_annotation")).isEqualTo(1);
      assertThat(fixture.queue.history("ann", 100)).hasSize(1);
      assertThat(fixture.next("bob").item()).isEqualTo(lease.item());
    }
  }

  @Test
  void aTaskThatWasNeverLeasedCannotBeHandedIn() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = fixture.next("ann");
      assertThatThrownBy(() -> fixture.submit("bob", lease)).isInstanceOf(Rejected.class);
      assertThatThrownBy(() -> fixture.queue.skip("bob", lease.item(), SkipReason.OTHER, ""))
          .isInstanceOf(Rejected.class);
      assertThatThrownBy(() -> fixture.queue.draft("bob", lease.item(), 1, "{}"))
          .isInstanceOf(Rejected.class);
      assertThat(fixture.queue.next("nobody")).isEmpty();
    }
  }

  @Test
  void allFaultsOfBadWorkAreReportedAndTheLeaseStays() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.COMPARE, 1), 1);
      var lease = fixture.next("ann");
      var bad =
          new LabelerWork.Compared(
              List.of(
                  new LabelerWork.Rated(0, Set.of(), ""),
                  new LabelerWork.Rated(8, Set.of(), "\ud800"),
                  new LabelerWork.Rated(1, Set.of(), "")),
              List.of(1, 5, 0, 2));
      assertThatThrownBy(() ->
              fixture.queue.submit("ann", submission(UUID.randomUUID().toString(), lease, bad)))
          .isInstanceOfSatisfying(
              Rejected.class,
              refused ->
                  assertThat(refused.problems())
                      .extracting(Rejected.Problem::field)
                      .containsExactly(
                          "outputs",
                          "outputs[0].quality",
                          "outputs[1].quality",
                          "outputs[1].note",
                          "ranks[1]",
                          "ranks[2]"));
      assertThatThrownBy(
              () -> fixture.queue.submit("ann", submission("no uuid", lease, fitting(lease))))
          .isInstanceOf(Rejected.class);
      assertThatThrownBy(() ->
              fixture.queue.submit(
                  "ann",
                  submission(
                      UUID.randomUUID().toString(), lease, new LabelerWork.Demonstrated(""))))
          .isInstanceOf(Rejected.class);
      assertThat(fixture.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
    }
  }

  @Test
  void aSkippedTaskGoesToOthersOnly() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 1);
      var lease = fixture.next("ann");
      fixture.queue.draft("ann", lease.item(), 1, "{}");
      fixture.queue.skip(
          "ann", lease.item(), SkipReason.PERSONAL_DATA, "<script>alert(1)</script>");
      assertThat(fixture.queue.next("ann")).isEmpty();
      assertThat(fixture.next("bob").item()).isEqualTo(lease.item());
      assertThat(fixture.count("SELECT count(*) FROM label_draft")).isZero();
    }
  }

  @Test
  void allFaultsOfABatchAreReportedTogether() throws Exception {
    try (var fixture = fixture()) {
      assertThatThrownBy(() ->
              fixture.queue.open(
                  new TaskBatch(
                      " ", Kind.COMPARE, Mode.TRAINING, 0, Optional.of(Pool.HELD_OUT), 0, ""),
                  List.of(new Item(Optional.empty(), LabelingFixture.outputs(1), "")),
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
  void erasureDeletesAPersonsDataAndReopensTheirSlots() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 1);
      fixture.submit("ann", fixture.next("ann"));
      fixture.open(batch(Kind.PLAIN, 1), 1);
      fixture.queue.draft("ann", fixture.next("ann").item(), 1, "secret");
      String hers = fixture.prompt("hers", "Ann's prompt", Optional.of("ann"));
      fixture.queue.open(
          batch(Kind.DEMONSTRATE, 1), List.of(new Item(Optional.of(hers), List.of(), "")), "r");
      fixture.store.write(h -> fixture.queue.erase(h, Set.of("ann"), Set.of("hers"))).join();
      for (String table : List.of("draft", "annotation", "lease", "decision", "quiz_answer")) {
        assertThat(fixture.count("SELECT count(*) FROM label_" + table + " WHERE labeler = 'ann'"))
            .as(table)
            .isZero();
      }
      assertThat(fixture.count("SELECT count(*) FROM label_item WHERE prompt = 'hers'")).isZero();
      assertThat(fixture.queue.waiting("bob"))
          .isEqualTo(java.util.Map.of(Kind.DEMONSTRATE, 1, Kind.PLAIN, 1));
    }
  }
}
