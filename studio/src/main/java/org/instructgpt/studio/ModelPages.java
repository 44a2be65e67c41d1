package org.instructgpt.studio;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;

/// The pages of the workspace's models: lineage, facts, settings and metrics of each.
///
/// @param runs the folder of the runs
record ModelPages(ModelCatalog models, Path runs) {
  private static final Pattern RUN = Pattern.compile("[a-z][A-Za-z0-9-]{0,100}");

  /// A model in the list.
  ///
  /// @param line its ancestors, oldest first, and itself last
  /// @param told final metrics of its run
  record Entry(ServedModel model, List<ServedModel> line, SequencedMap<String, Double> told) {}

  /// What the page of a model shows.
  record Card(
      Entry entry,
      List<Role> parents,
      SequencedMap<String, String> facts,
      SequencedMap<String, String> settings,
      List<MetricCurve> curves,
      List<ServedModel> children,
      Instant made) {}

  /// A parent of a model.
  ///
  /// @param there whether a model of that name exists
  /// @param same whether it still has the same weights
  record Role(String role, String model, boolean there, boolean same) {}

  void list(Exchange exchange) {
    var all = models.all();
    var entries = all.stream().map(this::entry).toList();
    exchange.page(
        "models.title", "models", Map.of("entries", entries, "problems", models.problems()));
  }

  void one(Exchange exchange) throws IOException {
    var model = models.find(exchange.path("name")).orElseThrow(ApiError::missing);
    exchange.page("models.title", "model", Map.of("card", card(model)));
  }

  private Entry entry(ServedModel model) {
    return new Entry(model, models.line(model), numbers(metrics(model)));
  }

  private Card card(ServedModel model) throws IOException {
    var parents =
        model.lineage().path("parents").properties().stream()
            .map(parent -> role(parent.getKey(), parent.getValue()))
            .toList();
    var run = model.lineage().path("made").path("run").asText();
    var curves =
        RUN.matcher(run).matches() ? MetricCurve.of(runs.resolve(run)) : List.<MetricCurve>of();
    var children =
        models.all().stream()
            .filter(each -> !each.name().equals(model.name()))
            .filter(each -> isParent(model, each))
            .toList();
    return new Card(
        entry(model),
        parents,
        facts(model),
        settings(model),
        curves,
        children,
        model.made().toInstant());
  }

  private static boolean isParent(ServedModel model, ServedModel child) {
    return child.lineage().path("parents").properties().stream()
        .anyMatch(parent -> parent.getValue().path("name").asText().equals(model.name()));
  }

  private Role role(String role, JsonNode parent) {
    var name = parent.path("name").asText();
    var there = models.find(name);
    boolean same = there.isPresent() && weights(there.get()).equals(parent.path("sha256").asText());
    return new Role(role, name, there.isPresent(), same);
  }

  /// The SHA-256 of the weights; empty where the lineage does not tell.
  static String weights(ServedModel model) {
    return model.lineage().path("sha256").path("model.safetensors").asText();
  }

  private static JsonNode metrics(ServedModel model) {
    return model.lineage().path("made").path("metrics");
  }

  private static SequencedMap<String, Double> numbers(JsonNode json) {
    var numbers = new LinkedHashMap<String, Double>();
    for (var each : json.properties()) {
      if (each.getValue().isNumber()) {
        numbers.put(each.getKey(), each.getValue().asDouble());
      }
    }
    return numbers;
  }

  private static SequencedMap<String, String> facts(ServedModel model) {
    var facts = new LinkedHashMap<String, String>();
    var shape = model.shape();
    facts.put("parameters", PageNumbers.count(shape.parameters()));
    facts.put("layers", String.valueOf(shape.layers()));
    facts.put("width", String.valueOf(shape.width()));
    facts.put("heads", String.valueOf(shape.heads()));
    facts.put("context", String.valueOf(shape.context()));
    facts.put("vocabulary", String.valueOf(shape.vocabulary()));
    facts.put("size", PageNumbers.count(model.bytes()) + "B");
    var made = model.lineage().path("made");
    for (var name : List.of("run", "step")) {
      if (made.has(name)) {
        facts.put(name, made.path(name).asText());
      }
    }
    if (!weights(model).isEmpty()) {
      facts.put("weights", weights(model));
    }
    return facts;
  }

  /// The settings of the run, flat: `ppo.sampling.temperature`.
  private static SequencedMap<String, String> settings(ServedModel model) {
    var flat = new LinkedHashMap<String, String>();
    for (var each : model.settings().properties()) {
      if (!each.getKey().equals("parents")) {
        flatten(each.getKey(), each.getValue(), flat);
      }
    }
    return flat;
  }

  private static void flatten(String key, JsonNode value, SequencedMap<String, String> flat) {
    if (value.isObject()) {
      value.properties().forEach(each -> flatten(key + "." + each.getKey(), each.getValue(), flat));
    } else {
      flat.put(key, value.asText());
    }
  }
}
