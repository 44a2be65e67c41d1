package org.instructgpt.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.instructgpt.plot.Figure.Verdict;
import org.instructgpt.statistics.Estimate;

/// A claim of the paper that is tested in simulated worlds (`docs/specification.md` 8.5).
///
/// The tests were decided before anything was measured: each names a number, computed from the
/// measurements of one seed, and where it must lie. The number is measured with several seeds; the
/// interval is that of their mean ([Estimate]), and stays within the range of the number.
///
/// @param number of the claim
/// @param statement the claim
/// @param paper the numbers of the paper
/// @param tests all of which must hold
record PaperClaim(int number, String statement, String paper, List<Test> tests) {
  /// The test of a number.
  ///
  /// @param what is measured
  /// @param unit `%` for shares and their differences, else a word or nothing
  /// @param value computed from the measurements of one seed; not a number where one is missing
  /// @param range in which the number can lie
  /// @param bounds within which the claim holds
  record Test(
      String what, String unit, ToDoubleFunction<Measurements> value, Bounds range, Bounds bounds) {
    /// The mean over seeds with its interval.
    Estimate measured(List<Measurements> seeds) {
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
      return range.equals(Bounds.NONE)
          ? Estimate.mean(clusters)
          : Estimate.within(range.low, range.high, clusters);
    }
  }

  /// An open range.
  record Bounds(double low, double high) {
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

    /// Holds if the whole interval lies inside, fails if all of it lies outside.
    Verdict judge(Estimate found) {
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
  Verdict verdict(List<Measurements> seeds) {
    var verdicts = tests.stream().map(t -> t.bounds.judge(t.measured(seeds))).toList();
    if (verdicts.contains(Verdict.FAILS)) {
      return Verdict.FAILS;
    }
    return verdicts.contains(Verdict.UNDECIDED) ? Verdict.UNDECIDED : Verdict.HOLDS;
  }
}
