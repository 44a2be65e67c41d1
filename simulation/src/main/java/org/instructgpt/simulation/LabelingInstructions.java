package org.instructgpt.simulation;

/// Which instructions labelers follow (paper section 3.4).
public enum LabelingInstructions {
  /// Those for training data: helpfulness to the user comes first.
  TRAINING,
  /// Those of the final evaluation: truthfulness and harmlessness come first.
  EVALUATION;

  Judgement.Priorities priorities() {
    return this == TRAINING ? Judgement.Priorities.TRAINING : Judgement.Priorities.EVALUATION;
  }
}
