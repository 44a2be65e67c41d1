package org.instructgpt.text;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// The tokens that no text contains: their spellings and ids, which of them begins and which ends a
/// text, and which id pads (see [Tokenizer#pad]).
record SpecialTokens(Map<String, Integer> ids, OptionalInt beginOfText, int endOfText, int pad) {

  static final String END_OF_TEXT = "<|endoftext|>";
  static final String PAD = "<|pad|>";

  /// Usual spellings of the end-of-text token; the first one found is taken.
  private static final List<String> ENDS =
      List.of(
          END_OF_TEXT,
          "</s>",
          "<|end_of_text|>",
          "<eos>",
          "[EOS]",
          "<|eot_id|>",
          "<|im_end|>",
          "[SEP]");

  private static final List<String> PADS =
      List.of(PAD, "<pad>", "[PAD]", "<|padding|>", "<|finetune_right_pad_id|>");

  SpecialTokens {
    ids = Collections.unmodifiableMap(new LinkedHashMap<>(ids));
    if (pad == endOfText) {
      throw new IllegalArgumentException("the pad token must not be the end-of-text token");
    }
  }

  /// Finds the roles among the tokens of a tokenizer.
  ///
  /// @param special the tokens declared as special
  /// @param all every token by its spelling
  /// @param source what to name in the message when no token ends a text
  static SpecialTokens find(
      Map<String, Integer> special,
      Map<String, Integer> all,
      TokenizerConfig config,
      String source) {
    config.requireAdded(all, Path.of(source));
    String end =
        named(config.endOfText(), List.of(), all)
            .findFirst()
            .or(() -> spelled(config.endId(), all))
            .or(() -> named(Optional.empty(), ENDS, all).findFirst())
            .orElseThrow(() -> new IllegalArgumentException(noEnd(config, source)));
    int endId = id(all, end);
    Optional<String> pad =
        named(config.pad(), PADS, all).filter(name -> id(all, name) != endId).findFirst();
    Map<String, Integer> ids = new LinkedHashMap<>(special);
    ids.put(end, endId);
    pad.ifPresent(name -> ids.put(name, id(all, name)));
    config.begin().ifPresent(name -> ids.put(name, begin(all, name, source)));
    return new SpecialTokens(
        ids,
        config.begin().map(name -> OptionalInt.of(id(all, name))).orElse(OptionalInt.empty()),
        endId,
        pad.map(name -> id(all, name)).orElse(endId == 0 ? 1 : 0));
  }

  /// The config that names these roles.
  TokenizerConfig config() {
    return new TokenizerConfig(
        spelling(endOfText),
        spelling(pad),
        OptionalInt.empty(),
        Optional.empty(),
        beginOfText.isPresent() ? spelling(beginOfText.getAsInt()) : Optional.empty(),
        Map.of());
  }

  /// The spelling of a special token's id.
  Optional<String> spelling(int id) {
    return ids.entrySet().stream()
        .filter(entry -> entry.getValue() == id)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static Stream<String> named(
      Optional<String> declared, List<String> usual, Map<String, Integer> all) {
    return Stream.concat(declared.stream(), usual.stream()).filter(all::containsKey);
  }

  private static Optional<String> spelled(OptionalInt id, Map<String, Integer> all) {
    return all.entrySet().stream()
        .filter(entry -> id.isPresent() && entry.getValue() == id.getAsInt())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static int begin(Map<String, Integer> all, String name, String source) {
    if (!all.containsKey(name)) {
      throw new IllegalArgumentException(
          "%s: by tokenizer_config.json each text begins with '%s' (add_bos_token, bos_token), which is not among its tokens"
              .formatted(source, name));
    }
    return id(all, name);
  }

  private static int id(Map<String, Integer> all, String name) {
    return Objects.requireNonNull(all.get(name));
  }

  private static String noEnd(TokenizerConfig config, String source) {
    return ("%s has no end-of-text token: expected %s among its tokens;"
            + " name it as eos_token in a tokenizer_config.json beside it")
        .formatted(
            source,
            config
                .endOfText()
                .map(name -> "'" + name + "' (eos_token)")
                .orElse("one of " + String.join(", ", ENDS)));
  }
}
