package org.instructgpt.dpo;

import java.util.Arrays;
import java.util.List;
import org.instructgpt.model.ReferenceGpt;

/// Direct preference optimisation once more, straight from the papers, as plain loops in double
/// precision over a network that is plain loops too. Nothing here is shared with the code under
/// test.
///
/// @param beta of the KL penalty
/// @param smoothing how often a preference is told the wrong way round
/// @param squared whether the loss is that of Azar et al.
record LoopDpo(double beta, double smoothing, boolean squared) {

  /// The log-probability of each completion of a prompt, one row after another.
  static double[] logProbs(ReferenceGpt gpt, Preferences prompt) {
    var all = new double[prompt.completions().size()];
    for (int i = 0; i < all.length; i++) {
      int[] row = row(prompt, i);
      var read = gpt.read(row);
      for (int t = prompt.prompt().length; t < row.length; t++) {
        all[i] += read.logProb(t - 1, row[t]);
      }
    }
    return all;
  }

  private static int[] row(Preferences prompt, int completion) {
    int[] ids = prompt.completions().get(completion);
    int[] row = Arrays.copyOf(prompt.prompt(), prompt.prompt().length + ids.length);
    System.arraycopy(ids, 0, row, prompt.prompt().length, ids.length);
    return row;
  }

  /// The loss of a batch.
  ///
  /// @param policy for each prompt the log-probabilities of its completions
  double loss(List<Preferences> batch, List<double[]> policy, List<double[]> reference) {
    double total = 0;
    for (int p = 0; p < batch.size(); p++) {
      double sum = 0;
      for (var pair : batch.get(p).pairs()) {
        double better = policy.get(p)[pair.better()] - reference.get(p)[pair.better()];
        double worse = policy.get(p)[pair.worse()] - reference.get(p)[pair.worse()];
        sum += pairLoss(better - worse);
      }
      total += sum / batch.get(p).pairs().size();
    }
    return total / batch.size();
  }

  private double pairLoss(double h) {
    if (squared) {
      return (h - 1 / (2 * beta)) * (h - 1 / (2 * beta));
    }
    double right = 1 / (1 + Math.exp(-beta * h));
    return -(1 - smoothing) * Math.log(right) - smoothing * Math.log(1 - right);
  }

  private double pairSlope(double h) {
    if (squared) {
      return 2 * (h - 1 / (2 * beta));
    }
    double right = 1 / (1 + Math.exp(-beta * h));
    return beta * (right - (1 - smoothing));
  }

  /// Adds the gradient of the loss to that of the network.
  void addGradient(
      ReferenceGpt gpt, List<Preferences> batch, List<double[]> policy, List<double[]> reference) {
    for (int p = 0; p < batch.size(); p++) {
      var prompt = batch.get(p);
      var slopes = new double[prompt.completions().size()];
      for (var pair : prompt.pairs()) {
        double better = policy.get(p)[pair.better()] - reference.get(p)[pair.better()];
        double worse = policy.get(p)[pair.worse()] - reference.get(p)[pair.worse()];
        double slope = pairSlope(better - worse) / prompt.pairs().size() / batch.size();
        slopes[pair.better()] += slope;
        slopes[pair.worse()] -= slope;
      }
      for (int i = 0; i < slopes.length; i++) {
        addGradient(gpt, prompt, i, slopes[i]);
      }
    }
  }

  private static void addGradient(
      ReferenceGpt gpt, Preferences prompt, int completion, double slope) {
    int[] row = row(prompt, completion);
    int[] next = Arrays.copyOfRange(row, 1, row.length + 1); // after the last: any id
    var factors = new double[row.length];
    Arrays.fill(factors, prompt.prompt().length - 1, row.length - 1, slope);
    gpt.read(row).backLogProbs(next, factors);
  }
}
