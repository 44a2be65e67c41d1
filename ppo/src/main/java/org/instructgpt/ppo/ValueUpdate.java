package org.instructgpt.ppo;

import org.instructgpt.model.Learner;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.ppo.Rollout.Minibatch;

/// How the value network learns from a minibatch. It is a network of its own with an optimizer of
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
      RolloutScores experience,
      Advantages credit,
      UpdateMetrics tally) {
    var pass = addGradient(minibatch, experience, credit);
    tally.add("value_loss", pass.loss());
    tally.value(pass.outputs(), minibatch.tokens(), experience, settings);
    tally.add("grad_norm_value", learner.step(iteration));
  }

  /// Adds the gradient of the clipped squared error.
  MicroBatchPass addGradient(Minibatch minibatch, RolloutScores experience, Advantages credit) {
    double clip = settings.objective().valueClip();
    return MicroBatchPass.backward(
        minibatch,
        part -> {
          var values = network.values(part.batch());
          var old = MicroBatchPass.constant(experience.values(), part.tokens(), values);
          var returns = MicroBatchPass.constant(credit.returns(), part.tokens(), values);
          return new MicroBatchPass.Judged(values, Losses.value(values, old, returns, clip));
        });
  }
}
