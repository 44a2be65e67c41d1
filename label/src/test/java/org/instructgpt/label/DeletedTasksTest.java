package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.LabelingFixture.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.label.Lease.SkipReason;
import org.instructgpt.label.Rejected.Why;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Dialect;
import org.instructgpt.records.Labeler.Pool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Deleting a prompt while labelers hold its tasks.
@Tag("slow")
class DeletedTasksTest {
  @TempDir Path folder;

  private static void gone(Runnable deed) {
    assertThatThrownBy(deed::run)
        .isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.why()).isEqualTo(Why.GONE));
  }

  @ParameterizedTest
  @EnumSource
  void theLabelerIsToldAndTheDayCountsTheWork(Dialect dialect) throws Exception {
    try (var fixture =
        LabelingFixture.on(dialect, folder).people(Pool.TRAINING, "ann", "bob", "cem")) {
      String prompt = fixture.prompt("p", "Delete me", Optional.of("customer"));
      fixture.queue.open(
          batch(Kind.DEMONSTRATE, 3), List.of(new Item(Optional.of(prompt), List.of(), "")), "r");
      var done = fixture.next("ann");
      fixture.later(Duration.ofMinutes(1));
      fixture.submit("ann", done);
      var atWork = fixture.next("bob");
      fixture.queue.draft("bob", atWork.item(), 1, "{}");
      var skipped = fixture.next("cem");
      fixture.queue.skip("cem", skipped.item(), SkipReason.OTHER, "");

      fixture.store.erase(Set.of(), Set.of("p"), List.of(fixture.queue));

      assertThat(fixture.queue.today("ann", ZoneOffset.UTC))
          .isEqualTo(new TaskQueue.DailyTotal(1, 1000));
      gone(() -> fixture.queue.draft("bob", atWork.item(), 2, "{}"));
      gone(() -> fixture.queue.renew("bob", atWork.item(), atWork.token()));
      assertThat(fixture.queue.today("bob", ZoneOffset.UTC).count()).isZero();
      gone(() -> fixture.submit("bob", atWork));
      gone(() -> fixture.submit("bob", atWork));
      assertThat(fixture.queue.today("bob", ZoneOffset.UTC).count()).isEqualTo(1);
      assertThat(fixture.queue.mine("bob", atWork.item(), ZoneOffset.UTC).orElseThrow().state())
          .isEqualTo("gone");
      assertThat(fixture.queue.history("cem", 5)).isEmpty();
      assertThat(fixture.count("SELECT count(*) FROM label_annotation")).isZero();

      fixture.store.erase(Set.of("ann", "bob"), Set.of(), List.of(fixture.queue));
      assertThat(fixture.count("SELECT count(*) FROM label_gone")).isZero();
    }
  }
}
