package org.instructgpt.model;

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
}
