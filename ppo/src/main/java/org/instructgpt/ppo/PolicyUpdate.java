package org.instructgpt.ppo;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Learner;
import org.instructgpt.ppo.Rollout.Minibatch;
import org.instructgpt.ppo.Rollout.Part;
import org.instructgpt.torch.Readings;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// An update of the policy from a minibatch: the gradient of PPO, the pretraining gradient added to
/// it, then one optimizer step.
final class PolicyUpdate {
  private final Gpt policy;
  private final Learner learner;
  private final Optional<PtxGradients> pretraining;
  private final Settings settings;

  PolicyUpdate(Gpt policy, Learner learner, Optional<PtxGradients> pretraining, Settings settings) {
    this.policy = policy;
    this.learner = learner;
    this.pretraining = pretraining;
    this.settings = settings;
  }

  /// Performs update `update` of iteration `iteration`.
  void apply(
      long iteration,
      int update,
      Minibatch minibatch,
      RolloutScores scores,
      Advantages advantages,
      UpdateMetrics updateMetrics,
      PhaseTimer phases) {
    try (var _ = Scope.open()) {
      var passed = addPpoGradient(minibatch, scores, advantages);
      var ppoNorm = policy.trained().gradient().norm();
      phases.add("update");
      var ptx = addPretrainingGradient(text(iteration, update));
      phases.add("ptx");
      double whole = learner.step(iteration);
      phases.add("update");

      double ppo = ppoNorm.item();
      ptx.map(Supplier::get)
          .ifPresent(text -> {
            updateMetrics.add("ptx_loss", text.loss());
            updateMetrics.add("grad_norm_ptx", text.norm());
            updateMetrics.add("grad_cosine", text.cosine(ppo));
          });
      var pass = passed.get();
      updateMetrics.add("policy_loss", pass.loss());
      updateMetrics.policy(
          update, pass.outputs(), minibatch.tokens(), scores, advantages, settings);
      updateMetrics.add("grad_norm_ppo", ppo);
      updateMetrics.add("grad_norm", whole);
    }
  }

  /// The index of the windows of an update. Windows belong to episodes (C.4: so many for each), so
  /// an inner epoch reads its minibatch's again, as it reads the episodes again.
  private long text(long iteration, int update) {
    int minibatches = settings.batchSize() / settings.minibatchSize();
    return iteration * minibatches + update % minibatches;
  }

  /// Adds the gradient of the clipped surrogate, and of the KL penalty where the loss has it.
  Supplier<MicroBatchPass> addPpoGradient(
      Minibatch minibatch, RolloutScores scores, Advantages advantages) {
    double clip = settings.objective().clip();
    return MicroBatchPass.backward(
        minibatch,
        part -> {
          var logProbs =
              RolloutScores.logProbs(policy, part.batch(), settings.sampling().temperature());
          var old = MicroBatchPass.constant(scores.logProbs(), part.tokens(), logProbs);
          var advantage = MicroBatchPass.constant(advantages.advantages(), part.tokens(), logProbs);
          var losses = Losses.policy(logProbs, old, advantage, clip);
          return new MicroBatchPass.TokenLosses(
              logProbs,
              settings.objective().klInLoss()
                  ? groupRelative(
                      minibatch, part, scores, advantages.lossPenalty(), logProbs, losses)
                  : losses);
        });
  }

  /// GRPO's losses (N) from the clipped surrogate: the KL penalty is added, and every response
  /// counts the same, however long it is (Shao et al. 2024, equation 3).
  private static Tensor groupRelative(
      Minibatch minibatch,
      Part part,
      RolloutScores scores,
      double penalty,
      Tensor logProbs,
      Tensor surrogate) {
    var reference = MicroBatchPass.constant(scores.reference(), part.tokens(), logProbs);
    var weights = Tensor.of(weights(minibatch, part), part.tokens().length());
    return surrogate
        .add(Losses.kl(logProbs, reference), penalty)
        .mul(weights.to(logProbs.dtype()).to(logProbs.device()));
  }

  /// What makes a mean over the minibatch's tokens one over its responses (N of the part).
  private static double[] weights(Minibatch minibatch, Part part) {
    double tokens = minibatch.tokens().length();
    int rows = minibatch.parts().stream().mapToInt(each -> each.rows().length()).sum();
    return Arrays.stream(part.batch().responseLengths())
        .boxed()
        .flatMapToDouble(
            length -> DoubleStream.generate(() -> tokens / rows / length).limit(length))
        .toArray();
  }

  /// The pretraining gradient beside that of PPO.
  ///
  /// @param loss of the text, nats a token
  /// @param norm of the pretraining gradient
  /// @param product the inner product of the two
  record Second(double loss, double norm, double product) {
    /// The cosine between the two gradients; 0 where one of them is zero.
    ///
    /// @param ppo the norm of PPO's gradient
    double cosine(double ppo) {
      return ppo == 0 || norm == 0 ? 0 : Math.clamp(product / ppo / norm, -1, 1);
    }
  }

  /// Adds the pretraining gradient, if there is one.
  ///
  /// It is collected alone and PPO's is put back on top, so that its norm and its angle to PPO's
  /// are measured and not computed from differences of sums, which is noise in large models.
  ///
  /// @return what was measured; who asks for it waits for the passes, so ask last
  Optional<Supplier<Second>> addPretrainingGradient(long update) {
    return pretraining.map(text -> {
      var gradient = policy.trained().gradient();
      var measured = new Readings();
      var losses = new Readings();
      try (var _ = Scope.open()) {
        var ppo = gradient.copy();
        gradient.zero_();
        text.addGradient(policy, update, losses);
        measured.add(gradient.norm());
        measured.add(gradient.dot(ppo));
        gradient.add_(ppo);
      }
      return () -> {
        double[] both = measured.read();
        return new Second(losses.sum(), both[0], both[1]);
      };
    });
  }
}
