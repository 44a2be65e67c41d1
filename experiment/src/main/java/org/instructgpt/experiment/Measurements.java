package org.instructgpt.experiment;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.statistics.Estimate;

/// Numbers that were measured in a workspace, by name, in one file: what reports and claims are
/// made from. A name is a path such as `win/ppo-ptx/sft`.
///
/// @param file JSON, one entry a name
public record Measurements(Path file) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /// Adds numbers, or replaces those of the same names.
  public void add(Map<String, Estimate> found) throws IOException {
    var all = all();
    all.putAll(found);
    AtomicFiles.write(file, JSON.writeValueAsString(all) + "\n");
  }

  /// All numbers, in the order of their names.
  public TreeMap<String, Estimate> all() throws IOException {
    return Files.exists(file)
        ? JSON.readValue(Files.readString(file), new TypeReference<>() {})
        : new TreeMap<>();
  }

  /// A number without an interval.
  public static Estimate exact(double value) {
    return new Estimate(value, value, value);
  }

  /// The mean over items of their values with its interval, each item a cluster of its own.
  static <T> Estimate mean(Iterable<T> items, ToDoubleFunction<T> value) {
    return Estimate.mean(clusters(items, value));
  }

  /// The same of shares, or of what lies between 0 and 1: so does the interval.
  static <T> Estimate share(Iterable<T> items, ToDoubleFunction<T> value) {
    return Estimate.of(clusters(items, value));
  }

  private static <T> List<Estimate.Cluster> clusters(Iterable<T> items, ToDoubleFunction<T> value) {
    var clusters = new ArrayList<Estimate.Cluster>();
    items.forEach(item -> clusters.add(new Estimate.Cluster(value.applyAsDouble(item), 1)));
    return clusters;
  }
}
