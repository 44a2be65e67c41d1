package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;
import org.instructgpt.model.GptConfig;

/// The values of a `config.json`.
///
/// @param file where they come from, for messages
/// @param json what it holds
record ConfigJson(Path file, ObjectNode json) {
  private static final int MOST_LAYERS = 10_000;

  /// Reads a file.
  ///
  /// @throws IllegalArgumentException if it holds no JSON object
  static ConfigJson read(Path file) throws IOException {
    return new ConfigJson(file, ForeignTexts.object(file, Json.LENIENT));
  }

  /// The value of `model_type`.
  String type() {
    return json.path("model_type").asText("gpt2");
  }

  /// Whether it describes a model with one label instead of a vocabulary; else it is a language
  /// model.
  boolean isRewardModel() {
    for (var architecture : json.path("architectures")) {
      if (architecture.asText().endsWith("ForSequenceClassification")) {
        return true;
      }
    }
    return false;
  }

  /// Whether a key has a value.
  boolean has(String key) {
    return !json.path(key).isNull() && !json.path(key).isMissingNode();
  }

  /// A truth value.
  ///
  /// @param usual what it is if the key is missing
  boolean yes(String key, boolean usual) {
    var value = json.path(key);
    if (has(key) && !value.isBoolean()) {
      throw new IllegalArgumentException(
          "%s: expected true or false for %s, found %s".formatted(file, key, value));
    }
    return has(key) ? value.booleanValue() : usual;
  }

  /// A whole number that must be there.
  int whole(String key) {
    if (!json.path(key).isInt()) {
      throw new IllegalArgumentException(
          "%s: expected a whole number for %s, found %s"
              .formatted(file, key, has(key) ? json.path(key) : "none"));
    }
    return json.get(key).asInt();
  }

  /// A whole number.
  ///
  /// @param usual what it is if the key is missing
  int whole(String key, int usual) {
    return has(key) ? whole(key) : usual;
  }

  /// The number of layers: of a damaged description none may be made that fill the memory.
  int layers(String key) {
    if (whole(key) < 1 || whole(key) > MOST_LAYERS) {
      throw new IllegalArgumentException(
          "%s: expected 1 to %,d layers for %s, found %s"
              .formatted(file, MOST_LAYERS, key, json.path(key)));
    }
    return whole(key);
  }

  /// A number.
  ///
  /// @param usual what it is if the key is missing
  double number(String key, double usual) {
    if (has(key) && !json.path(key).isNumber()) {
      throw new IllegalArgumentException(
          "%s: expected a number for %s, found %s".formatted(file, key, json.path(key)));
    }
    return json.path(key).asDouble(usual);
  }

  /// The activation of networks.
  GptConfig.Activation activation(String key, String usual) {
    try {
      return GptConfig.Activation.named(json.path(key).asText(usual));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s: %s: %s".formatted(file, key, e.getMessage()), e);
    }
  }

  /// Whether the unembedding is the embedding. A reward model has none.
  boolean isTied(boolean usual) {
    return isRewardModel() || yes("tie_word_embeddings", usual);
  }

  /// The entries of a head.
  int headWidth(int width, int heads) {
    if (!has("head_dim") && (heads < 1 || width % heads != 0)) {
      throw new IllegalArgumentException(
          "%s: the width %d cannot be split evenly among %d heads, and there is no head_dim"
              .formatted(file, width, heads));
    }
    return has("head_dim") ? whole("head_dim") : width / heads;
  }

  /// What is said of rotary positions; missing if nothing is.
  JsonNode rotaryScaling() {
    return has("rope_parameters") ? json.path("rope_parameters") : json.path("rope_scaling");
  }
}
