package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Thousands of requests that no browser would send, to every route that takes a body: each is
/// answered, none with 500. More of them: `-Dinstructgpt.bodies=100000`.
class BrokenBodiesTest {
  private static final int BODIES = Integer.getInteger("instructgpt.bodies", 4000);
  private static final long SEED = Long.getLong("instructgpt.seed", 1);

  @Test
  void noBrokenBodyGets500() throws IOException {
    try (var storm = Storm.start(SEED)) {
      var report = storm.run(BODIES);
      System.out.println(report);
      assertThat(report.faults()).as("%s", storm.log()).isEmpty();
      assertThat(report.requests()).isEqualTo(BODIES);
      assertThat(report.statuses().keySet()).contains(400, 200);
      assertThat(storm.log()).as("the log").doesNotContain(" failed\n");
      assertThat(storm.isWell()).as("the studio is ready afterwards").isTrue();
    }
  }
}
