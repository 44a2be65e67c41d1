package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.Workplace.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.instructgpt.label.TaskQueue.Bound;
import org.instructgpt.label.TaskQueue.Kind;
import org.instructgpt.label.TaskQueue.Lease;
import org.instructgpt.label.TaskQueue.Rejected;
import org.instructgpt.label.TaskQueue.Submission;
import org.instructgpt.records.Labeler.Pool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlausibleTimesTest {
  @TempDir Path folder;

  private static Submission of(Lease lease, Instant started, long active) {
    return new Submission(
        UUID.randomUUID().toString(),
        lease.item(),
        lease.token(),
        Workplace.fitting(lease),
        started,
        active);
  }

  @Test
  void timesThatCannotBeAreBoundedAndTold() throws Exception {
    try (var place = Workplace.in(folder).people(Pool.TRAINING, "ann")) {
      place.open(batch(Kind.DEMONSTRATE, 1), 3);
      var lease = place.next("ann");
      place.later(Duration.ofMinutes(5));
      var odd = of(lease, Instant.parse("2099-01-01T00:00:00Z"), 1_000_000_000_000L);
      var receipt = place.desk.submit("ann", odd);
      assertThat(receipt.bounds())
          .containsExactly(
              new Bound("started", "2099-01-01T00:00:00Z", "2022-03-04T12:05:00Z"),
              new Bound("activeMillis", "1000000000000", "300000"));
      assertThat(place.desk.submit("ann", odd)).isEqualTo(receipt);
      assertThat(place.desk.history("ann", 1).getFirst().activeMillis()).isEqualTo(300_000);

      lease = place.next("ann");
      place.later(Duration.ofMinutes(5));
      receipt = place.desk.submit("ann", of(lease, Instant.MIN, 299_000));
      assertThat(receipt.bounds()).extracting(Bound::kept).containsExactly("2022-03-04T12:05:00Z");

      lease = place.next("ann");
      place.later(Duration.ofMinutes(5));
      receipt = place.desk.submit("ann", of(lease, place.now().minusNanos(1), 300_000));
      assertThat(receipt.bounds()).isEmpty();
    }
  }

  @Test
  void aTimeOfWorkBelowNothingIsRefused() throws Exception {
    try (var place = Workplace.in(folder).people(Pool.TRAINING, "ann")) {
      place.open(batch(Kind.DEMONSTRATE, 1), 1);
      var lease = place.next("ann");
      assertThatThrownBy(() -> place.desk.submit("ann", of(lease, place.now(), -5)))
          .isInstanceOfSatisfying(
              Rejected.class,
              no ->
                  assertThat(no.problems())
                      .extracting(TaskQueue.Problem::field)
                      .containsExactly("activeMillis"));
      assertThat(place.next("ann").item()).isEqualTo(lease.item());
    }
  }

  @Test
  void theVersionOfADraftLeavesRoomForTheNext() throws Exception {
    try (var place = Workplace.in(folder).people(Pool.TRAINING, "ann")) {
      place.open(batch(Kind.DEMONSTRATE, 1), 1);
      var item = place.next("ann").item();
      for (long version : new long[] {-1, 0, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> place.desk.draft("ann", item, version, "{}"))
            .isInstanceOf(Rejected.class)
            .hasMessageContaining("version");
      }
    }
  }
}
