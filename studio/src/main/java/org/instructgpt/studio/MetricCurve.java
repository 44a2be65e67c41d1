package org.instructgpt.studio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.instructgpt.files.Json;
import org.instructgpt.plot.Sparkline;
import org.instructgpt.plot.Sparkline.Point;

/// The course of one metric over a run, with few enough points for a small chart.
///
/// @param metric its name in `metrics.jsonl`
/// @param points steps and values; each is the mean of several where the run has more
record MetricCurve(String metric, List<Point> points) {
  private static final ObjectMapper JSON = Json.LENIENT;
  private static final int POINTS = 160;
  private static final int MOST = 4;

  /// The metrics that say most about a run, the most telling first.
  private static final List<String> METRICS =
      List.of(
          "held_out_score",
          "held_out_kl",
          "validation_loss",
          "reward",
          "prompt_accuracy",
          "accuracy",
          "loss",
          "held_out_response_length",
          "held_out_entropy",
          "eos_rate");

  /// The most telling curves of a run; none where the run does not exist.
  static List<MetricCurve> of(Path run) throws IOException {
    var file = run.resolve("metrics.jsonl");
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    var found = new LinkedHashMap<String, TreeMap<Double, Double>>();
    try (var lines = Files.lines(file)) {
      lines.forEach(line -> read(line, found));
    }
    return METRICS.stream()
        .flatMap(metric -> Stream.ofNullable(found.get(metric)).map(all -> of(metric, all)))
        .filter(curve -> curve.points().size() > 1)
        .limit(MOST)
        .toList();
  }

  private static void read(String line, Map<String, TreeMap<Double, Double>> found) {
    JsonNode json;
    try {
      json = JSON.readTree(line);
    } catch (JsonProcessingException _) {
      return; // the line that a run is just writing
    }
    boolean held = json.path("kind").asText().equals("eval");
    for (var metric : json.path("metrics").properties()) {
      var name = metric.getKey();
      // These are measured on both parts of the data; only the held-out values count.
      boolean both = name.equals("accuracy") || name.equals("eos_rate");
      if (metric.getValue().isNumber() && (held || !both)) {
        found
            .computeIfAbsent(name, _ -> new TreeMap<>())
            .put(json.path("step").asDouble(), metric.getValue().asDouble());
      }
    }
  }

  private static MetricCurve of(String metric, TreeMap<Double, Double> values) {
    return new MetricCurve(metric, thinned(values));
  }

  private static List<Point> thinned(TreeMap<Double, Double> values) {
    var points = new ArrayList<Point>();
    int each = Math.max(1, (values.size() + POINTS - 1) / POINTS);
    var some = new ArrayList<Point>();
    for (var entry : values.entrySet()) {
      some.add(new Point(entry.getKey(), entry.getValue()));
      if (some.size() == each) {
        points.add(mean(some));
        some.clear();
      }
    }
    if (!some.isEmpty()) {
      points.add(mean(some));
    }
    return points;
  }

  private static Point mean(List<Point> some) {
    return new Point(
        some.getLast().x(), some.stream().mapToDouble(Point::y).average().orElse(Double.NaN));
  }

  double first() {
    return points.getFirst().y();
  }

  double last() {
    return points.getLast().y();
  }

  double low() {
    return points.stream().mapToDouble(Point::y).min().orElse(0);
  }

  double high() {
    return points.stream().mapToDouble(Point::y).max().orElse(0);
  }

  long steps() {
    return Math.round(points.getLast().x());
  }

  Sparkline line() {
    return Sparkline.of(points);
  }
}
