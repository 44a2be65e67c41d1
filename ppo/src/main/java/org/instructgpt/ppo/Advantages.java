package org.instructgpt.ppo;

import java.util.List;
import org.instructgpt.ppo.Rollout.Minibatch;
import org.instructgpt.ppo.Settings.Rewards;

/// Rewards of the response tokens, and their advantages over what the value network predicted.
///
/// A response is one action of a bandit: the reward model scores it as a whole, and the score is
/// part of the last token's reward. The KL penalty is taken from each token's own reward: `beta`
/// times the log ratio of policy and reference at that token. Over a response the log ratios sum to
/// that of the paper's objective (section 3.5, equation 2), an unbiased estimate of the KL that may
/// be negative.
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
    double[] kl = minus(scores.logProbs(), scores.reference());
    double[] adjusted = scores(scores.scores(), rollout, settings.reward());
    double[] rewards = rewards(kl, adjusted, lengths, klCoefficient);
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

  /// The rewards (N): the KL penalty of every token, and the score at the last of each row.
  static double[] rewards(double[] kl, double[] scores, int[] lengths, double klCoefficient) {
    var rewards = new double[kl.length];
    for (int n = 0; n < kl.length; n++) {
      rewards[n] = -klCoefficient * kl[n];
    }
    int end = 0;
    for (int b = 0; b < lengths.length; b++) {
      end += lengths[b];
      rewards[end - 1] += scores[b];
    }
    return rewards;
  }

  private static List<IndexRange> groups(Rollout rollout, Settings.Whitening whitening) {
    return switch (whitening) {
      case NONE -> List.of();
      case MINIBATCH -> rollout.minibatches().stream().map(Minibatch::tokens).toList();
      case BATCH -> List.of(new IndexRange(0, rollout.tokens()));
    };
  }

  private static double[] minus(double[] a, double[] b) {
    return plus(a, b, -1);
  }

  private static double[] plus(double[] a, double[] b) {
    return plus(a, b, 1);
  }

  private static double[] plus(double[] a, double[] b, double factor) {
    var result = new double[a.length];
    for (int n = 0; n < a.length; n++) {
      result[n] = a[n] + factor * b[n];
    }
    return result;
  }
}
