package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.LabelingFixture.batch;
import static org.instructgpt.label.LabelingFixture.submission;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.label.Lease.SkipReason;
import org.instructgpt.label.Submission.Outcome;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.Dialect;
import org.instructgpt.records.Labeler.Pool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class LeasesTest {
  @TempDir Path folder;

  private LabelingFixture fixture() throws Exception {
    return LabelingFixture.in(folder).people(Pool.TRAINING, "ann", "bob", "cem");
  }

  @Test
  void anExpiredLeaseGoesToSomebodyElseAndLateWorkIsSurplus() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 1);
      var late = fixture.next("ann");
      assertThat(fixture.queue.next("bob")).isEmpty();
      fixture.later(Lease.DURATION);
      var other = fixture.next("bob");
      assertThat(other.item()).isEqualTo(late.item());
      assertThatThrownBy(() -> fixture.queue.renew("ann", late.item(), late.token()))
          .isInstanceOfSatisfying(
              Rejected.class, lost -> assertThat(lost.why()).isEqualTo(Rejected.Why.LEASE_LOST));
      fixture.queue.draft("ann", late.item(), 1, "kept though the lease is lost");
      assertThat(fixture.submit("bob", other).outcome()).isEqualTo(Outcome.COUNTED);
      assertThat(fixture.submit("ann", late).outcome()).isEqualTo(Outcome.SURPLUS);
      assertThat(fixture.store.counts().demonstrations()).isEqualTo(1);
      assertThat(fixture.count("SELECT count(*) FROM label_annotation")).isEqualTo(2);
    }
  }

  @Test
  void lateWorkCountsIfNobodyElseTookTheTask() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 1);
      var late = fixture.next("ann");
      fixture.later(Duration.ofDays(30));
      assertThat(fixture.submit("ann", late).outcome()).isEqualTo(Outcome.COUNTED);
    }
  }

  @Test
  void lateWorkTakesAnotherSlotOfTheItemIfOneIsFree() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.DEMONSTRATE, 2), 1);
      var late = fixture.next("ann");
      fixture.later(Lease.DURATION);
      fixture.submit("bob", fixture.next("bob"));
      assertThat(fixture.submit("ann", late).outcome()).isEqualTo(Outcome.COUNTED);
      assertThat(fixture.queue.next("cem")).isEmpty();
    }
  }

  @Test
  void nobodyGetsTheirOwnPrompt() throws Exception {
    try (var fixture = fixture()) {
      String own = fixture.prompt("p1", "Mine", Optional.of("ann"));
      fixture.queue.open(
          batch(Kind.DEMONSTRATE, 1), List.of(new Item(Optional.of(own), List.of(), "")), "r");
      assertThat(fixture.queue.next("ann")).isEmpty();
      assertThat(fixture.queue.waiting("ann")).isEmpty();
      assertThat(fixture.queue.waiting("bob")).containsEntry(Kind.DEMONSTRATE, 1);
      assertThat(fixture.next("bob").prompt()).isEqualTo("Mine");
    }
  }

  @Test
  void theHeldOutPoolGetsNoTrainingWorkAndAPoolItsOwn() throws Exception {
    try (var fixture = fixture().people(Pool.HELD_OUT, "hal").people(Pool.RESEARCHER, "rio")) {
      fixture.open(batch(Kind.PLAIN, 1), 1);
      assertThat(fixture.queue.next("hal")).isEmpty();
      fixture.open(new TaskBatch("e", Kind.TAG, Mode.EVALUATION, 1, Optional.empty(), 1, "e-1"), 1);
      assertThat(fixture.next("hal").kind()).isEqualTo(Kind.TAG);
      fixture.open(
          new TaskBatch(
              "r", Kind.COMPARE, Mode.TRAINING, 1, Optional.of(Pool.RESEARCHER), -1, "t-1"),
          1);
      assertThat(fixture.next("ann").kind()).isEqualTo(Kind.PLAIN);
      assertThat(fixture.next("rio").kind()).isEqualTo(Kind.COMPARE);
    }
  }

  @Test
  void tasksOfLowerPriorityNumberComeFirst() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(new TaskBatch("b", Kind.PLAIN, Mode.TRAINING, 1, Optional.empty(), 5, "t"), 2);
      fixture.open(
          new TaskBatch("a", Kind.FEW_SHOT, Mode.TRAINING, 1, Optional.empty(), -5, "t"), 1);
      assertThat(fixture.next("ann").kind()).isEqualTo(Kind.FEW_SHOT);
      assertThat(fixture.next("bob").kind()).isEqualTo(Kind.PLAIN);
    }
  }

  @Test
  void aClosedBatchHandsOutNothingButAcceptsLeasedTasks() throws Exception {
    try (var fixture = fixture()) {
      String batch = fixture.open(batch(Kind.DEMONSTRATE, 2), 3);
      var lease = fixture.next("ann");
      fixture.queue.close(batch, "r");
      assertThat(fixture.queue.next("bob")).isEmpty();
      assertThat(fixture.next("ann").item()).isEqualTo(lease.item());
      fixture.later(Lease.DURATION.multipliedBy(2));
      assertThat(fixture.queue.next("bob")).isEmpty();
      assertThat(fixture.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
      assertThat(fixture.queue.next("ann")).isEmpty();
      assertThatThrownBy(() -> fixture.queue.close("none", "r"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void goldTasksAreUnmarkedFiveToTenPercentOfAllAndNoTrainingData() throws Exception {
    try (var fixture = fixture().people(Pool.RESEARCHER, "rio").people(Pool.HELD_OUT, "hal")) {
      var researchers =
          new TaskBatch(
              "g", Kind.COMPARE, Mode.TRAINING, 1, Optional.of(Pool.RESEARCHER), 0, "t-1");
      String gold = fixture.open(researchers, 40);
      for (int i = 0; i < 40; i++) {
        fixture.submit("rio", fixture.next("rio"));
      }
      assertThat(fixture.queue.makeGold(gold, "rio")).isEqualTo(40);
      assertThat(fixture.queue.makeGold(gold, "rio")).isZero();
      fixture.open(batch(Kind.COMPARE, 2), 300);
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < 300; i++) {
        Lease lease = fixture.next("ann");
        assertThat(seen.add(lease.item())).isTrue();
        fixture.submit("ann", lease);
      }
      int shown =
          fixture.count(
              "SELECT count(*) FROM label_annotation WHERE labeler = 'ann' AND gold_of = 6");
      assertThat(shown).isBetween(15, 30);
      assertThat(
              fixture.count(
                  "SELECT count(*) FROM label_annotation WHERE gold_agreed = 6 AND labeler = 'ann'"))
          .isEqualTo(shown);
      assertThat(fixture.store.counts().rankings()).isEqualTo(40 + 300 - shown);
      assertThat(fixture.queue.history("ann", 1000)).hasSize(300);
      fixture.open(
          new TaskBatch("p", Kind.PLAIN, Mode.TRAINING, 1, Optional.empty(), -1, "t-1"), 30);
      for (int i = 0; i < 30; i++) {
        var lease = fixture.next("ann");
        assertThat(lease.kind()).as("gold would stand out").isEqualTo(Kind.PLAIN);
        fixture.submit("ann", lease);
      }
      fixture.open(
          new TaskBatch("e", Kind.COMPARE, Mode.EVALUATION, 1, Optional.empty(), 0, "e"), 50);
      for (int i = 0; i < 50; i++) {
        fixture.submit("hal", fixture.next("hal"));
      }
      assertThat(
              fixture.count(
                  "SELECT count(*) FROM label_annotation WHERE labeler = 'hal' AND gold_of > 0"))
          .isZero();
    }
  }

  @Test
  void pausedLabelersGetNothingAndCandidatesOnlyWhileNoScreeningIsRequired() throws Exception {
    try (var fixture = fixture().people(Pool.HELD_OUT, "hal")) {
      fixture.open(batch(Kind.PLAIN, 1), 3);
      var lease = fixture.next("ann");
      fixture.screening.decide("ann", ScreeningResult.Verdict.PAUSED, "answers like a coin", "rio");
      assertThat(fixture.queue.next("ann")).isEmpty();
      assertThat(fixture.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
      fixture.screening.require(true, "rio");
      assertThat(fixture.queue.next("bob")).isEmpty();
      fixture.screening.decide("bob", ScreeningResult.Verdict.ADMITTED, "good flags", "rio");
      assertThat(fixture.queue.next("bob")).isPresent();
      fixture.open(new TaskBatch("e", Kind.TAG, Mode.EVALUATION, 1, Optional.empty(), 9, "e-1"), 1);
      assertThat(fixture.queue.next("hal")).isPresent();
    }
  }

  /// Many concurrent labelers, some of whom lose their leases, hand in twice or skip.
  @ParameterizedTest
  @EnumSource
  void nobodyGetsAnItemTwiceAndNoItemMoreThanItsOverlap(Dialect dialect) throws Exception {
    int labelers = 16;
    int items = 60;
    try (var fixture = LabelingFixture.on(dialect, folder);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var names = IntStream.range(0, labelers).mapToObj(i -> "labeler-" + i).toList();
      fixture.people(Pool.TRAINING, names.toArray(String[]::new));
      fixture.open(batch(Kind.DEMONSTRATE, 3), items);
      var work =
          names.stream()
              .<Callable<Integer>>map(name -> () -> workAll(fixture, name))
              .collect(Collectors.toList());
      int handed = 0;
      for (var done : threads.invokeAll(work)) {
        handed += done.get();
      }
      assertThat(handed).isGreaterThanOrEqualTo(3 * items);
      assertThat(
              fixture.count(
                  "SELECT count(*) FROM (SELECT item FROM label_annotation WHERE outcome = 'counted'"
                      + " GROUP BY item HAVING count(*) = 3 AND count(DISTINCT labeler) = 3) full_ones"))
          .isEqualTo(items);
      assertThat(fixture.store.counts().demonstrations()).isEqualTo(3L * items);
      assertThat(fixture.count("SELECT count(*) FROM label_slot WHERE state <> 'done'")).isZero();
    }
  }

  private static int workAll(LabelingFixture fixture, String name) {
    Set<String> seen = new HashSet<>();
    for (var lease = fixture.queue.next(name);
        lease.isPresent();
        lease = fixture.queue.next(name)) {
      assertThat(seen.add(lease.get().item())).as("handed out once").isTrue();
      int turn = seen.size() % 10;
      if (turn == 3 && name.endsWith("1")) {
        fixture.queue.skip(name, lease.get().item(), SkipReason.UNCLEAR, "");
      } else {
        var submission = submission(lease.get());
        fixture.queue.submit(name, submission);
        if (turn == 5) {
          fixture.queue.submit(name, submission);
        }
      }
    }
    return seen.size();
  }
}
