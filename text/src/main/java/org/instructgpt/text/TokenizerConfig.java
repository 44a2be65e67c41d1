package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What the files beside Hugging Face's `tokenizer.json` say that it does not: which tokens begin
/// and end a text and which one pads.
///
/// @param endOfText its spelling
/// @param pad its spelling
/// @param endId the id that the model's `config.json` or `generation_config.json` ends a text with,
///   for tokenizers that name no token
/// @param prefixSpace whether texts begin with a space, where `tokenizer_config.json` says it
/// @param begin the spelling of the token that begins every text, where `tokenizer_config.json`
///   says that one does
/// @param added the ids that `tokenizer_config.json` or `added_tokens.json` list, by spelling
record TokenizerConfig(
    Optional<String> endOfText,
    Optional<String> pad,
    OptionalInt endId,
    Optional<Boolean> prefixSpace,
    Optional<String> begin,
    Map<String, Integer> added) {

  static final String FILE = "tokenizer_config.json";

  private static final List<String> FLAGS = List.of("add_bos_token", "add_prefix_space");
  private static final List<String> TOKENS = List.of("bos_token", "eos_token", "pad_token");

  static final TokenizerConfig ABSENT =
      new TokenizerConfig(
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of());

  /// Reads the files of a folder, those that are there.
  ///
  /// @throws IllegalArgumentException if one has a key that is refused
  static TokenizerConfig load(Path folder) throws IOException {
    JsonNode config = read(folder.resolve(FILE), TokenizerKeys.CONFIG);
    JsonNode map = read(folder.resolve("special_tokens_map.json"), TokenizerKeys.MAP);
    Map<String, Integer> added = new LinkedHashMap<>();
    config
        .path("added_tokens_decoder")
        .properties()
        .forEach(e -> added.put(e.getValue().path("content").asText(), number(e.getKey())));
    Path list = folder.resolve("added_tokens.json");
    if (Files.exists(list)) {
      TokenizerJson.read(list)
          .properties()
          .forEach(e -> added.put(e.getKey(), e.getValue().asInt(-1)));
    }
    return new TokenizerConfig(
        token(config.path("eos_token")).or(() -> token(map.path("eos_token"))),
        token(config.path("pad_token")).or(() -> token(map.path("pad_token"))),
        endId(folder),
        config.path("add_prefix_space").isBoolean()
            ? Optional.of(config.path("add_prefix_space").booleanValue())
            : Optional.empty(),
        begin(folder, config, map),
        added);
  }

  private static Optional<String> begin(Path folder, JsonNode config, JsonNode map) {
    if (!config.path("add_bos_token").asBoolean(false)) {
      return Optional.empty();
    }
    var begin = token(config.path("bos_token")).or(() -> token(map.path("bos_token")));
    if (begin.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: add_bos_token is true, but bos_token names no token"
              .formatted(folder.resolve(FILE)));
    }
    return begin;
  }

  private static JsonNode read(Path file, KeyReview keys) throws IOException {
    if (!Files.exists(file)) {
      return TokenizerJson.object();
    }
    JsonNode json = TokenizerJson.read(file);
    keys.check(file, "", json);
    for (var key : FLAGS) {
      require(file, key, json.path(key), json.path(key).isBoolean(), "true or false");
    }
    for (var key : TOKENS) {
      require(
          file, key, json.path(key), token(json.path(key)).isPresent(), "the spelling of a token");
    }
    return json;
  }

  private static void require(
      Path file, String key, JsonNode found, boolean right, String expected) {
    if (!right && !found.isNull() && !found.isMissingNode()) {
      throw new IllegalArgumentException(
          "%s: expected %s for %s, found %s".formatted(file, expected, key, found));
    }
  }

  private static int number(String id) {
    return id.matches("\\d{1,9}") ? Integer.parseInt(id) : -1;
  }

  /// The first id that ends a text by the model's own files.
  private static OptionalInt endId(Path folder) throws IOException {
    for (String name : List.of("config.json", "generation_config.json")) {
      Path file = folder.resolve(name);
      JsonNode id =
          Files.exists(file)
              ? TokenizerJson.read(file).path("eos_token_id")
              : TokenizerJson.object();
      JsonNode first = id.isArray() ? id.path(0) : id;
      if (first.isInt() && first.intValue() >= 0) {
        return OptionalInt.of(first.intValue());
      }
    }
    return OptionalInt.empty();
  }

  /// Checks that every token that a file beside lists is in the vocabulary, with the same id.
  void requireAdded(Map<String, Integer> all, Path file) {
    added.forEach((spelling, id) -> {
      if (!id.equals(all.get(spelling))) {
        throw new IllegalArgumentException(
            "%s: tokenizer_config.json or added_tokens.json beside it give '%s' the id %d, which it does not: save the whole tokenizer anew as a tokenizer.json"
                .formatted(file, spelling, id));
      }
    });
  }

  /// Writes `tokenizer_config.json` into a folder.
  void save(Path folder) throws IOException {
    ObjectNode config = TokenizerJson.object();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    config.put("clean_up_tokenization_spaces", false);
    endOfText.ifPresent(name -> config.put("bos_token", name).put("eos_token", name));
    begin.ifPresent(name -> config.put("bos_token", name).put("add_bos_token", true));
    pad.ifPresent(name -> config.put("pad_token", name));
    TokenizerJson.write(folder.resolve(FILE), config);
  }

  /// A token is written as its spelling or as an object with its spelling.
  static Optional<String> token(JsonNode node) {
    JsonNode spelling = node.isObject() ? node.path("content") : node;
    return spelling.isTextual() ? Optional.of(spelling.textValue()) : Optional.empty();
  }
}
