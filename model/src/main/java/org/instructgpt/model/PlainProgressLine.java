package org.instructgpt.model;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Progress as lines for a log file:
///
/// ```text
/// sft step 120/1000 | loss 2.314 | 3.1 steps/s | 0:04:44 left
/// score 960/4000 lines | 31 lines/s | 0:01:38 left
/// ```
final class PlainProgressLine implements ProgressLine {
  private static final int SHOWN_METRICS = 4;

  private final String task;
  private final String unit;
  private final PrintStream out;
  private final Duration every;
  private final InstantSource clock;
  private Instant started;
  private Instant shownAt;
  private boolean nothingShown = true;
  private long first;
  private long steps;

  PlainProgressLine(
      String task, String unit, PrintStream out, Duration every, InstantSource clock) {
    this.task = task;
    this.unit = unit;
    this.out = out;
    this.every = every;
    this.clock = clock;
    started = Instant.EPOCH;
    shownAt = Instant.EPOCH;
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
    shownAt = started;
    nothingShown = true;
  }

  @Override
  public void advance(long step, Map<String, Double> metrics) {
    Instant now = clock.instant();
    boolean due = Duration.between(shownAt, now).compareTo(every) >= 0;
    if (due || nothingShown || step == steps) {
      shownAt = now;
      nothingShown = false;
      var all =
          Stream.of(place(step), shown(metrics), pace(step, now)).filter(part -> !part.isEmpty());
      say(all.collect(Collectors.joining(" | ")));
    }
  }

  private String place(long step) {
    return unit.equals(STEPS)
        ? "step %d/%d".formatted(step, steps)
        : "%d/%d %s".formatted(step, steps, unit);
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
    if (seconds <= 0 || step == first) {
      return "just started";
    }
    double rate = (step - first) / seconds;
    long left = Math.round((steps - step) / rate);
    return String.format(
        Locale.ROOT,
        rate < 1000 ? "%.3g %s/s | %d:%02d:%02d left" : "%,.0f %s/s | %d:%02d:%02d left",
        rate,
        unit,
        left / 3600,
        left / 60 % 60,
        left % 60);
  }
}
