package org.instructgpt.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.instructgpt.files.Json;

/// The `config.json` of a checkpoint and, if there is one, its `generation_config.json`, with every
/// key obeyed, harmless, or refused.
///
/// @param file `config.json`
/// @param json what it holds
/// @param ends the ids that end a text
record ConfigJson(Path file, ObjectNode json, List<Integer> ends) {
  private static final ObjectMapper JSON = Json.LENIENT;
  private static final String EOS = "eos_token_id";
  private static final String CLASSIFIER = "GPT2ForSequenceClassification";

  /// Reads the files of a checkpoint.
  ///
  /// @throws IllegalArgumentException if it is not a GPT-2, or one that cannot be read as it is
  /// @throws NoSuchFileException if there is no checkpoint
  static ConfigJson read(Path directory) throws IOException {
    var foreign = UnsupportedLayouts.describe(directory);
    if (foreign.isPresent()) {
      throw new IllegalArgumentException(foreign.get());
    }
    var file = directory.resolve(CheckpointFiles.CONFIG);
    if (!Files.isDirectory(directory)) {
      throw new NoSuchFileException(
          directory.toString(), null, "expected a folder with config.json and model.safetensors");
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(
          file.toString(), null, "this folder is no checkpoint; name one with config.json");
    }
    var json = parse(file);
    var type = json.path("model_type").asText("gpt2");
    if (!type.equals("gpt2")) {
      throw new IllegalArgumentException(
          "%s: model_type must be gpt2, but is '%s': models of other families are not read yet; only GPT-2's layout is"
              .formatted(file, type));
    }
    var config = new ConfigJson(file, json, ends(directory, file, json));
    config.checkArchitecture();
    ConfigKeys.CONFIG.check(file, "", json);
    return config;
  }

  private static ObjectNode parse(Path file) throws IOException {
    JsonNode json;
    try {
      json = JSON.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s is not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
    if (json instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException(file + ": expected a JSON object");
  }

  private static List<Integer> ends(Path directory, Path file, ObjectNode json) throws IOException {
    var ends = new TreeSet<>(ends(file, json.path(EOS)));
    var generation = directory.resolve("generation_config.json");
    if (Files.exists(generation)) {
      var more = parse(generation);
      ConfigKeys.GENERATION.check(generation, "", more);
      ends.addAll(ends(generation, more.path(EOS)));
    }
    return List.copyOf(ends);
  }

  private static List<Integer> ends(Path file, JsonNode eos) {
    var ids = new ArrayList<Integer>();
    for (var id : eos.isArray() ? eos : List.of(eos)) {
      if (id.isInt() && id.intValue() >= 0) {
        ids.add(id.intValue());
      } else if (!id.isNull() && !id.isMissingNode()) {
        throw new IllegalArgumentException(
            "%s: expected an id or a list of ids for %s, found %s".formatted(file, EOS, eos));
      }
    }
    return ids;
  }

  private void checkArchitecture() {
    for (var architecture : json.path("architectures")) {
      if (!architecture
          .asText()
          .matches(
              "(TF|Flax)?GPT2(LMHeadModel|Model|DoubleHeadsModel|ForSequenceClassification)")) {
        throw new IllegalArgumentException(
            "%s: architectures names %s, but only GPT2LMHeadModel, GPT2Model and %s are read: save the model as one of them"
                .formatted(file, architecture.asText(), CLASSIFIER));
      }
    }
    var tied = json.path("tie_word_embeddings");
    if (!isRewardModel() && tied.isBoolean() && !tied.booleanValue()) {
      throw new IllegalArgumentException(
          "%s: tie_word_embeddings is false, but only models whose unembedding is their embedding are read"
              .formatted(file));
    }
  }

  /// Whether it has one label instead of a vocabulary; else it is a language model.
  boolean isRewardModel() {
    for (var architecture : json.path("architectures")) {
      if (architecture.asText().endsWith(CLASSIFIER)) {
        return true;
      }
    }
    return false;
  }

  GptConfig shape() {
    int width = whole("n_embd");
    if (json.path("n_inner").isInt() && json.get("n_inner").asInt() != 4 * width) {
      throw new IllegalArgumentException(
          "%s: n_inner is %d, but only 4 n_embd = %d is supported"
              .formatted(file, json.get("n_inner").asInt(), 4 * width));
    }
    try {
      return new GptConfig(
              whole("n_layer"),
              width,
              whole("n_head"),
              json.has("n_positions") ? whole("n_positions") : whole("n_ctx"),
              whole("vocab_size"),
              GptConfig.Activation.named(json.path("activation_function").asText("gelu_new")),
              json.path("layer_norm_epsilon").asDouble(1e-5),
              json.path("resid_pdrop").asDouble(0),
              json.path("attention_band").asInt(0))
          .withScaling(
              new GptConfig.Scaling(
                  yes("scale_attn_weights", true),
                  yes("scale_attn_by_inverse_layer_idx", false),
                  yes("reorder_and_upcast_attn", false)));
    } catch (IllegalArgumentException e) {
      throw e.getMessage() != null && e.getMessage().startsWith(file.toString())
          ? e
          : new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private boolean yes(String key, boolean usual) {
    var value = json.path(key);
    if (!value.isBoolean() && !value.isNull() && !value.isMissingNode()) {
      throw new IllegalArgumentException(
          "%s: expected true or false for %s, found %s".formatted(file, key, value));
    }
    return value.asBoolean(usual);
  }

  private int whole(String key) {
    if (!json.path(key).isInt()) {
      throw new IllegalArgumentException(
          "%s: expected a whole number for %s, found %s".formatted(file, key, json.path(key)));
    }
    return json.get(key).asInt();
  }

  /// Writes how attention is scaled, where that is not the usual way, and what ends a text.
  static void write(ObjectNode json, GptConfig config, int endOfText, List<Integer> ends) {
    config
        .scaling()
        .ifPresent(scaling ->
            json.put("scale_attn_weights", scaling.byWidth())
                .put("scale_attn_by_inverse_layer_idx", scaling.byLayer())
                .put("reorder_and_upcast_attn", scaling.upcast()));
    if (ends.stream().allMatch(end -> end == endOfText)) {
      json.put(EOS, endOfText);
      return;
    }
    var all = json.putArray(EOS).add(endOfText);
    ends.stream().filter(end -> end != endOfText).forEach(all::add);
  }
}
