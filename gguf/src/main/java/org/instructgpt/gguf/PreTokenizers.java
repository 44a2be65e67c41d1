package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rules by which llama.cpp cuts a text into words before it merges bytes: it knows them by
/// names, and a `tokenizer.json` spells them out.
///
/// A rule is recognised by what it is, not by who made the tokenizer: its steps, their regular
/// expressions, and whether whole words are looked up before merges.
///
/// Source: the expressions of published `tokenizer.json` files (GPT-2, SmolLM2, Llama 3, Qwen2,
/// OLMo 2), and the names for the same in llama.cpp's vocabulary sources.
final class PreTokenizers {
  private static final String WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}%s|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String THREE_DIGITS = WORDS.formatted("{1,3}");
  private static final String ONE_DIGIT = WORDS.formatted("");
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  private static final String DIGITS = "digits one by one";

  private PreTokenizers() {}

  /// llama.cpp's name for the rule of a tokenizer; empty if it has none.
  ///
  /// @param json a `tokenizer.json` whose model merges bytes
  static Optional<String> name(JsonNode json) {
    boolean wholeWords = json.path("model").path("ignore_merges").asBoolean(false);
    var steps = steps(json.path("pre_tokenizer"));
    String name =
        steps.equals(List.of(GPT2))
            ? "gpt-2"
            : steps.equals(List.of(DIGITS, GPT2))
                ? "smollm"
                : steps.equals(List.of(THREE_DIGITS))
                    ? wholeWords ? "llama-bpe" : "dbrx"
                    : steps.equals(List.of(ONE_DIGIT)) ? "qwen2" : "";
    boolean looksUp = name.equals("llama-bpe");
    return name.isEmpty() || looksUp != wholeWords ? Optional.empty() : Optional.of(name);
  }

  /// The steps in words, for messages.
  static String describe(JsonNode json) {
    return steps(json.path("pre_tokenizer"))
        + (json.path("model").path("ignore_merges").asBoolean(false) ? " with ignore_merges" : "");
  }

  private static List<String> steps(JsonNode preTokenizer) {
    var steps = new ArrayList<String>();
    switch (preTokenizer.path("type").asText()) {
      case "Sequence" ->
          preTokenizer.path("pretokenizers").forEach(each -> steps.addAll(steps(each)));
      case "ByteLevel" -> {
        if (preTokenizer.path("add_prefix_space").asBoolean(true)) {
          steps.add("a space before each text");
        }
        if (preTokenizer.path("use_regex").asBoolean(true)) {
          steps.add(GPT2);
        }
      }
      case "Digits" ->
          steps.add(preTokenizer.path("individual_digits").asBoolean(false) ? DIGITS : "digits");
      case "Split" -> steps.add(split(preTokenizer));
      default -> steps.add(preTokenizer.toString());
    }
    return steps;
  }

  private static String split(JsonNode step) {
    boolean usual =
        step.path("behavior").asText().equals("Isolated")
            && !step.path("invert").asBoolean(false)
            && step.path("pattern").path("Regex").isTextual();
    return usual ? step.path("pattern").path("Regex").asText() : step.toString();
  }
}
