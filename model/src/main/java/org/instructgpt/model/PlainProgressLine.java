package org.instructgpt.model;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Lines for a log file:
///
/// ```text
/// sft step 120/1000 | loss 2.314 | 3.1 steps/s | 0:04:44 left
/// ```
final class PlainProgressLine implements ProgressLine {
  private static final int SHOWN_METRICS = 4;

  private final String task;
  private final PrintStream out;
  private final Duration every;
  private final InstantSource clock;
  private Instant started;
  private Instant spoke;
  private long first;
  private long steps;

  PlainProgressLine(String task, PrintStream out, Duration every, InstantSource clock) {
    this.task = task;
    this.out = out;
    this.every = every;
    this.clock = clock;
    started = Instant.EPOCH;
    spoke = Instant.EPOCH;
  }

  /// The first few metrics, as a person reads them.
  static String shown(Map<String, Double> metrics) {
    return metrics.entrySet().stream()
        .limit(SHOWN_METRICS)
        .map(metric -> String.format(Locale.ROOT, "%s %.4g", metric.getKey(), metric.getValue()))
        .collect(Collectors.joining(", "));
  }

  @Override
  public void begin(long step, long steps) {
    first = step;
    this.steps = steps;
    started = clock.instant();
    spoke = started;
  }

  @Override
  public void advance(long step, Map<String, Double> metrics) {
    Instant now = clock.instant();
    boolean due = Duration.between(spoke, now).compareTo(every) >= 0;
    if (due || step == first + 1 || step == steps) {
      spoke = now;
      say("step %d/%d | %s | %s".formatted(step, steps, shown(metrics), pace(step, now)));
    }
  }

  @Override
  public void say(String message) {
    out.println(task + " " + message);
  }

  @Override
  public void end() {
    out.flush();
  }

  private String pace(long step, Instant now) {
    double seconds = Duration.between(started, now).toNanos() * 1e-9;
    if (seconds <= 0) {
      return "just started";
    }
    double rate = (step - first) / seconds;
    long left = Math.round((steps - step) / rate);
    return String.format(
        Locale.ROOT,
        "%.3g steps/s | %d:%02d:%02d left",
        rate,
        left / 3600,
        left / 60 % 60,
        left % 60);
  }
}
