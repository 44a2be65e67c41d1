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
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// How one number went in a run, small enough for a page.
///
/// @param metric its name in `metrics.jsonl`
/// @param points step to value, thinned by means
record MetricCurve(String metric, List<Point> points) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int POINTS = 160;
  private static final int MOST = 4;
  static final int WIDTH = 320;
  static final int HEIGHT = 96;

  /// What says most of a run, best first; what was held out before what was trained on.
  private static final List<String> TOLD =
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

  record Point(double step, double value) {}

  /// The curves of a run that say most; none where the run is not there.
  static List<MetricCurve> of(Path run) throws IOException {
    var file = run.resolve("metrics.jsonl");
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    var found = new LinkedHashMap<String, TreeMap<Double, Double>>();
    try (var lines = Files.lines(file)) {
      lines.forEach(line -> read(line, found));
    }
    return TOLD.stream()
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
      return; // the line that a run is writing just now
    }
    boolean held = json.path("kind").asText().equals("eval");
    for (var metric : json.path("metrics").properties()) {
      var name = metric.getKey();
      // A name may stand for both parts of the data: then the held-out numbers count.
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
        some.getLast().step(),
        some.stream().mapToDouble(Point::value).average().orElse(Double.NaN));
  }

  double first() {
    return points.getFirst().value();
  }

  double last() {
    return points.getLast().value();
  }

  double low() {
    return points.stream().mapToDouble(Point::value).min().orElse(0);
  }

  double high() {
    return points.stream().mapToDouble(Point::value).max().orElse(0);
  }

  long steps() {
    return Math.round(points.getLast().step());
  }

  /// The line in a picture of [#WIDTH] times [#HEIGHT].
  String line() {
    double from = points.getFirst().step();
    double span = Math.max(1e-12, points.getLast().step() - from);
    double range = high() - low();
    var line = new StringBuilder();
    for (var point : points) {
      double x = 4 + (WIDTH - 8) * (point.step() - from) / span;
      double up = range == 0 ? 0.5 : (point.value() - low()) / range;
      line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, 6 + (HEIGHT - 12) * (1 - up)));
    }
    return line.toString().strip();
  }

  /// The line's end.
  String endX() {
    return line().substring(line().lastIndexOf(' ') + 1).split(",", -1)[0];
  }

  String endY() {
    return line().substring(line().lastIndexOf(' ') + 1).split(",", -1)[1];
  }
}
