package org.instructgpt.experiment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.statistics.Estimate;

/// Measurements by their [keys][MeasureKey]: what reports and claims are made from.
final class Measurements {
  private static final Estimate MISSING = new Estimate(Double.NaN, Double.NaN, Double.NaN);

  private final SortedMap<String, Estimate> byPath;

  /// @param byPath by the path of the key
  Measurements(SortedMap<String, Estimate> byPath) {
    this.byPath = Collections.unmodifiableSortedMap(new TreeMap<>(byPath));
  }

  static Measurements of(Map<MeasureKey, Estimate> found) {
    var byPath = new TreeMap<String, Estimate>();
    found.forEach((key, estimate) -> byPath.put(key.path(), estimate));
    return new Measurements(byPath);
  }

  /// A measurement; not a number if it is missing.
  Estimate get(MeasureKey key) {
    return byPath.getOrDefault(key.path(), MISSING);
  }

  boolean has(MeasureKey key) {
    return byPath.containsKey(key.path());
  }

  /// The snapshots of a policy with a measured KL divergence, by training step.
  List<MeasuredModel> snapshots(ModelName policy) {
    return series(
        new MeasuredModel.Snapshot(policy, "").stored(),
        step -> new MeasuredModel.Snapshot(policy, step));
  }

  /// The best-of-n choices with a measured KL divergence, by n.
  List<MeasuredModel> bestOf() {
    return series(MeasuredModel.BestOf.PREFIX, n -> new MeasuredModel.BestOf(Integer.parseInt(n)));
  }

  private List<MeasuredModel> series(String prefix, Function<String, MeasuredModel> element) {
    var begin = MeasureKey.word(ModelMeasure.KL) + "/" + prefix;
    return byPath.keySet().stream()
        .filter(path -> path.startsWith(begin))
        .<MeasuredModel>map(path -> element.apply(path.substring(begin.length())))
        .toList();
  }

  /// A value without an interval.
  static Estimate exact(double value) {
    return new Estimate(value, value, value);
  }

  /// The mean over items of their values with its interval, each item a cluster of its own.
  static <T> Estimate mean(Iterable<T> items, ToDoubleFunction<T> value) {
    return Estimate.mean(clusters(items, value));
  }

  /// The mean of shares, or of other values between 0 and 1; the interval lies between 0 and 1 too.
  static <T> Estimate share(Iterable<T> items, ToDoubleFunction<T> value) {
    return Estimate.of(clusters(items, value));
  }

  private static <T> List<Estimate.Cluster> clusters(Iterable<T> items, ToDoubleFunction<T> value) {
    var clusters = new ArrayList<Estimate.Cluster>();
    items.forEach(item -> clusters.add(new Estimate.Cluster(value.applyAsDouble(item), 1)));
    return clusters;
  }
}
