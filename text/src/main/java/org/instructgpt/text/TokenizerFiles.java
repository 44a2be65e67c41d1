package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// Finds out which files hold a tokenizer, and opens them.
final class TokenizerFiles {

  /// The two names under which GPT-2's vocabulary and merges are known.
  private record Pair(String vocabulary, String merges) {

    boolean isIn(Path directory) {
      return Files.exists(directory.resolve(vocabulary)) && Files.exists(directory.resolve(merges));
    }
  }

  private static final List<Pair> PAIRS =
      List.of(new Pair("vocab.json", "merges.txt"), new Pair("encoder.json", "vocab.bpe"));

  private TokenizerFiles() {}

  static Tokenizer load(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return loadJson(path);
    }
    if (Files.exists(path.resolve(TokenizerJson.FILE))) {
      return loadJson(path.resolve(TokenizerJson.FILE));
    }
    Pair pair =
        PAIRS.stream()
            .filter(names -> names.isIn(path))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(nothingIn(path)));
    return loadPair(path.resolve(pair.vocabulary), path.resolve(pair.merges));
  }

  private static Tokenizer loadJson(Path file) throws IOException {
    ObjectNode json = TokenizerJson.read(file);
    if (!json.path("model").isObject()) {
      throw new IllegalArgumentException(
          ("%s: expected a Hugging Face tokenizer.json with an object 'model', found none;"
                  + " for GPT-2's vocab.json and merges.txt give their folder")
              .formatted(file));
    }
    TokenizerKeys.FILE.check(file, "", json);
    TokenizerKeys.MODEL.check(file, "model.", json.path("model"));
    TokenizerConfig config = TokenizerConfig.load(folder(file));
    config.prefixSpace().ifPresent(space -> prefixSpace(json.path("pre_tokenizer"), space));
    return BpeJsonReader.isPlain(json)
        ? BpeJsonReader.read(file, json, config)
        : HuggingFaceEncoding.read(file, json, config);
  }

  private static Tokenizer loadPair(Path vocabulary, Path merges) throws IOException {
    BpeParts parts = new BpeParts(vocabulary);
    TokenizerJson.read(vocabulary)
        .properties()
        .forEach(e -> parts.token("token", e.getKey(), e.getValue()));
    List<String> lines = lines(merges);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).startsWith("#version") && !lines.get(i).isEmpty()) {
        parts.merge(merges.getFileName() + " line " + (i + 1), lines.get(i).split(" ", -1));
      }
    }
    TokenizerConfig config = TokenizerConfig.load(folder(vocabulary));
    if (config.prefixSpace().orElse(false)) {
      throw new IllegalArgumentException(
          "%s: add_prefix_space is true, which a vocab.json cannot do: save the tokenizer as a tokenizer.json"
              .formatted(vocabulary.resolveSibling(TokenizerConfig.FILE)));
    }
    return parts.build(config);
  }

  /// Applies what `tokenizer_config.json` says about a space before a text to the parts of the
  /// pre-tokenizer that add it.
  private static void prefixSpace(JsonNode preTokenizer, boolean space) {
    for (JsonNode part : preTokenizer.path("pretokenizers")) {
      prefixSpace(part, space);
    }
    if (preTokenizer instanceof ObjectNode byteLevel && preTokenizer.has("add_prefix_space")) {
      byteLevel.put("add_prefix_space", space);
    }
  }

  private static Path folder(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file's folder");
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.UTF_8).lines().toList();
    } catch (CharacterCodingException broken) {
      throw new IllegalArgumentException(
          file + ": expected UTF-8 text, found other bytes; copy or download the file again",
          broken);
    }
  }

  private static String nothingIn(Path directory) {
    return "%s holds no tokenizer: expected %s, or %s with %s, or %s with %s"
        .formatted(
            directory,
            TokenizerJson.FILE,
            PAIRS.get(0).vocabulary,
            PAIRS.get(0).merges,
            PAIRS.get(1).vocabulary,
            PAIRS.get(1).merges);
  }
}
