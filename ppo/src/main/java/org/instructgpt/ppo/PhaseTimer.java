package org.instructgpt.ppo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Where the time of an iteration goes.
final class PhaseTimer {
  private final LongSupplier nanoTime;
  private final Map<String, Long> spent = new LinkedHashMap<>();
  private long since;

  PhaseTimer(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong();
  }

  /// Charges what passed since the last charge to `phase`.
  void charge(String phase) {
    long now = nanoTime.getAsLong();
    spent.merge(phase, now - since, Long::sum);
    since = now;
  }

  /// `seconds_` and the phase to its seconds.
  Map<String, Double> seconds() {
    var seconds = new LinkedHashMap<String, Double>();
    spent.forEach((phase, nanos) -> seconds.put("seconds_" + phase, nanos * 1e-9));
    return seconds;
  }
}
