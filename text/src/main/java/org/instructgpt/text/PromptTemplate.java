package org.instructgpt.text;

import java.util.Arrays;
import java.util.stream.IntStream;

/// How a prompt and a response become token ids. Training, scoring and sampling all use it, since a
/// model that was trained with one separator and sampled with another meets a context it has never
/// seen.
///
/// - **The prompt ends with the separator, never with a space.** GPT-2's tokens carry the space
///   before a word (` word`). After a prompt that ends in a space the model would have to go on
///   with a word that has none, which it has hardly ever seen. There is no such second form after a
///   line feed, so trailing white space is stripped and the separator, a blank line, says where the
///   response begins.
/// - **The response ends with the end-of-text token, and that token is part of it**: the loss is
///   taken on it, so the model learns to stop; the policy is rewarded for it; the reward model
///   reads its score there. A response that was cut off by a length limit lacks it, which
///   distinguishes the two.
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
public record PromptTemplate(String separator) {

  /// A blank line between prompt and response.
  public static final PromptTemplate DEFAULT = new PromptTemplate("\n\n");

  /// The texts as they are; the response still ends with the end-of-text token.
  public static final PromptTemplate VERBATIM = new PromptTemplate("");

  public PromptTemplate {
    if (separator.endsWith(" ") || separator.endsWith("\t")) {
      throw new IllegalArgumentException(
          ("expected a separator that does not end with a space or tab, found '%s': the response's first"
                  + " word carries its own space; drop it")
              .formatted(separator));
    }
  }

  /// The ids of a prompt, stripped of trailing white space, with the separator.
  public int[] prompt(Tokenizer tokenizer, String prompt) {
    return tokenizer.encode(isVerbatim() ? prompt : prompt.stripTrailing() + separator);
  }

  /// The ids of a response, stripped on both sides, with the end-of-text token.
  public int[] response(Tokenizer tokenizer, String response) {
    int[] text = tokenizer.encode(isVerbatim() ? response : response.strip());
    int[] ids = Arrays.copyOf(text, text.length + 1);
    ids[text.length] = tokenizer.endOfText();
    return ids;
  }

  /// The ids of a response that ended or was cut off by a limit: the cut one lacks the end-of-text
  /// token, as it did when it was sampled. One without any token has it all the same, since there
  /// is nothing else to read.
  public int[] response(Tokenizer tokenizer, String response, boolean ended) {
    int[] ids = response(tokenizer, response);
    return ended || ids.length == 1 ? ids : Arrays.copyOf(ids, ids.length - 1);
  }

  /// A prompt and its response.
  public EncodedExample frame(Tokenizer tokenizer, String prompt, String response) {
    return new EncodedExample(prompt(tokenizer, prompt), response(tokenizer, response));
  }

  /// Shortens a prompt whose ids would be more than `limit`, at a natural boundary: the last line
  /// break that leaves at least half of what fits, else the last end of a word. A prompt that fits
  /// comes back as it is. This loses what the writer put last; callers say so or refuse instead.
  ///
  /// @return the beginning of the prompt, for [#prompt]
  /// @throws IllegalArgumentException if not even the first word fits
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
