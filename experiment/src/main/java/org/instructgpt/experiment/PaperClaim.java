package org.instructgpt.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.instructgpt.plot.Figure.Verdict;
import org.instructgpt.statistics.Estimate;

/// A statement of the paper that the little world can bear out or not (paper.md 8.3).
///
/// What counts was decided before anything was measured: each test names a number, computed on one
/// seed's measures, and where it must lie. The number is measured with several seeds; the interval
/// is that of their mean ([Estimate]), and where the number has ends, it stays within them.
///
/// @param number in paper.md 8.3
/// @param statement what the paper says
/// @param paper its figures
/// @param tests all must hold
public record PaperClaim(int number, String statement, String paper, List<Test> tests) {
  /// One number of ours.
  ///
  /// @param what is measured
  /// @param unit `%` for shares and their differences, else a word or nothing
  /// @param value on the measures of one seed; not a number where something is missing
  /// @param ends between which it can lie at all
  /// @param bounds where the claim wants it
  public record Test(
      String what,
      String unit,
      ToDoubleFunction<Map<String, Estimate>> value,
      Bounds ends,
      Bounds bounds) {
    /// The mean over seeds with its interval.
    public Estimate measured(List<Map<String, Estimate>> seeds) {
      var clusters = new ArrayList<Estimate.Cluster>();
      for (var seed : seeds) {
        double found = value.applyAsDouble(seed);
        if (!Double.isNaN(found)) {
          clusters.add(new Estimate.Cluster(found, 1));
        }
      }
      if (clusters.isEmpty()) {
        return new Estimate(Double.NaN, Double.NaN, Double.NaN);
      }
      return ends.equals(Bounds.NONE)
          ? Estimate.mean(clusters)
          : Estimate.within(ends.low, ends.high, clusters);
    }
  }

  /// An open range.
  public record Bounds(double low, double high) {
    /// Any number.
    static final Bounds NONE = new Bounds(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

    /// A share.
    static final Bounds SHARE = new Bounds(0, 1);

    /// A difference of shares.
    static final Bounds DIFFERENCE = new Bounds(-1, 1);

    static Bounds above(double low) {
      return new Bounds(low, Double.POSITIVE_INFINITY);
    }

    static Bounds below(double high) {
      return new Bounds(Double.NEGATIVE_INFINITY, high);
    }

    /// Inside if the whole interval is, outside if none of it is.
    public Verdict judge(Estimate found) {
      if (Double.isNaN(found.value())) {
        return Verdict.UNDECIDED;
      }
      if (found.low() > low && found.high() < high) {
        return Verdict.HOLDS;
      }
      return found.high() <= low || found.low() >= high ? Verdict.FAILS : Verdict.UNDECIDED;
    }
  }

  /// Holds if all tests do; fails if one does.
  public Verdict verdict(List<Map<String, Estimate>> seeds) {
    var verdicts = tests.stream().map(t -> t.bounds.judge(t.measured(seeds))).toList();
    if (verdicts.contains(Verdict.FAILS)) {
      return Verdict.FAILS;
    }
    return verdicts.contains(Verdict.UNDECIDED) ? Verdict.UNDECIDED : Verdict.HOLDS;
  }
}
