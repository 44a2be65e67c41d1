package org.instructgpt.model;

import java.util.Map;

/// Shows the progress of a run or another long task. [ProgressLines] makes a bar for terminals, and
/// plain lines for elsewhere.
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

  /// Shows a message on a line of its own.
  void say(String message);

  /// The run ends, for whatever reason.
  void end();
}
