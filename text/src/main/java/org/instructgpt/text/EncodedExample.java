package org.instructgpt.text;

import java.util.Arrays;

/// A prompt and its response as ids: the model reads both, the loss and the reward look at the
/// response.
///
/// @param prompt the prompt's ids, with the separator
/// @param response the response's ids; the last one ends the text, unless sampling stopped before
public record EncodedExample(int[] prompt, int[] response) {

  /// How many tokens both have.
  public int length() {
    return prompt.length + response.length;
  }

  /// The prompt's ids and after them the response's.
  public int[] tokens() {
    int[] tokens = Arrays.copyOf(prompt, length());
    System.arraycopy(response, 0, tokens, prompt.length, response.length);
    return tokens;
  }
}
