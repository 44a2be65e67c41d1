package org.instructgpt.ppo;

import java.util.Optional;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Learner;
import org.instructgpt.ppo.Rollout.Minibatch;
import org.instructgpt.torch.Scope;

/// How the policy learns from a minibatch: the gradient of PPO, the pretraining gradient on top,
/// then one step.
final class PolicyUpdate {
  private final Gpt policy;
  private final Learner learner;
  private final Optional<Pretraining> pretraining;
  private final Settings settings;

  PolicyUpdate(Gpt policy, Learner learner, Optional<Pretraining> pretraining, Settings settings) {
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
      Experience experience,
      Credit credit,
      Tally tally,
      Phases phases) {
    var pass = addPpoGradient(minibatch, experience, credit);
    double ppo = policy.parameters().gradient().norm().item();
    phases.charge("update");
    double ptx = addPretrainingGradient(iteration * settings.updates() + update, tally);
    phases.charge("ptx");
    double whole = learner.step(iteration);
    phases.charge("update");

    tally.add("policy_loss", pass.loss());
    tally.policy(update, pass.outputs(), minibatch.tokens(), experience, credit, settings);
    tally.add("grad_norm_ppo", ppo);
    pretraining.ifPresent(_ -> {
      tally.add("grad_norm_ptx", ptx);
      tally.add("grad_cosine", cosine(ppo, ptx, whole));
    });
    tally.add("grad_norm", whole);
  }

  /// Adds the gradient of the clipped surrogate.
  Pass addPpoGradient(Minibatch minibatch, Experience experience, Credit credit) {
    double clip = settings.objective().clip();
    return Pass.backward(
        minibatch,
        part -> {
          var logProbs =
              Experience.logProbs(policy, part.batch(), settings.sampling().temperature());
          var old = Pass.constant(experience.logProbs(), part.tokens(), logProbs);
          var advantages = Pass.constant(credit.advantages(), part.tokens(), logProbs);
          return new Pass.Judged(logProbs, Losses.policy(logProbs, old, advantages, clip));
        });
  }

  /// Adds the pretraining gradient, if there is one, and returns its norm.
  double addPretrainingGradient(long update, Tally tally) {
    if (pretraining.isEmpty()) {
      return 0;
    }
    try (var _ = Scope.open()) {
      var gradient = policy.parameters().gradient();
      var before = gradient.copy();
      tally.add("ptx_loss", pretraining.get().addGradient(policy, update));
      return before.sub_(gradient).norm().item();
    }
  }

  /// The cosine between two gradients, from their norms and that of their sum.
  static double cosine(double a, double b, double sum) {
    return a == 0 || b == 0 ? 0 : (sum * sum - a * a - b * b) / (2 * a * b);
  }
}
