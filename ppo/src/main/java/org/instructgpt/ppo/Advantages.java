package org.instructgpt.ppo;

import java.util.List;
import org.instructgpt.ppo.Rollout.Minibatch;
import org.instructgpt.ppo.Settings.Rewards;

/// Advantages of the response tokens: their rewards ([KlPenalty]) over what the value network
/// predicted, by generalised advantage estimation ([Gae]).
///
/// All arithmetic is in double precision.
///
/// @param kl log ratio of policy and reference (N), nats
/// @param rewards (N), whitened if asked for
/// @param raw advantages before whitening (N)
/// @param advantages that weigh the updates (N)
/// @param returns the targets of the value network (N)
record Advantages(
    double[] kl, double[] rewards, double[] raw, double[] advantages, double[] returns) {

  /// @param klCoefficient beta of this iteration
  static Advantages of(
      Rollout rollout, RolloutScores scores, double klCoefficient, Settings settings) {
    int[] lengths = rollout.lengths();
    var groups = groups(rollout, settings.objective().whitening());
    double[] kl = KlPenalty.logRatios(scores.logProbs(), scores.reference());
    double[] adjusted = scores(scores.scores(), rollout, settings.reward());
    double[] rewards = KlPenalty.rewards(kl, adjusted, lengths, klCoefficient);
    if (settings.reward().whiten()) {
      groups.forEach(group -> Whitener.keepingMean(rewards, group));
    }
    double[] raw = Gae.of(rewards, scores.values(), lengths, settings.objective().gaeLambda());
    double[] advantages = raw.clone();
    groups.forEach(group -> Whitener.centred(advantages, group));
    return new Advantages(kl, rewards, raw, advantages, plus(raw, scores.values()));
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
