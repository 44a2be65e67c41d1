package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.instructgpt.files.Json;
import org.instructgpt.model.Adapter;

/// PEFT's description of an adapter, `adapter_config.json`, with every key obeyed, harmless or
/// refused.
///
/// @param file where it comes from, for messages
/// @param json what it holds
record AdapterConfig(Path file, ObjectNode json) {
  static final String FILE = "adapter_config.json";
  private static final String BASE = "base_model_name_or_path";
  private static final String ALPHA = "lora_alpha";
  private static final String RANK = "r";
  private static final String RANKS = "rank_pattern";

  /// PEFT's, where the description has none.
  private static final int USUAL_RANK = 8;

  private static final String LANGUAGE = "CAUSAL_LM";
  private static final String REWARD = "SEQ_CLS";

  /// Reads that of a folder.
  ///
  /// @throws IllegalArgumentException if it is no LoRA adapter that is understood
  static AdapterConfig read(Path directory) throws IOException {
    var read = ConfigJson.read(directory.resolve(FILE));
    var config = new AdapterConfig(read.file(), read.json());
    AdapterKeys.ALL.check(config.file, "", config.json);
    config.require("peft_type", "LORA", Set.of("LORA"));
    config.require("task_type", "CAUSAL_LM or SEQ_CLS", Set.of("", LANGUAGE, REWARD));
    config.require("bias", "none", Set.of("none", ""));
    config.require("init_lora_weights", "true, false or gaussian", Set.of("", "gaussian"));
    for (var saved : config.json.path("modules_to_save")) {
      if (!Set.of("score", "classifier").contains(saved.asText())) {
        throw config.expected("modules_to_save", "null or [\"score\"]");
      }
    }
    return config;
  }

  /// Whether a folder holds an adapter.
  static boolean isIn(Path directory) {
    return Files.isRegularFile(directory.resolve(FILE));
  }

  private ConfigJson values() {
    return new ConfigJson(file, json);
  }

  private void require(String key, String expected, Set<String> values) {
    var value = json.path(key);
    if (!values.contains(value.isTextual() ? value.asText() : "")) {
      throw expected(key, expected);
    }
  }

  private IllegalArgumentException expected(String key, String expected) {
    return new IllegalArgumentException(
        "%s: expected %s for %s, found %s: merge the adapter into its base by %s"
            .formatted(file, expected, key, json.get(key), UnsupportedLayouts.MERGE));
  }

  /// Whether the adapter makes a reward model of its base.
  boolean isRewardModel() {
    return json.path("task_type").asText().equals(REWARD);
  }

  /// What it calls the model that it belongs to.
  String base() {
    return json.path(BASE).asText();
  }

  /// What the product of a layer is multiplied by.
  ///
  /// @param layer its name
  double scale(String layer, int rank) {
    var alpha = json.path(ALPHA);
    for (var entry : json.path("alpha_pattern").properties()) {
      if (!entry.getKey().matches("[\\w.]+")) {
        throw new IllegalArgumentException(
            "%s: expected plain names of layers in alpha_pattern, found the pattern %s: write a name for each layer"
                .formatted(file, entry.getKey()));
      }
      if (("." + layer).endsWith("." + entry.getKey())) {
        alpha = entry.getValue();
      }
    }
    if (!alpha.isNumber() || !Double.isFinite(alpha.asDouble())) {
      throw new IllegalArgumentException(
          "%s: expected a number for %s, found %s"
              .formatted(file, ALPHA, alpha.isMissingNode() ? "none" : alpha));
    }
    boolean root = values().yes("use_rslora", false);
    return alpha.asDouble() / (root ? Math.sqrt(rank) : rank);
  }

  /// Checks that a layer of the adapter's file has a rank that the description knows, so that its
  /// scale is the one that it was trained with.
  void requireRank(int rank, Path weights, String layer) {
    var known = new TreeSet<Integer>();
    known.add(values().whole(RANK, USUAL_RANK));
    for (var entry : json.path(RANKS).properties()) {
      known.add(entry.getValue().asInt());
    }
    if (!known.contains(rank)) {
      throw new IllegalArgumentException(
          "%s: by %s (%s, %s) the rank is one of %s, but that of %s is %d: they do not belong together"
              .formatted(weights, file, RANK, RANKS, known, layer, rank));
    }
  }

  /// That of an adapter of ours.
  ///
  /// @param transposed whether the base's matrices are (in, out)
  static ObjectNode of(Adapter adapter, boolean reward, boolean transposed) {
    var layer = adapter.layers().getFirst();
    var json = Json.LENIENT.createObjectNode();
    json.put("peft_type", "LORA");
    json.put("task_type", reward ? REWARD : LANGUAGE);
    json.put(BASE, adapter.base());
    json.put("inference_mode", true);
    json.put("r", layer.rank());
    json.put(ALPHA, layer.scale() * layer.rank());
    json.put("lora_dropout", 0.0);
    json.put("bias", "none");
    json.put("fan_in_fan_out", transposed);
    json.put("use_rslora", false);
    json.put("init_lora_weights", true);
    var modules = new TreeSet<String>();
    adapter.layers().forEach(each -> modules.add(last(each.name())));
    var target = json.putArray("target_modules");
    modules.forEach(target::add);
    Optional<JsonNode> head =
        reward ? Optional.of(Json.LENIENT.createArrayNode().add("score")) : Optional.empty();
    json.set("modules_to_save", head.orElseGet(json::nullNode));
    return json;
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
