package org.instructgpt.ppo;

import java.util.List;
import org.instructgpt.ppo.Rollout.Minibatch;
import org.instructgpt.ppo.Settings.Objective;
import org.instructgpt.ppo.Settings.Rewards;

/// Advantages of the response tokens: their rewards ([KlPenalty]) over what was to be expected, by
/// a value network or by other responses to the same prompt ([Credit]).
///
/// All arithmetic is in double precision.
///
/// @param kl log ratio of policy and reference (N), nats
/// @param rewards (N), whitened if asked for
/// @param raw advantages before whitening (N)
/// @param advantages that weigh the updates (N)
/// @param returns the targets of the value network (N); none where there is no such network
/// @param lossPenalty what a nat of KL costs in the loss; 0 where the rewards have the penalty
record Advantages(
    double[] kl,
    double[] rewards,
    double[] raw,
    double[] advantages,
    double[] returns,
    double lossPenalty) {

  /// @param klCoefficient beta of this iteration
  static Advantages of(
      Rollout rollout, RolloutScores scores, double klCoefficient, Settings settings) {
    int[] lengths = rollout.lengths();
    var groups = groups(rollout, settings.objective().whitening());
    double[] kl = KlPenalty.logRatios(scores.logProbs(), scores.reference());
    double[] adjusted = scores(scores.scores(), rollout, settings.reward());
    double lossPenalty = settings.objective().klInLoss() ? klCoefficient : 0;
    double rewardPenalty = klCoefficient - lossPenalty;
    double[] rewards = KlPenalty.rewards(kl, adjusted, lengths, rewardPenalty);
    if (settings.reward().whiten()) {
      groups.forEach(group -> Whitener.keepingMean(rewards, group));
    }
    double[] raw = credit(settings.objective()).advantages(rewards, scores.values(), rollout);
    double[] advantages = raw.clone();
    groups.forEach(group -> Whitener.centred(advantages, group));
    boolean valued = scores.values().length > 0;
    double[] returns = valued ? plus(raw, scores.values()) : new double[0];
    return new Advantages(kl, rewards, raw, advantages, returns, lossPenalty);
  }

  private static Credit credit(Objective objective) {
    var group = objective.group();
    if (group == null) {
      return new Gae(objective.gaeLambda());
    }
    return switch (group.advantage()) {
      case RLOO -> new LeaveOneOut();
      case GRPO -> new GroupAdvantage();
    };
  }

  /// The scores (B) after the penalties and limits of the settings.
  static double[] scores(double[] plain, Rollout rollout, Rewards settings) {
    var scores = plain.clone();
    for (int b = 0; b < scores.length; b++) {
      if (!rollout.responses().get(b).ended()) {
        var instead = settings.missingEndOfTextScore();
        scores[b] = instead != null ? instead : scores[b] - settings.missingEndOfTextPenalty();
      }
      var limit = settings.scoreClip();
      scores[b] = limit == null ? scores[b] : Math.clamp(scores[b], -limit, limit);
    }
    return scores;
  }

  private static List<IndexRange> groups(Rollout rollout, Settings.Whitening whitening) {
    return switch (whitening) {
      case NONE -> List.of();
      case MINIBATCH -> rollout.minibatches().stream().map(Minibatch::tokens).toList();
      case BATCH -> List.of(new IndexRange(0, rollout.tokens()));
    };
  }

  private static double[] plus(double[] a, double[] b) {
    var result = new double[a.length];
    for (int n = 0; n < a.length; n++) {
      result[n] = a[n] + b[n];
    }
    return result;
  }
}
