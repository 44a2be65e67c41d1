package org.instructgpt.model;

import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/// How a person follows a run: a bar on a terminal, plain lines elsewhere.
public interface ProgressLine {
  /// What trainings count.
  String STEPS = "steps";

  /// The run starts (or resumes) at `step` of `steps` finished steps.
  void begin(long step, long steps);

  /// A step was finished.
  ///
  /// @param step how many steps are finished now
  /// @param metrics of the step; the first few are shown
  void advance(long step, Map<String, Double> metrics);

  /// Something worth a line of its own happened.
  void say(String message);

  /// The run ends, for whatever reason.
  void end();

  /// A bar that redraws itself, with rate and time left. It looks at the machine's clock itself.
  ///
  /// @param task the word before the bar
  /// @param out a terminal
  static ProgressLine bar(String task, PrintStream out) {
    return bar(task, STEPS, out);
  }

  /// The same for something that does not go by steps.
  ///
  /// @param unit what is counted, in the plural
  static ProgressLine bar(String task, String unit, PrintStream out) {
    return new ProgressBarLine(task, unit, out);
  }

  /// A line with rate and time left, at the first step, the last, and then when `every` has passed.
  ///
  /// @param task the word before each line
  static ProgressLine lines(String task, PrintStream out, Duration every, InstantSource clock) {
    return lines(task, STEPS, out, every, clock);
  }

  /// The same for something that does not go by steps.
  ///
  /// @param unit what is counted, in the plural
  static ProgressLine lines(
      String task, String unit, PrintStream out, Duration every, InstantSource clock) {
    return new PlainProgressLine(task, unit, out, every, clock);
  }

  /// Says nothing.
  static ProgressLine silent() {
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
