package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.Workplace.batch;
import static org.instructgpt.label.Workplace.submission;

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
import org.instructgpt.label.TaskQueue.Batch;
import org.instructgpt.label.TaskQueue.Item;
import org.instructgpt.label.TaskQueue.Kind;
import org.instructgpt.label.TaskQueue.Lease;
import org.instructgpt.label.TaskQueue.Mode;
import org.instructgpt.label.TaskQueue.Outcome;
import org.instructgpt.label.TaskQueue.Reason;
import org.instructgpt.label.TaskQueue.Rejected;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeasesTest {
  @TempDir Path folder;

  private Workplace place() throws Exception {
    return Workplace.in(folder).people(Pool.TRAINING, "ann", "bob", "cem");
  }

  @Test
  void aLeaseThatEndedGoesOnAndTheLateWorkIsSurplus() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.DEMONSTRATE, 1), 1);
      var late = place.next("ann");
      assertThat(place.desk.next("bob")).isEmpty();
      place.later(TaskQueue.LEASE);
      var other = place.next("bob");
      assertThat(other.item()).isEqualTo(late.item());
      assertThatThrownBy(() -> place.desk.renew("ann", late.item(), late.token()))
          .isInstanceOfSatisfying(
              Rejected.class, lost -> assertThat(lost.why()).isEqualTo(Rejected.Why.LEASE_LOST));
      place.desk.draft("ann", late.item(), 1, "kept though the lease is lost");
      assertThat(place.submit("bob", other).outcome()).isEqualTo(Outcome.COUNTED);
      assertThat(place.submit("ann", late).outcome()).isEqualTo(Outcome.SURPLUS);
      assertThat(place.store.counts().demonstrations()).isEqualTo(1);
      assertThat(place.count("SELECT count(*) FROM label_annotation")).isEqualTo(2);
    }
  }

  @Test
  void lateWorkCountsIfNobodyElseTookTheItem() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.DEMONSTRATE, 1), 1);
      var late = place.next("ann");
      place.later(Duration.ofDays(30));
      assertThat(place.submit("ann", late).outcome()).isEqualTo(Outcome.COUNTED);
    }
  }

  @Test
  void lateWorkTakesAnotherSlotOfTheItemIfOneIsFree() throws Exception {
    try (var place = place()) {
      place.open(batch(Kind.DEMONSTRATE, 2), 1);
      var late = place.next("ann");
      place.later(TaskQueue.LEASE);
      place.submit("bob", place.next("bob"));
      assertThat(place.submit("ann", late).outcome()).isEqualTo(Outcome.COUNTED);
      assertThat(place.desk.next("cem")).isEmpty();
    }
  }

  @Test
  void nobodyGetsTheirOwnPrompt() throws Exception {
    try (var place = place()) {
      String own = place.prompt("p1", "Mine", Optional.of("ann"));
      place.desk.open(
          batch(Kind.DEMONSTRATE, 1), List.of(new Item(Optional.of(own), List.of(), "")), "r");
      assertThat(place.desk.next("ann")).isEmpty();
      assertThat(place.desk.waiting("ann")).isEmpty();
      assertThat(place.desk.waiting("bob")).containsEntry(Kind.DEMONSTRATE, 1);
      assertThat(place.next("bob").prompt()).isEqualTo("Mine");
    }
  }

  @Test
  void theHeldOutPoolGetsNoTrainingWorkAndAPoolItsOwn() throws Exception {
    try (var place = place().people(Pool.HELD_OUT, "hal").people(Pool.RESEARCHER, "rio")) {
      place.open(batch(Kind.PLAIN, 1), 1);
      assertThat(place.desk.next("hal")).isEmpty();
      place.open(new Batch("e", Kind.TAG, Mode.EVALUATION, 1, Optional.empty(), 1, "e-1"), 1);
      assertThat(place.next("hal").kind()).isEqualTo(Kind.TAG);
      place.open(
          new Batch("r", Kind.COMPARE, Mode.TRAINING, 1, Optional.of(Pool.RESEARCHER), -1, "t-1"),
          1);
      assertThat(place.next("ann").kind()).isEqualTo(Kind.PLAIN);
      assertThat(place.next("rio").kind()).isEqualTo(Kind.COMPARE);
    }
  }

  @Test
  void lowerPrioritiesComeFirst() throws Exception {
    try (var place = place()) {
      place.open(new Batch("b", Kind.PLAIN, Mode.TRAINING, 1, Optional.empty(), 5, "t"), 2);
      place.open(new Batch("a", Kind.FEW_SHOT, Mode.TRAINING, 1, Optional.empty(), -5, "t"), 1);
      assertThat(place.next("ann").kind()).isEqualTo(Kind.FEW_SHOT);
      assertThat(place.next("bob").kind()).isEqualTo(Kind.PLAIN);
    }
  }

  @Test
  void aClosedBatchHandsOutNothingButTakesInWhatIsOut() throws Exception {
    try (var place = place()) {
      String batch = place.open(batch(Kind.DEMONSTRATE, 2), 3);
      var lease = place.next("ann");
      place.desk.close(batch, "r");
      assertThat(place.desk.next("bob")).isEmpty();
      assertThat(place.next("ann").item()).isEqualTo(lease.item());
      place.later(TaskQueue.LEASE.multipliedBy(2));
      assertThat(place.desk.next("bob")).isEmpty();
      assertThat(place.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
      assertThat(place.desk.next("ann")).isEmpty();
      assertThatThrownBy(() -> place.desk.close("none", "r"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void goldIsMixedInUnseenAtFiveToTenPercentAndTrainsNothing() throws Exception {
    try (var place = place().people(Pool.RESEARCHER, "rio").people(Pool.HELD_OUT, "hal")) {
      var researchers =
          new Batch("g", Kind.COMPARE, Mode.TRAINING, 1, Optional.of(Pool.RESEARCHER), 0, "t-1");
      String gold = place.open(researchers, 40);
      for (int i = 0; i < 40; i++) {
        place.submit("rio", place.next("rio"));
      }
      assertThat(place.desk.makeGold(gold, "rio")).isEqualTo(40);
      assertThat(place.desk.makeGold(gold, "rio")).isZero();
      place.open(batch(Kind.COMPARE, 2), 300);
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < 300; i++) {
        Lease lease = place.next("ann");
        assertThat(seen.add(lease.item())).isTrue();
        place.submit("ann", lease);
      }
      int shown =
          place.count(
              "SELECT count(*) FROM label_annotation WHERE labeler = 'ann' AND gold_of = 6");
      assertThat(shown).isBetween(15, 30);
      assertThat(
              place.count(
                  "SELECT count(*) FROM label_annotation WHERE gold_agreed = 6 AND labeler = 'ann'"))
          .isEqualTo(shown);
      assertThat(place.store.counts().rankings()).isEqualTo(40 + 300 - shown);
      assertThat(place.desk.history("ann", 1000)).hasSize(300);
      place.open(new Batch("p", Kind.PLAIN, Mode.TRAINING, 1, Optional.empty(), -1, "t-1"), 30);
      for (int i = 0; i < 30; i++) {
        var lease = place.next("ann");
        assertThat(lease.kind()).as("gold would stand out").isEqualTo(Kind.PLAIN);
        place.submit("ann", lease);
      }
      place.open(new Batch("e", Kind.COMPARE, Mode.EVALUATION, 1, Optional.empty(), 0, "e"), 50);
      for (int i = 0; i < 50; i++) {
        place.submit("hal", place.next("hal"));
      }
      assertThat(
              place.count(
                  "SELECT count(*) FROM label_annotation WHERE labeler = 'hal' AND gold_of > 0"))
          .isZero();
    }
  }

  @Test
  void pausedLabelersGetNothingAndCandidatesOnlyWhenNobodyMustBeAdmitted() throws Exception {
    try (var place = place().people(Pool.HELD_OUT, "hal")) {
      place.open(batch(Kind.PLAIN, 1), 3);
      var lease = place.next("ann");
      place.screening.decide("ann", Screening.Verdict.PAUSED, "answers like a coin", "rio");
      assertThat(place.desk.next("ann")).isEmpty();
      assertThat(place.submit("ann", lease).outcome()).isEqualTo(Outcome.COUNTED);
      place.screening.require(true, "rio");
      assertThat(place.desk.next("bob")).isEmpty();
      place.screening.decide("bob", Screening.Verdict.ADMITTED, "good flags", "rio");
      assertThat(place.desk.next("bob")).isPresent();
      place.open(new Batch("e", Kind.TAG, Mode.EVALUATION, 1, Optional.empty(), 9, "e-1"), 1);
      assertThat(place.desk.next("hal")).isPresent();
    }
  }

  /// Many labelers at once, some of whom lose their leases, hand in twice or skip.
  @ParameterizedTest
  @EnumSource
  void nobodyGetsAnItemTwiceAndNoItemMoreThanItsOverlap(Store.Dialect dialect) throws Exception {
    int labelers = 16;
    int items = 60;
    try (var place = Workplace.on(dialect, folder);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var names = IntStream.range(0, labelers).mapToObj(i -> "labeler-" + i).toList();
      place.people(Pool.TRAINING, names.toArray(String[]::new));
      place.open(batch(Kind.DEMONSTRATE, 3), items);
      var work =
          names.stream()
              .<Callable<Integer>>map(name -> () -> workAll(place, name))
              .collect(Collectors.toList());
      int handed = 0;
      for (var done : threads.invokeAll(work)) {
        handed += done.get();
      }
      assertThat(handed).isGreaterThanOrEqualTo(3 * items);
      assertThat(
              place.count(
                  "SELECT count(*) FROM (SELECT item FROM label_annotation WHERE outcome = 'counted'"
                      + " GROUP BY item HAVING count(*) = 3 AND count(DISTINCT labeler) = 3) full_ones"))
          .isEqualTo(items);
      assertThat(place.store.counts().demonstrations()).isEqualTo(3L * items);
      assertThat(place.count("SELECT count(*) FROM label_slot WHERE state <> 'done'")).isZero();
    }
  }

  private static int workAll(Workplace place, String name) {
    Set<String> seen = new HashSet<>();
    for (var lease = place.desk.next(name); lease.isPresent(); lease = place.desk.next(name)) {
      assertThat(seen.add(lease.get().item())).as("handed out once").isTrue();
      int turn = seen.size() % 10;
      if (turn == 3 && name.endsWith("1")) {
        place.desk.skip(name, lease.get().item(), Reason.UNCLEAR, "");
      } else {
        var submission = submission(lease.get());
        place.desk.submit(name, submission);
        if (turn == 5) {
          place.desk.submit(name, submission);
        }
      }
    }
    return seen.size();
  }
}
