package org.instructgpt.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.instructgpt.statistics.WinRates.Strength;

/// The Bradley-Terry model: a strength for each model, fitted to all comparisons at once.
///
/// **The idea.** Each model has a worth p, and it beats another with probability p_i / (p_i + p_j):
/// the reward model's assumption, made about models (Bradley and Terry 1952; Zermelo 1929). Where
/// not every pair of models met equally often, the worths compare what win rates cannot. A tie is
/// half a win for either side.
///
/// **Small numbers.** Half a win is added to each side of every pair that met at all. That removes
/// most of the bias that log-odds of few comparisons have (Haldane 1955, Anscombe 1956), and a model
/// that won, or lost, every time still has a finite strength.
///
/// **How.** Minorisation and maximisation (Hunter 2004): from any start,
///
///     p_i <- W_i / sum over j of n_ij / (p_i + p_j),
///
/// with W_i the wins of i and n_ij how often the two met, never lowers the likelihood and converges
/// to its only maximum if comparisons connect all models. Each round costs M^2; the more closely they
/// are connected, the fewer rounds. The bootstrap starts from the worths of all data, so its rounds
/// are few.
final class BradleyTerry {
  private static final double PRECISION = 1e-11;
  private static final int MOST_ROUNDS = 1_000_000;

  private BradleyTerry() {}

  /// The strengths, the strongest first.
  ///
  /// @param prompts for each prompt how often each model (row) won against each other (column), a
  ///   tie being half a win for both
  /// @throws IllegalArgumentException if the models fall into groups that never met
  static List<Strength> strengths(
      List<String> models, List<double[][]> prompts, Bootstrap bootstrap) {
    int m = models.size();
    var wins = CountMatrices.sum(prompts);
    requireConnected(models, wins);
    double[] start = strengths(withHalves(wins, wins), new double[m]);
    var resampled =
        bootstrap.estimates(
            prompts, drawn -> strengths(withHalves(CountMatrices.sum(drawn), wins), start));
    boolean unanimous = resampled.stream().allMatch(Estimate::isPoint);
    var estimates = unanimous ? leavingRoom(start, wins, prompts.size()) : resampled;
    return IntStream.range(0, m)
        .mapToObj(i -> new Strength(models.get(i), estimates.get(i)))
        .sorted(Comparator.comparingDouble((Strength s) -> s.strength().value()).reversed())
        .toList();
  }

  /// Intervals where all prompts that were asked say the same.
  private static List<Estimate> leavingRoom(double[] strengths, double[][] wins, int prompts) {
    double others = Estimate.others(prompts);
    var losses = transposed(wins);
    return IntStream.range(0, strengths.length)
        .mapToObj(i ->
            new Estimate(
                strengths[i], -ifOthersPrefer(i, losses, others), ifOthersPrefer(i, wins, others)))
        .toList();
  }

  /// The strength of a model if a share of all prompts preferred it to all others, although those
  /// that were asked all say the same (see [Estimate]); infinite for one that never lost.
  private static double ifOthersPrefer(int model, double[][] wins, double share) {
    int m = wins.length;
    var mixed = new double[m][];
    double lost = 0;
    for (int i = 0; i < m; i++) {
      mixed[i] = wins[i].clone();
      lost += wins[i][model];
    }
    for (int j = 0; j < m; j++) {
      mixed[model][j] += share * wins[j][model];
      mixed[j][model] -= share * wins[j][model];
    }
    return lost == 0
        ? Double.POSITIVE_INFINITY
        : strengths(withHalves(mixed, wins), new double[m])[model];
  }

  /// With losses for wins, which turns all strengths around.
  private static double[][] transposed(double[][] wins) {
    int m = wins.length;
    var losses = new double[m][m];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        losses[i][j] = wins[j][i];
      }
    }
    return losses;
  }

  /// The log-worths that make the wins likeliest, 0 on average.
  ///
  /// @param wins (M, M), positive for either side where two met; all are connected
  /// @param start log-worths to begin with
  static double[] strengths(double[][] wins, double[] start) {
    double[] strengths = start;
    double moved = Double.POSITIVE_INFINITY;
    for (int round = 0; moved > PRECISION && round < MOST_ROUNDS; round++) {
      double[] next = round(wins, strengths);
      moved = 0;
      for (int i = 0; i < next.length; i++) {
        moved = Math.max(moved, Math.abs(next[i] - strengths[i]));
      }
      strengths = next;
    }
    return strengths;
  }

  private static double[] round(double[][] wins, double[] strengths) {
    int m = strengths.length;
    double[] worths = Arrays.stream(strengths).map(Math::exp).toArray();
    var next = new double[m];
    double mean = 0;
    for (int i = 0; i < m; i++) {
      double won = 0;
      double expected = 0;
      for (int j = 0; j < m; j++) {
        won += wins[i][j];
        expected += (wins[i][j] + wins[j][i]) / (worths[i] + worths[j]);
      }
      next[i] = Math.log(won / expected);
      mean += next[i] / m;
    }
    for (int i = 0; i < m; i++) {
      next[i] -= mean;
    }
    return next;
  }

  /// The wins, with half a win for either side of each pair that met in all data.
  private static double[][] withHalves(double[][] wins, double[][] all) {
    int m = wins.length;
    var more = new double[m][m];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        more[i][j] = wins[i][j] + (met(all, i, j) ? 0.5 : 0);
      }
    }
    return more;
  }

  private static boolean met(double[][] wins, int i, int j) {
    return wins[i][j] + wins[j][i] > 0;
  }

  private static void requireConnected(List<String> models, double[][] wins) {
    var reached = new TreeSet<Integer>();
    var open = new ArrayList<>(List.of(0));
    while (!open.isEmpty()) {
      int i = open.removeLast();
      if (reached.add(i)) {
        IntStream.range(0, wins.length).filter(j -> met(wins, i, j)).forEach(open::add);
      }
    }
    if (reached.size() < models.size()) {
      var others = new ArrayList<>(models);
      var together = reached.stream().map(models::get).toList();
      others.removeAll(together);
      throw new IllegalArgumentException(
          "expected comparisons that connect all models, found none between %s and %s: rank outputs of both together, or leave one group out"
              .formatted(together, others));
    }
  }
}
