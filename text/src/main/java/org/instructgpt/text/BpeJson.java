package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;

/// A plain byte-level BPE as Hugging Face's `tokenizer.json`: reads what GPT-2 could have written,
/// and writes it.
final class BpeJson {

  private static final String BYTE_LEVEL = "ByteLevel";

  private BpeJson() {}

  /// Whether the file means just what [ByteLevelBpe] does: GPT-2's pre-tokens, all bytes in the
  /// vocabulary, no normalizer, nothing added before or after the text, and no added tokens but
  /// special ones.
  static boolean isPlain(ObjectNode json) {
    JsonNode model = json.path("model");
    JsonNode cut = json.path("pre_tokenizer");
    return isAbsent(json, "normalizer", "truncation", "padding")
        && isByteLevel(cut)
        && !cut.path("add_prefix_space").asBoolean(true)
        && cut.path("use_regex").asBoolean(true)
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

  /// A merge stands there as `"a b"` or, in newer files, as `["a", "b"]`.
  private static String[] pair(JsonNode merge) {
    return merge.isArray()
        ? merge.valueStream().map(JsonNode::asText).toArray(String[]::new)
        : merge.asText().split(" ", -1);
  }

  static ObjectNode write(ByteLevelBpe bpe) {
    ObjectNode json = TokenizerJson.object();
    json.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    bpe.special().ids().entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(special -> added.add(addedToken(special.getKey(), special.getValue())));
    json.putNull("normalizer");
    for (String part : new String[] {"pre_tokenizer", "post_processor", "decoder"}) {
      json.putObject(part)
          .put("type", BYTE_LEVEL)
          .put("add_prefix_space", false)
          .put("trim_offsets", true)
          .put("use_regex", true);
    }
    json.set("model", model(bpe));
    return json;
  }

  private static ObjectNode addedToken(String content, int id) {
    return TokenizerJson.object()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
  }

  private static ObjectNode model(ByteLevelBpe bpe) {
    ObjectNode model = TokenizerJson.object().put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    bpe.usedIds().forEach(id -> vocabulary.put(bpe.spelling(id), id));
    ArrayNode merges = model.putArray("merges");
    for (int rank = 0; rank < bpe.merges().size(); rank++) {
      merges.add(
          bpe.spelling(bpe.merges().left(rank)) + " " + bpe.spelling(bpe.merges().right(rank)));
    }
    return model;
  }
}
