package org.instructgpt.ppo;

import java.util.function.Function;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.Sequences;
import org.instructgpt.torch.Readings;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Outputs of the networks for a rollout, before the updates.
///
/// @param logProbs of each response token (N) under the policy that sampled it, at the sampling
///   temperature
/// @param reference the same under the reference (N)
/// @param values before each response token (N); none without a value network
/// @param scores of each row (B)
record RolloutScores(double[] logProbs, double[] reference, double[] values, double[] scores) {

  /// Runs each network over the parts, without gradients.
  static RolloutScores of(PpoModels models, Rollout rollout, double temperature) {
    return Scope.constant(() -> {
      try (var _ = Scope.open()) {
        var policy = each(rollout, batch -> logProbs(models.policy(), batch, temperature));
        var reference = each(rollout, batch -> logProbs(models.reference(), batch, temperature));
        var network = models.value();
        var values = network == null ? new Readings() : each(rollout, network::values);
        var scores = each(rollout, models.reward()::of);
        return new RolloutScores(policy.read(), reference.read(), values.read(), scores.read());
      }
    });
  }

  /// The log-probabilities (N) as scoring and updates must both compute them.
  static Tensor logProbs(Gpt model, Sequences batch, double temperature) {
    return LogProbs.exactOfResponses(model, batch, temperature);
  }

  private static Readings each(Rollout rollout, Function<Sequences, Tensor> network) {
    var outputs = new Readings();
    rollout
        .parts()
        .forEach(part -> {
          try (var _ = Scope.open()) {
            outputs.add(network.apply(part.batch()));
          }
        });
    return outputs;
  }
}
