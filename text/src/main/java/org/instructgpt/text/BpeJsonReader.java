package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/// Reads a plain byte-level BPE, as GPT-2's is, from Hugging Face's `tokenizer.json`.
final class BpeJsonReader {

  private static final String BYTE_LEVEL = "ByteLevel";

  private BpeJsonReader() {}

  /// Whether the file means just what [ByteLevelBpe] does: GPT-2's pre-tokens, all bytes in the
  /// vocabulary, no normalizer, nothing added before or after the text, and no added tokens but
  /// special ones.
  static boolean isPlain(ObjectNode json) {
    JsonNode model = json.path("model");
    JsonNode preTokenizer = json.path("pre_tokenizer");
    return isAbsent(json, "normalizer", "truncation", "padding")
        && isByteLevel(preTokenizer)
        && !preTokenizer.path("add_prefix_space").asBoolean(true)
        && preTokenizer.path("use_regex").asBoolean(true)
        && isByteLevel(json.path("decoder"))
        && (isAbsent(json, "post_processor") || isByteLevel(json.path("post_processor")))
        && isPlainModel(model)
        && isOnlySpecial(json.path("added_tokens"));
  }

  private static boolean isPlainModel(JsonNode model) {
    return model.path("type").asText("BPE").equals("BPE")
        && model.path("vocab").isObject()
        && model.path("merges").isArray()
        && model.path("dropout").asDouble(0) == 0
        && model.path("continuing_subword_prefix").asText("").replace("null", "").isEmpty()
        && model.path("end_of_word_suffix").asText("").replace("null", "").isEmpty()
        && !model.path("byte_fallback").asBoolean(false)
        && !model.path("ignore_merges").asBoolean(false)
        && hasAllBytes(model.path("vocab"));
  }

  private static boolean isByteLevel(JsonNode part) {
    return part.path("type").asText().equals(BYTE_LEVEL);
  }

  private static boolean isAbsent(JsonNode json, String... fields) {
    for (String field : fields) {
      if (json.hasNonNull(field)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasAllBytes(JsonNode vocabulary) {
    for (int b = 0; b < 256; b++) {
      if (!vocabulary.has(ByteAlphabet.spell(new byte[] {(byte) b}))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOnlySpecial(JsonNode addedTokens) {
    for (JsonNode token : addedTokens) {
      if (!token.path("special").asBoolean(false)) {
        return false;
      }
    }
    return true;
  }

  static Tokenizer read(Path file, ObjectNode json, TokenizerConfig config) {
    BpeParts parts = new BpeParts(file);
    JsonNode model = json.path("model");
    model
        .path("vocab")
        .properties()
        .forEach(e -> parts.token("model.vocab", e.getKey(), e.getValue()));
    for (JsonNode token : json.path("added_tokens")) {
      parts.special("added_tokens", token.path("content").asText(), token.path("id"));
    }
    int place = 0;
    for (JsonNode merge : model.path("merges")) {
      parts.merge("model.merges[" + place++ + "]", pair(merge));
    }
    return parts.build(config);
  }

  /// A merge is written as `"a b"` or, in newer files, as `["a", "b"]`.
  private static String[] pair(JsonNode merge) {
    return merge.isArray()
        ? merge.valueStream().map(JsonNode::asText).toArray(String[]::new)
        : merge.asText().split(" ", -1);
  }
}
