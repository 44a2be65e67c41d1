package org.instructgpt.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/// Any other `tokenizer.json`, by Hugging Face's own library (through DJL).
///
/// That library reads the spelling of a special token inside a text as that token. Here such a
/// spelling is ordinary text, so texts are encoded by a second tokenizer that does not know the
/// special tokens: they are taken out of it or, where that would move the ids of the tokens after
/// them, spelled as nobody could guess. It also adds nothing before or after the text, and neither
/// truncates nor pads.
final class HuggingFace implements Tokenizer {

  static {
    // The library would else report its use to its makers when it is loaded.
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private final byte[] file;
  private final HuggingFaceTokenizer encoder;
  private final HuggingFaceTokenizer decoder;
  private final BitSet known;
  private final SpecialTokens special;

  private HuggingFace(
      byte[] file,
      HuggingFaceTokenizer encoder,
      HuggingFaceTokenizer decoder,
      BitSet known,
      SpecialTokens special) {
    this.file = file;
    this.encoder = encoder;
    this.decoder = decoder;
    this.known = known;
    this.special = special;
  }

  static HuggingFace read(Path path, ObjectNode json, TokenizerConfig config) throws IOException {
    Map<String, Integer> vocabulary = vocabulary(json.path("model").path("vocab"));
    Map<String, Integer> declared = new LinkedHashMap<>();
    Map<String, Integer> all = new LinkedHashMap<>(vocabulary);
    for (JsonNode token : json.path("added_tokens")) {
      String spelling = token.path("content").asText();
      all.put(spelling, token.path("id").asInt());
      if (token.path("special").asBoolean(false)) {
        declared.put(spelling, token.path("id").asInt());
      }
    }
    SpecialTokens special = SpecialTokens.find(declared, all, config, path.toString());
    BitSet known = new BitSet();
    all.values().forEach(known::set);
    HuggingFaceTokenizer decoder = open(path, whole(json));
    HuggingFaceTokenizer encoder = open(path, textOnly(json, vocabulary));
    return new HuggingFace(Files.readAllBytes(path), encoder, decoder, known, special);
  }

  /// The ids by spelling; Unigram models list their pieces in the order of their ids.
  private static Map<String, Integer> vocabulary(JsonNode vocab) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    vocab.properties().forEach(entry -> ids.put(entry.getKey(), entry.getValue().asInt()));
    if (vocab.isArray()) {
      vocab.forEach(piece -> ids.putIfAbsent(piece.path(0).asText(), ids.size()));
    }
    return ids;
  }

  private static ObjectNode whole(ObjectNode json) {
    ObjectNode copy = json.deepCopy();
    copy.putNull("truncation").putNull("padding");
    return copy;
  }

  private static ObjectNode textOnly(ObjectNode json, Map<String, Integer> vocabulary) {
    ObjectNode copy = whole(json);
    copy.putNull("post_processor");
    ArrayNode kept = copy.putArray("added_tokens");
    for (JsonNode token : json.path("added_tokens")) {
      boolean isSpecial = token.path("special").asBoolean(false);
      if (!isSpecial) {
        kept.add(token);
      } else if (!vocabulary.containsKey(token.path("content").asText())) {
        kept.add(token.<ObjectNode>deepCopy().put("content", "\uFDD0" + UUID.randomUUID()));
      }
    }
    return copy;
  }

  private static HuggingFaceTokenizer open(Path path, ObjectNode json) throws IOException {
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(Json.bytes(json)), OPTIONS);
    } catch (RuntimeException refused) {
      throw new IllegalArgumentException(
          "%s: expected a tokenizer.json that Hugging Face's tokenizers open, but they say: %s"
              .formatted(path, refused.getMessage()),
          refused);
    }
  }

  @Override
  public int[] encode(String text) {
    long[] ids = encoder.encode(WellFormed.of(text), false, false).getIds();
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  @Override
  public String decode(int[] ids) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || !known.get(ids[i])) {
        throw UnknownId.at(i, ids[i], vocabularySize());
      }
    }
    return decoder.decode(Arrays.stream(ids).asLongStream().toArray(), false);
  }

  @Override
  public int vocabularySize() {
    return known.length();
  }

  @Override
  public int endOfText() {
    return special.endOfText();
  }

  @Override
  public int pad() {
    return special.pad();
  }

  /// Writes the file as it was read.
  @Override
  public void save(Path tokenizerJson) throws IOException {
    Json.write(tokenizerJson, file);
  }

  SpecialTokens special() {
    return special;
  }
}
