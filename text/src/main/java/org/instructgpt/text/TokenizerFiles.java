package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.instructgpt.files.ForeignTexts;

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
      return ScoredPieces.isName(String.valueOf(path.getFileName()))
          ? loadPieces(path)
          : loadJson(path);
    }
    if (Files.exists(path.resolve(TokenizerJson.FILE))) {
      return loadJson(path.resolve(TokenizerJson.FILE));
    }
    Optional<Pair> pair = PAIRS.stream().filter(names -> names.isIn(path)).findFirst();
    if (pair.isPresent()) {
      return loadPair(path.resolve(pair.get().vocabulary), path.resolve(pair.get().merges));
    }
    return loadPieces(
        pieces(path).orElseThrow(() -> new IllegalArgumentException(nothingIn(path))));
  }

  /// Whether a folder holds a tokenizer, by the names of its files.
  static boolean isIn(Path folder) throws IOException {
    return Files.exists(folder.resolve(TokenizerJson.FILE))
        || PAIRS.stream().anyMatch(names -> Files.exists(folder.resolve(names.vocabulary)))
        || pieces(folder).isPresent();
  }

  /// The only file of a folder that is a tokenizer of llama2.c by its name.
  private static Optional<Path> pieces(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      List<Path> all =
          files
              .filter(file -> ScoredPieces.isName(String.valueOf(file.getFileName())))
              .limit(2)
              .toList();
      return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }
  }

  private static Tokenizer loadPieces(Path file) throws IOException {
    ScoredPieces pieces = ScoredPieces.read(file);
    return HuggingFaceEncoding.read(file, pieces.tokenizerJson(), pieces.config());
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
    return ForeignTexts.read(file).lines().toList();
  }

  private static String nothingIn(Path directory) {
    return "%s holds no tokenizer: expected %s, or %s with %s, or %s with %s, or one tokenizer.bin of llama2.c"
        .formatted(
            directory,
            TokenizerJson.FILE,
            PAIRS.get(0).vocabulary,
            PAIRS.get(0).merges,
            PAIRS.get(1).vocabulary,
            PAIRS.get(1).merges);
  }
}
