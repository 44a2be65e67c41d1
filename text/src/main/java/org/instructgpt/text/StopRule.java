package org.instructgpt.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// When a sampled response is finished. The sampler asks after each token of each row.
@FunctionalInterface
public interface StopRule {

  /// Whether the response ends with its newest token.
  ///
  /// @param response the ids sampled so far; the prompt's are not among them
  /// @param length how many of them are filled, at least 1
  boolean stops(int[] response, int length);

  /// Goes on to the length limit, whatever is sampled.
  static StopRule never() {
    return (_, _) -> false;
  }

  /// Stops at a token, which stays part of the response.
  static StopRule at(int token) {
    return (response, length) -> response[length - 1] == token;
  }

  /// Stops at the end-of-text token.
  static StopRule endOfText(Tokenizer tokenizer) {
    return at(tokenizer.endOfText());
  }

  /// Stops as soon as the text holds one of the strings, wherever token borders lie. Only the tail
  /// that can matter is decoded: a token is at least one byte, so a string of `n` bytes lies within
  /// the last `n` tokens, and three more hold the beginning of its first character. [#cut] takes
  /// the string off the text.
  ///
  /// @throws IllegalArgumentException if a string is empty
  static StopRule strings(Tokenizer tokenizer, List<String> strings) {
    if (strings.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("expected stop strings with text, found an empty one");
    }
    int tail =
        3
            + strings.stream()
                .mapToInt(s -> s.getBytes(StandardCharsets.UTF_8).length)
                .max()
                .orElse(0);
    List<String> stops = List.copyOf(strings);
    return (response, length) -> {
      int[] ids = Arrays.copyOfRange(response, Math.max(0, length - tail), length);
      String text = stops.isEmpty() ? "" : tokenizer.decode(ids);
      return stops.stream().anyMatch(text::contains);
    };
  }

  /// Stops when this rule or the other does.
  default StopRule or(StopRule other) {
    return (response, length) -> stops(response, length) || other.stops(response, length);
  }

  /// The text before the first of the strings, or all of it.
  static String cut(String text, List<String> strings) {
    int end =
        strings.stream().mapToInt(text::indexOf).filter(i -> i >= 0).min().orElse(text.length());
    return text.substring(0, end);
  }
}
