package org.instructgpt.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Whether the store works, checked at most once a second, however often the health route is
/// called.
final class Readiness {
  private static final Duration FRESH = Duration.ofSeconds(1);

  private final BooleanSupplier healthy;
  private final InstantSource clock;
  private @Nullable Instant asked;
  private boolean answer;

  Readiness(BooleanSupplier healthy, InstantSource clock) {
    this.healthy = healthy;
    this.clock = clock;
  }

  synchronized boolean now() {
    Instant now = clock.instant();
    if (asked == null || Duration.between(asked, now).abs().compareTo(FRESH) >= 0) {
      answer = healthy.getAsBoolean();
      asked = now;
    }
    return answer;
  }
}
