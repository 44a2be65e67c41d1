package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.LabelingFixture.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.instructgpt.label.Submission.Bound;
import org.instructgpt.label.TaskBatch.Kind;
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
        LabelingFixture.fitting(lease),
        started,
        active);
  }

  @Test
  void impossibleTimesAreBoundedAndReported() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "ann")) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 3);
      var lease = fixture.next("ann");
      fixture.later(Duration.ofMinutes(5));
      var odd = of(lease, Instant.parse("2099-01-01T00:00:00Z"), 1_000_000_000_000L);
      var receipt = fixture.queue.submit("ann", odd);
      assertThat(receipt.bounds())
          .containsExactly(
              new Bound("started", "2099-01-01T00:00:00Z", "2022-03-04T12:05:00Z"),
              new Bound("activeMillis", "1000000000000", "300000"));
      assertThat(fixture.queue.submit("ann", odd)).isEqualTo(receipt);
      assertThat(fixture.queue.history("ann", 1).getFirst().activeMillis()).isEqualTo(300_000);

      lease = fixture.next("ann");
      fixture.later(Duration.ofMinutes(5));
      receipt = fixture.queue.submit("ann", of(lease, Instant.MIN, 299_000));
      assertThat(receipt.bounds()).extracting(Bound::kept).containsExactly("2022-03-04T12:05:00Z");

      lease = fixture.next("ann");
      fixture.later(Duration.ofMinutes(5));
      receipt = fixture.queue.submit("ann", of(lease, fixture.now().minusNanos(1), 300_000));
      assertThat(receipt.bounds()).isEmpty();
    }
  }

  @Test
  void aNegativeTimeOfWorkIsRefused() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "ann")) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 1);
      var lease = fixture.next("ann");
      assertThatThrownBy(() -> fixture.queue.submit("ann", of(lease, fixture.now(), -5)))
          .isInstanceOfSatisfying(
              Rejected.class,
              no ->
                  assertThat(no.problems())
                      .extracting(Rejected.Problem::field)
                      .containsExactly("activeMillis"));
      assertThat(fixture.next("ann").item()).isEqualTo(lease.item());
    }
  }

  @Test
  void aDraftVersionThatAllowsNoNextOneIsRefused() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "ann")) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 1);
      var item = fixture.next("ann").item();
      for (long version : new long[] {-1, 0, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> fixture.queue.draft("ann", item, version, "{}"))
            .isInstanceOf(Rejected.class)
            .hasMessageContaining("version");
      }
    }
  }
}
