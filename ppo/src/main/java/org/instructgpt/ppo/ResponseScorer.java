package org.instructgpt.ppo;

import org.instructgpt.model.Sequences;
import org.instructgpt.torch.Tensor;

/// Scores responses: `ScalarModel::rewards`, or a rule.
@FunctionalInterface
public interface ResponseScorer {
  /// The score (B) of each prompt with its response. Called without gradients.
  Tensor of(Sequences batch);
}
