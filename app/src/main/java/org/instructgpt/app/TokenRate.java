package org.instructgpt.app;

import java.util.Map;
import java.util.function.LongSupplier;

/// Tokens a second since the first one.
final class TokenRate {
  private final LongSupplier nanos;
  private long start;
  private long tokens;

  TokenRate(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// The rate when so many tokens more are there, as a metric.
  Map<String, Double> after(long more) {
    long now = nanos.getAsLong();
    if (tokens == 0) {
      start = now;
    }
    tokens += more;
    return now == start ? Map.of() : Map.of("tokens_per_second", tokens / ((now - start) * 1e-9));
  }
}
