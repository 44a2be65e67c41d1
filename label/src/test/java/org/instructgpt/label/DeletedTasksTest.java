package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.Workplace.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.label.TaskQueue.Item;
import org.instructgpt.label.TaskQueue.Kind;
import org.instructgpt.label.TaskQueue.Reason;
import org.instructgpt.label.TaskQueue.Rejected;
import org.instructgpt.label.TaskQueue.Rejected.Why;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Store.Dialect;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A prompt is deleted while labelers are at it.
class DeletedTasksTest {
  @TempDir Path folder;

  private static void gone(Runnable deed) {
    assertThatThrownBy(deed::run)
        .isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.why()).isEqualTo(Why.GONE));
  }

  @ParameterizedTest
  @EnumSource
  void whoIsAtItIsToldAndTheDayCountsWhatWasDone(Dialect dialect) throws Exception {
    try (var place = Workplace.on(dialect, folder).people(Pool.TRAINING, "ann", "bob", "cem")) {
      String prompt = place.prompt("p", "Delete me", Optional.of("customer"));
      place.desk.open(
          batch(Kind.DEMONSTRATE, 3), List.of(new Item(Optional.of(prompt), List.of(), "")), "r");
      var done = place.next("ann");
      place.later(Duration.ofMinutes(1));
      place.submit("ann", done);
      var atWork = place.next("bob");
      place.desk.draft("bob", atWork.item(), 1, "{}");
      var skipped = place.next("cem");
      place.desk.skip("cem", skipped.item(), Reason.OTHER, "");

      place.store.erase(Set.of(), Set.of("p"), List.of(place.desk));

      assertThat(DailyTotal.today(place.desk, "ann", place.now(), ZoneOffset.UTC))
          .isEqualTo(new DailyTotal(1, 1000));
      gone(() -> place.desk.draft("bob", atWork.item(), 2, "{}"));
      gone(() -> place.desk.renew("bob", atWork.item(), atWork.token()));
      assertThat(DailyTotal.today(place.desk, "bob", place.now(), ZoneOffset.UTC).count()).isZero();
      gone(() -> place.submit("bob", atWork));
      gone(() -> place.submit("bob", atWork));
      assertThat(DailyTotal.today(place.desk, "bob", place.now(), ZoneOffset.UTC).count())
          .isEqualTo(1);
      assertThat(place.desk.mine("bob", atWork.item(), ZoneOffset.UTC).orElseThrow().state())
          .isEqualTo("gone");
      assertThat(place.desk.history("cem", 5)).isEmpty();
      assertThat(place.count("SELECT count(*) FROM label_annotation")).isZero();

      place.store.erase(Set.of("ann", "bob"), Set.of(), List.of(place.desk));
      assertThat(place.count("SELECT count(*) FROM label_gone")).isZero();
    }
  }
}
