package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.instructgpt.label.LabelingFixture.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.instructgpt.label.Lease.SkipReason;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Labeler.Pool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class QualityTest {
  @TempDir Path folder;

  private LabelingFixture fixture() throws Exception {
    return LabelingFixture.in(folder).people(Pool.TRAINING, "ann", "bob", "eve");
  }

  @Test
  void progressCountsDoneLeasedAndSkippedTasks() throws Exception {
    try (var fixture = fixture()) {
      var quality = new Quality(fixture.store);
      assertThat(quality.progress(fixture.now())).isEmpty();
      String id = fixture.open(batch(Kind.DEMONSTRATE, 2), 4);
      fixture.work("ann");
      var second = fixture.next("ann");
      fixture.work("bob");
      fixture.queue.skip("bob", fixture.next("bob").item(), SkipReason.LANGUAGE, "");
      var progress = quality.progress(fixture.now()).getFirst();
      assertThat(progress.id()).isEqualTo(id);
      assertThat(progress.batch()).isEqualTo(batch(Kind.DEMONSTRATE, 2));
      assertThat(List.of(progress.items(), progress.slots(), progress.done(), progress.leased()))
          .containsExactly(4, 8, 2, 1);
      assertThat(progress.skipped()).isEqualTo(1);
      assertThat(progress.medianActiveMillis()).isEqualTo(1000);
      assertThat(quality.skips(id)).containsEntry(SkipReason.LANGUAGE, 1);
      fixture.later(Lease.DURATION);
      assertThat(quality.progress(fixture.now()).getFirst().leased()).isZero();
      assertThat(second.item()).isNotEmpty();
      fixture.queue.close(id, "rio");
      assertThat(quality.progress(fixture.now()).getFirst().closed()).isTrue();
    }
  }

  /// Ranks the worst output first.
  private static LabelerWork backwards(Lease lease) {
    var ranked = LabelingFixture.ranked(lease);
    return new LabelerWork.Compared(
        ranked.outputs(), ranked.ranks().stream().map(rank -> 5 - rank).toList());
  }

  @Test
  void aLabelerWhoRanksBackwardsDisagreesAndBecomesAnOutlier() throws Exception {
    try (var fixture = fixture()) {
      fixture.open(batch(Kind.COMPARE, 3), 20);
      var quality = new Quality(fixture.store);
      assertThat(quality.agreement()).isEmpty();
      assertThat(quality.ratings()).isEmpty();
      for (int i = 0; i < 20; i++) {
        fixture.submit("ann", fixture.next("ann"));
        fixture.submit("bob", fixture.next("bob"));
        var lease = fixture.next("eve");
        fixture.queue.submit(
            "eve",
            LabelingFixture.submission(UUID.randomUUID().toString(), lease, backwards(lease)));
        fixture.later(Duration.ofDays(1));
      }
      var people = quality.people();
      assertThat(people).extracting(Quality.Person::labeler).containsExactly("ann", "bob", "eve");
      assertThat(people.get(0).agreement().orElseThrow().value()).isCloseTo(0.5, within(1e-9));
      assertThat(people.get(2).agreement().orElseThrow().value()).isZero();
      assertThat(people.get(2).suspicion().votes()).isCloseTo(60, within(1e-9));
      assertThat(people.get(2).suspicion().outlier()).isTrue();
      assertThat(people.get(0).suspicion().outlier()).isFalse();
      assertThat(people.get(0).submissions()).isEqualTo(20);
      assertThat(quality.agreement().get(Pool.TRAINING).withoutTies().value())
          .isCloseTo(1 / 3.0, within(1e-9));
      assertThat(quality.ratings().orElseThrow().quality().value()).isEqualTo(1);
      var weeks = quality.agreementByWeek("eve");
      assertThat(weeks).hasSize(4);
      // Friday the 4th of March 2022
      assertThat(weeks.getFirst().monday()).isEqualTo(LocalDate.of(2022, 2, 28));
      assertThat(quality.agreementByWeek()).allMatch(week -> week.value().value() > 0.3);
    }
  }

  @Test
  void goldMeasuresAgreementWithResearchers() throws Exception {
    try (var fixture = fixture().people(Pool.RESEARCHER, "rio")) {
      String gold = fixture.open(batch(Kind.COMPARE, 1), 30);
      for (int i = 0; i < 30; i++) {
        fixture.submit("rio", fixture.next("rio"));
      }
      fixture.queue.makeGold(gold, "rio");
      fixture.open(batch(Kind.COMPARE, 1), 200);
      for (int i = 0; i < 100; i++) {
        var lease = fixture.next("ann");
        fixture.queue.submit(
            "ann",
            LabelingFixture.submission(
                UUID.randomUUID().toString(),
                lease,
                i % 2 == 0 ? LabelingFixture.ranked(lease) : backwards(lease)));
      }
      var ann = new Quality(fixture.store).people().getFirst();
      assertThat(ann.gold().orElseThrow().value()).isBetween(0.1, 0.9);
      assertThat(new Quality(fixture.store).goldByWeek("ann").getFirst().value())
          .isEqualTo(ann.gold().orElseThrow());
    }
  }

  @Test
  void tagSharesAreOfTaggedPrompts() throws Exception {
    try (var fixture = fixture()) {
      assertThat(new Quality(fixture.store).tags()).isEmpty();
      fixture.open(batch(Kind.TAG, 1), 2);
      fixture.submit("ann", fixture.next("ann"));
      var lease = fixture.next("ann");
      fixture.queue.submit(
          "ann",
          LabelingFixture.submission(
              UUID.randomUUID().toString(),
              lease,
              new LabelerWork.Tagged(Set.of(), java.util.Optional.empty(), false)));
      assertThat(new Quality(fixture.store).tags().get(LabelerWork.Tag.AMBIGUOUS).value())
          .isEqualTo(0.5);
      assertThat(new Quality(fixture.store).tags().get(LabelerWork.Tag.CLOSED_DOMAIN).value())
          .isZero();
    }
  }
}
