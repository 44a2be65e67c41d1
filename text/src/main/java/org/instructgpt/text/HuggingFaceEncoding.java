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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/// A tokenizer of any other kind, run by Hugging Face's own library (through DJL).
///
/// That library reads the spelling of a special token inside a text as that token. Here such a
/// spelling is ordinary text, so texts are encoded by a second tokenizer that does not know the
/// special tokens by their names. It also adds nothing before or after the text, and neither
/// truncates nor pads.
final class HuggingFaceEncoding implements Tokenizer {

  static {
    // Otherwise the library sends usage statistics to its makers when it is loaded.
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  /// The kinds of models that need a token for what the vocabulary lacks, with its usual name.
  private static final Map<String, String> UNKNOWN =
      Map.of("WordPiece", "[UNK]", "WordLevel", "<unk>");

  private final Path path;
  private final byte[] file;
  private final HuggingFaceTokenizer encoder;
  private final HuggingFaceTokenizer decoder;
  private final BitSet known;
  private final Map<Integer, String> spellings;
  private final SpecialTokens special;

  private HuggingFaceEncoding(
      Path path,
      byte[] file,
      HuggingFaceTokenizer encoder,
      HuggingFaceTokenizer decoder,
      Map<Integer, String> spellings,
      SpecialTokens special) {
    this.path = path;
    this.file = file;
    this.encoder = encoder;
    this.decoder = decoder;
    this.spellings = spellings;
    this.known = new BitSet();
    spellings.keySet().forEach(known::set);
    this.special = special;
  }

  static HuggingFaceEncoding read(Path path, ObjectNode json, TokenizerConfig config)
      throws IOException {
    FileProblems problems = new FileProblems(path);
    Map<String, Integer> all = vocabulary(json.path("model").path("vocab"), problems);
    Map<String, Integer> declared = new LinkedHashMap<>();
    for (JsonNode token : json.path("added_tokens")) {
      String spelling = token.path("content").asText();
      int id = id("added_tokens", spelling, token.path("id"), problems);
      Integer before = all.putIfAbsent(spelling, id);
      if (before != null && before != id) {
        problems.add(
            "added_tokens '" + spelling + "'",
            "expected id " + before + " as in the vocabulary, found " + id);
      }
      if (token.path("special").asBoolean(false)) {
        declared.put(spelling, id);
      }
    }
    requireUnknown(json.path("model"), problems);
    problems.throwIfAny();
    SpecialTokens special = SpecialTokens.find(declared, all, config, path.toString());
    Map<Integer, String> spellings = new HashMap<>();
    all.forEach((spelling, id) -> spellings.put(id, spelling));
    HuggingFaceTokenizer decoder = open(path, whole(json));
    HuggingFaceTokenizer encoder = open(path, textOnly(json, special.ids().keySet()));
    byte[] file = isIn(path, json) ? Files.readAllBytes(path) : TokenizerJson.bytes(json);
    return new HuggingFaceEncoding(path, file, encoder, decoder, spellings, special);
  }

  /// Whether a file holds just this.
  private static boolean isIn(Path path, ObjectNode json) throws IOException {
    return path.toString().endsWith(".json") && TokenizerJson.read(path).equals(json);
  }

  /// The ids by spelling; Unigram models list their pieces in the order of their ids.
  private static Map<String, Integer> vocabulary(JsonNode vocab, FileProblems problems) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    vocab
        .properties()
        .forEach(e -> ids.put(e.getKey(), id("model.vocab", e.getKey(), e.getValue(), problems)));
    int next = 0;
    for (JsonNode piece : vocab.isArray() ? vocab : TokenizerJson.object()) {
      ids.putIfAbsent(piece.path(0).asText(), next++);
    }
    return ids;
  }

  /// Checks that the token that stands for what the vocabulary lacks is in it: without it a text
  /// that needs it cannot be encoded at all.
  private static void requireUnknown(JsonNode model, FileProblems problems) {
    String usual = UNKNOWN.get(model.path("type").asText());
    String unknown = model.path("unk_token").asText(usual);
    if (usual != null && !model.path("vocab").has(unknown)) {
      problems.add(
          "model.unk_token", "expected a token of the vocabulary, found '" + unknown + "'");
    }
  }

  private static int id(String where, String spelling, JsonNode id, FileProblems problems) {
    boolean isId = id.isInt() && id.intValue() >= 0 && id.intValue() <= BpeParts.LARGEST_ID;
    if (!isId) {
      problems.add(where + " '" + spelling + "'", "expected an id, found " + id);
    }
    return isId ? id.intValue() : 0;
  }

  private static ObjectNode whole(ObjectNode json) {
    ObjectNode copy = json.deepCopy();
    copy.putNull("truncation").putNull("padding");
    return copy;
  }

  /// The tokenizer with every special token renamed to a random string that no text contains: in
  /// the vocabulary (some models find their pieces there) or, if it is not in it, among the added
  /// tokens, so that no id changes.
  private static ObjectNode textOnly(ObjectNode json, Set<String> special) {
    ObjectNode copy = whole(json);
    copy.putNull("post_processor");
    Map<String, String> randomNames = new LinkedHashMap<>();
    special.forEach(spelling -> randomNames.put(spelling, "\uFDD0" + UUID.randomUUID()));
    ObjectNode model = (ObjectNode) copy.path("model");
    Set<String> inVocabulary = rename(model.path("vocab"), randomNames);
    String unknown = randomNames.get(model.path("unk_token").asText());
    if (unknown != null) {
      model.put("unk_token", unknown);
    }
    ArrayNode added = copy.putArray("added_tokens");
    for (JsonNode token : json.path("added_tokens")) {
      String spelling = token.path("content").asText();
      if (!inVocabulary.contains(spelling)) {
        ObjectNode kept = token.deepCopy();
        added.add(kept.put("content", randomNames.getOrDefault(spelling, spelling)));
      }
    }
    return copy;
  }

  /// Renames tokens in a vocabulary and returns those that it has.
  private static Set<String> rename(JsonNode vocab, Map<String, String> randomNames) {
    Set<String> found = new HashSet<>();
    if (vocab instanceof ObjectNode byName) {
      randomNames.keySet().stream().filter(byName::has).forEach(found::add);
      found.forEach(name -> byName.set(randomNames.get(name), byName.remove(name)));
    }
    for (JsonNode piece : vocab.isArray() ? vocab : TokenizerJson.object()) {
      String randomName = randomNames.get(piece.path(0).asText());
      if (randomName != null) {
        found.add(piece.path(0).asText());
        ((ArrayNode) piece).set(0, randomName);
      }
    }
    return found;
  }

  private static HuggingFaceTokenizer open(Path path, ObjectNode json) throws IOException {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(TokenizerJson.bytes(json)), OPTIONS);
    } catch (RuntimeException refused) {
      throw new IllegalArgumentException(
          "%s: expected a tokenizer.json that Hugging Face's tokenizers open, but they say: %s"
              .formatted(path, refused.getMessage()),
          refused);
    }
  }

  @Override
  public int[] encode(String text) {
    try {
      long[] ids = encoder.encode(WellFormed.of(text), false, false).getIds();
      return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    } catch (RuntimeException refused) {
      throw new IllegalArgumentException(
          "%s: Hugging Face's tokenizers cannot encode a text with this file: %s"
              .formatted(path, refused.getMessage()),
          refused);
    }
  }

  @Override
  public String decode(int[] ids) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || !known.get(ids[i])) {
        throw UnknownTokenId.at(i, ids[i], vocabularySize());
      }
    }
    return decoder.decode(Arrays.stream(ids).asLongStream().toArray(), false);
  }

  @Override
  public int vocabularySize() {
    return known.length();
  }

  @Override
  public Map<String, Integer> specialTokens() {
    return special.ids();
  }

  @Override
  public int endOfText() {
    return special.endOfText();
  }

  @Override
  public OptionalInt beginOfText() {
    return special.beginOfText();
  }

  @Override
  public int pad() {
    return special.pad();
  }

  /// Writes what was read.
  @Override
  public void save(Path tokenizerJson) throws IOException {
    TokenizerJson.write(tokenizerJson, file);
  }

  @Override
  public void saveAll(Path directory) throws IOException {
    save(directory.resolve(TokenizerJson.FILE));
    special.config().save(directory);
  }

  @Override
  public Optional<String> spelling(int id) {
    return Optional.ofNullable(spellings.get(id));
  }
}
