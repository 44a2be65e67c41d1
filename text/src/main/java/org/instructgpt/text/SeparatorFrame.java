package org.instructgpt.text;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Prompt, separator, response, end of text: for models that have no chat template.
///
/// - **The prompt ends with the separator, never with a space.** GPT-2's tokens carry the space
///   before a word (` word`). After a prompt that ends in a space the model would have to go on
///   with a word that has none, which it has hardly ever seen. There is no such second form after a
///   line feed, so trailing white space is stripped and the separator, a blank line, says where the
///   response begins.
/// - **Both are encoded on their own and then joined.** Encoded as one string, a merge could reach
///   over the border, and the prompt's ids would depend on the response, which sampling does not
///   have yet.
///
/// An empty separator means verbatim: nothing is stripped or put between, for prompts whose own
/// text says where the response begins, and for numbers that must be comparable with other
/// programs.
///
/// Source: docs/specification.md 4.4.
///
/// @param separator what stands between prompt and response; must not end with a space or tab
record SeparatorFrame(String separator) implements PromptFrame {

  SeparatorFrame {
    if (separator.endsWith(" ") || separator.endsWith("\t")) {
      throw new IllegalArgumentException(
          ("expected a separator that does not end with a space or tab, found '%s': the response's first"
                  + " word carries its own space; drop it")
              .formatted(separator));
    }
  }

  @Override
  public String description() {
    return isVerbatim() ? "nothing" : "a blank line after them (no chat template)";
  }

  /// The ids of a prompt, stripped of trailing white space, with the separator; behind the token
  /// that begins every text, where the tokenizer has one.
  @Override
  public int[] prompt(Tokenizer tokenizer, String prompt) {
    return tokenizer.encodeFromStart(isVerbatim() ? prompt : prompt.stripTrailing() + separator);
  }

  @Override
  public int[] prompt(Tokenizer tokenizer, List<Dialogue.Turn> turns) {
    return prompt(tokenizer, Dialogue.prompt(Dialogue.quoting(turns, _ -> {})));
  }

  /// The ids of a response, stripped on both sides, with the end-of-text token.
  @Override
  public int[] response(Tokenizer tokenizer, String response) {
    int[] text = tokenizer.encode(isVerbatim() ? response : response.strip());
    int[] ids = Arrays.copyOf(text, text.length + 1);
    ids[text.length] = tokenizer.endOfText();
    return ids;
  }

  /// At the last line break that leaves at least half of what fits, else the last end of a word.
  @Override
  public String shorten(Tokenizer tokenizer, String prompt, int limit) {
    if (prompt(tokenizer, prompt).length <= limit) {
      return prompt;
    }
    int[] ends = wordEnds(prompt);
    int fit = fitting(tokenizer, prompt, ends, limit);
    if (fit == 0) {
      throw new IllegalArgumentException(
          "expected a prompt whose first word fits into %d tokens, found '%s'; shorten it"
              .formatted(limit, prompt.substring(0, Math.min(40, prompt.length()))));
    }
    int end = ends[fit - 1];
    int line = prompt.lastIndexOf('\n', end);
    String lines = prompt.substring(0, Math.max(line, 0)).stripTrailing();
    boolean enough = line >= end / 2 && prompt(tokenizer, lines).length <= limit;
    return enough ? lines : prompt.substring(0, end);
  }

  /// How many of the ends leave a prompt that fits: bisection, then steps down, as a longer text
  /// may now and then have fewer tokens.
  private int fitting(Tokenizer tokenizer, String prompt, int[] ends, int limit) {
    int fit = 0;
    int tooMany = ends.length + 1;
    while (tooMany - fit > 1) {
      int middle = (fit + tooMany) >>> 1;
      boolean fits = prompt(tokenizer, prompt.substring(0, ends[middle - 1])).length <= limit;
      fit = fits ? middle : fit;
      tooMany = fits ? tooMany : middle;
    }
    return fit;
  }

  private static int[] wordEnds(String text) {
    return IntStream.range(1, text.length())
        .filter(i ->
            Character.isWhitespace(text.charAt(i)) && !Character.isWhitespace(text.charAt(i - 1)))
        .toArray();
  }

  private boolean isVerbatim() {
    return separator.isEmpty();
  }
}
