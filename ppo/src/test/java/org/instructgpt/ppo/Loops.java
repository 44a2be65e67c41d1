package org.instructgpt.ppo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// PPO's formulas once more, straight from the papers, as plain loops over rows of different length
/// in double precision. Nothing here is shared with the code under test.
final class Loops {
  private Loops() {}

  /// Cuts a flat array into rows.
  static double[][] rows(double[] flat, int[] lengths) {
    var rows = new double[lengths.length][];
    int at = 0;
    for (int b = 0; b < lengths.length; b++) {
      rows[b] = Arrays.copyOfRange(flat, at, at + lengths[b]);
      at += lengths[b];
    }
    return rows;
  }

  static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  static double[][] rewards(double[][] logp, double[][] ref, double[] scores, double beta) {
    var rewards = new double[logp.length][];
    for (int b = 0; b < logp.length; b++) {
      rewards[b] = new double[logp[b].length];
      for (int t = 0; t < logp[b].length; t++) {
        boolean last = t == logp[b].length - 1;
        rewards[b][t] = beta * (ref[b][t] - logp[b][t]) + (last ? scores[b] : 0);
      }
    }
    return rewards;
  }

  /// By the definition as a sum: A(t) = sum over l of lambda^l delta(t + l).
  static double[][] gae(double[][] rewards, double[][] values, double lambda) {
    var advantages = new double[rewards.length][];
    for (int b = 0; b < rewards.length; b++) {
      int length = rewards[b].length;
      advantages[b] = new double[length];
      for (int t = 0; t < length; t++) {
        advantages[b][t] = gae(rewards[b], values[b], t, lambda);
      }
    }
    return advantages;
  }

  private static double gae(double[] rewards, double[] values, int t, double lambda) {
    double sum = 0;
    for (int k = t; k < rewards.length; k++) {
      double next = k == rewards.length - 1 ? 0 : values[k + 1];
      sum += Math.pow(lambda, k - t) * (rewards[k] + next - values[k]);
    }
    return sum;
  }

  /// Mean 0 (or as it was) and variance 1 over all rows from `from` to before `to`.
  static void whiten(double[][] rows, int from, int to, boolean keepMean) {
    List<Double> all = new ArrayList<>();
    for (int b = from; b < to; b++) {
      for (double x : rows[b]) {
        all.add(x);
      }
    }
    double mean = all.stream().mapToDouble(x -> x).sum() / all.size();
    double variance = all.stream().mapToDouble(x -> Math.pow(x - mean, 2)).sum() / all.size();
    for (int b = from; b < to; b++) {
      for (int t = 0; t < rows[b].length; t++) {
        rows[b][t] = (rows[b][t] - mean) / Math.sqrt(variance + 1e-8) + (keepMean ? mean : 0);
      }
    }
  }

  /// The loss of one token, by cases.
  static double policyLoss(double logp, double old, double advantage, double clip) {
    double ratio = Math.exp(logp - old);
    if (advantage >= 0) {
      return -advantage * Math.min(ratio, 1 + clip);
    }
    return -advantage * Math.max(ratio, 1 - clip);
  }

  /// Its derivative by the log-probability.
  static double policySlope(double logp, double old, double advantage, double clip) {
    double ratio = Math.exp(logp - old);
    boolean stuck = advantage >= 0 ? ratio > 1 + clip : ratio < 1 - clip;
    return stuck ? 0 : -advantage * ratio;
  }

  /// GRPO's loss of a minibatch, a row at a time: the mean over responses of the mean over tokens
  /// of the clipped surrogate and the penalty.
  static double groupRelative(
      double[][] now,
      double[][] old,
      double[][] reference,
      double[] advantages,
      double clip,
      double beta) {
    double sum = 0;
    for (int b = 0; b < now.length; b++) {
      double row = 0;
      for (int t = 0; t < now[b].length; t++) {
        double ratio = Math.exp(reference[b][t]) / Math.exp(now[b][t]);
        double kl = ratio - Math.log(ratio) - 1;
        row += policyLoss(now[b][t], old[b][t], advantages[b], clip) + beta * kl;
      }
      sum += row / now[b].length;
    }
    return sum / now.length;
  }

  static double valueLoss(double v, double old, double target, double clip) {
    double kept = Math.min(Math.max(v, old - clip), old + clip);
    return 0.5 * Math.max(Math.pow(v - target, 2), Math.pow(kept - target, 2));
  }

  /// Its derivative by the value.
  static double valueSlope(double v, double old, double target, double clip) {
    double kept = Math.min(Math.max(v, old - clip), old + clip);
    boolean stuck = Math.pow(kept - target, 2) > Math.pow(v - target, 2) && kept != v;
    return stuck ? 0 : v - target;
  }

  /// Adam with a clipped gradient, one number after another.
  static final class Adam {
    private final double[] m;
    private final double[] v;
    private int steps;

    Adam(int count) {
      m = new double[count];
      v = new double[count];
    }

    void step(double[] p, double[] gradient, double rate, double greatestNorm) {
      double norm = 0;
      for (double g : gradient) {
        norm += g * g;
      }
      norm = Math.sqrt(norm);
      steps++;
      for (int i = 0; i < p.length; i++) {
        double g = norm > greatestNorm ? gradient[i] * greatestNorm / norm : gradient[i];
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.95 * v[i] + 0.05 * g * g;
        double mean = m[i] / (1 - Math.pow(0.9, steps));
        double square = v[i] / (1 - Math.pow(0.95, steps));
        p[i] -= rate * mean / (Math.sqrt(square) + 1e-5);
      }
    }
  }
}
