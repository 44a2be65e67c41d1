package org.instructgpt.ppo;

import java.util.function.Supplier;
import org.instructgpt.model.Learner;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.ppo.Rollout.Minibatch;
import org.instructgpt.torch.Scope;

/// An update of the value network from a minibatch. The network is separate and has an optimizer of
/// its own, so the usual coefficient of the value loss has nothing to weigh and is left out; its
/// learning rate is what counts.
final class ValueUpdate {
  private final ScalarModel network;
  private final Learner learner;
  private final Settings settings;

  ValueUpdate(ScalarModel network, Learner learner, Settings settings) {
    this.network = network;
    this.learner = learner;
    this.settings = settings;
  }

  /// Performs one update in iteration `iteration`.
  void apply(
      long iteration,
      Minibatch minibatch,
      RolloutScores scores,
      Advantages advantages,
      UpdateMetrics updateMetrics) {
    try (var _ = Scope.open()) {
      var passed = addGradient(minibatch, scores, advantages);
      double norm = learner.step(iteration);
      var pass = passed.get();
      updateMetrics.add("value_loss", pass.loss());
      updateMetrics.value(pass.outputs(), minibatch.tokens(), scores, settings);
      updateMetrics.add("grad_norm_value", norm);
    }
  }

  /// Adds the gradient of the clipped squared error.
  Supplier<MicroBatchPass> addGradient(
      Minibatch minibatch, RolloutScores scores, Advantages advantages) {
    double clip = settings.objective().valueClip();
    return MicroBatchPass.backward(
        minibatch,
        part -> {
          var values = network.values(part.batch());
          var old = MicroBatchPass.constant(scores.values(), part.tokens(), values);
          var returns = MicroBatchPass.constant(advantages.returns(), part.tokens(), values);
          return new MicroBatchPass.TokenLosses(values, Losses.value(values, old, returns, clip));
        });
  }
}
