package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What Hugging Face's `tokenizer_config.json` says that `tokenizer.json` does not: which token
/// ends a text and which one pads.
record TokenizerConfig(Optional<String> endOfText, Optional<String> pad) {

  static final TokenizerConfig ABSENT = new TokenizerConfig(Optional.empty(), Optional.empty());

  static TokenizerConfig of(Tokenizer tokenizer) {
    SpecialTokens special =
        switch (tokenizer) {
          case ByteLevelBpe bpe -> bpe.special();
          case HuggingFace other -> other.special();
        };
    return new TokenizerConfig(
        special.spelling(special.endOfText()), special.spelling(special.pad()));
  }

  /// Reads the file, if it is there.
  static TokenizerConfig load(Path file) throws IOException {
    if (!Files.exists(file)) {
      return ABSENT;
    }
    JsonNode config = Json.read(file);
    return new TokenizerConfig(token(config.path("eos_token")), token(config.path("pad_token")));
  }

  void save(Path file) throws IOException {
    ObjectNode config = Json.object();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    config.put("clean_up_tokenization_spaces", false);
    endOfText.ifPresent(name -> config.put("bos_token", name).put("eos_token", name));
    pad.ifPresent(name -> config.put("pad_token", name));
    Json.write(file, config);
  }

  /// A token stands there by its spelling or as an object with its spelling.
  private static Optional<String> token(JsonNode node) {
    JsonNode spelling = node.isObject() ? node.path("content") : node;
    return spelling.isTextual() ? Optional.of(spelling.textValue()) : Optional.empty();
  }
}
