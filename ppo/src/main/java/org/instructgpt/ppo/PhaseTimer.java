package org.instructgpt.ppo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Measures how long each phase of an iteration takes. On an accelerator a phase asks for its work,
/// and the one that reads a result waits for it: there `update` has what `ptx` asked for.
final class PhaseTimer {
  private final LongSupplier nanoTime;
  private final Map<String, Long> nanos = new LinkedHashMap<>();
  private long since;

  PhaseTimer(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong();
  }

  /// Adds the time since the last call to that of `phase`.
  void add(String phase) {
    long now = nanoTime.getAsLong();
    nanos.merge(phase, now - since, Long::sum);
    since = now;
  }

  /// The seconds of each phase, by `seconds_` and its name.
  Map<String, Double> seconds() {
    var seconds = new LinkedHashMap<String, Double>();
    nanos.forEach((phase, time) -> seconds.put("seconds_" + phase, time * 1e-9));
    return seconds;
  }
}
