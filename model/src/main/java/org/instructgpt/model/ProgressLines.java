package org.instructgpt.model;

import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/// Makes progress bars and progress lines.
public final class ProgressLines {
  private ProgressLines() {}

  /// A bar that redraws itself, with rate and time left. It reads the system clock itself.
  ///
  /// @param task the word before the bar
  /// @param out a terminal
  public static ProgressLine bar(String task, PrintStream out) {
    return bar(task, ProgressLine.STEPS, out);
  }

  /// The same for something that does not go by steps.
  ///
  /// @param unit what is counted, in the plural
  public static ProgressLine bar(String task, String unit, PrintStream out) {
    return new ProgressBarLine(task, unit, out);
  }

  /// A line with rate and time left, at the first step, the last, and then when `every` has passed.
  ///
  /// @param task the word before each line
  public static ProgressLine lines(
      String task, PrintStream out, Duration every, InstantSource clock) {
    return lines(task, ProgressLine.STEPS, out, every, clock);
  }

  /// The same for something that does not go by steps.
  ///
  /// @param unit what is counted, in the plural
  public static ProgressLine lines(
      String task, String unit, PrintStream out, Duration every, InstantSource clock) {
    return new PlainProgressLine(task, unit, out, every, clock);
  }

  /// Shows nothing.
  public static ProgressLine silent() {
    return new ProgressLine() {
      @Override
      public void begin(long step, long steps) {}

      @Override
      public void advance(long step, Map<String, Double> metrics) {}

      @Override
      public void say(String message) {}

      @Override
      public void end() {}
    };
  }
}
