package org.instructgpt.serve;

import java.util.List;
import java.util.function.IntPredicate;
import org.instructgpt.text.TextStream;
import org.instructgpt.text.Tokenizer;

/// The text of a completion whose tokens arrive one by one, as it may be shown: whole characters,
/// nothing of a stop string and, as the caller wants it, no [white space][Space] at its ends.
///
/// Text that could still become a stop string, or turn out to be the white space at the end, is
/// held back until it is clear. All pieces together are the final text. The byte 0, which a
/// byte-level vocabulary has as a token, becomes U+FFFD: a page drops it, and PostgreSQL refuses
/// it.
///
/// Not thread-safe.
final class StreamedText {
  private final IntPredicate ends;
  private final TextStream stream;
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private final Space space;
  private boolean begun;
  private boolean stopped;

  /// Which white space is part of a completion.
  enum Space {
    /// All of it: for programs that join the completion to its prompt.
    ALL,
    /// All but that at the end: of a text that continues its prompt.
    NOT_LAST,
    /// That between words only: of an answer.
    INNER
  }

  /// @param before the tokens that it goes on from
  /// @param ends the tokens that end the completion and are no part of its text
  /// @param stops strings that end the completion and are no part of it, none empty
  StreamedText(
      Tokenizer tokenizer, int[] before, IntPredicate ends, List<String> stops, Space space) {
    this.ends = ends;
    this.stream = new TextStream(tokenizer, space == Space.INNER ? new int[0] : before);
    this.stops = stops;
    this.space = space;
    this.begun = space != Space.INNER;
  }

  /// Takes the next token; the text that can be shown now.
  String add(int token) {
    return stopped || ends.test(token) ? "" : show(stream.add(token), false);
  }

  /// The text that was held back, once no token follows.
  String end() {
    return stopped ? "" : show(stream.end(), true);
  }

  /// Whether a stop string has come.
  boolean stopped() {
    return stopped;
  }

  private String show(String more, boolean last) {
    held.append(more.replace('\0', '\uFFFD'));
    int stop = stops.stream().mapToInt(held::indexOf).filter(at -> at >= 0).min().orElse(-1);
    stopped = stop >= 0;
    int end = stopped ? stop : held.length() - (last ? 0 : possibleStop());
    while (space != Space.ALL && end > 0 && Character.isWhitespace(held.charAt(end - 1))) {
      end--;
    }
    var text = held.substring(0, end);
    held.delete(0, end);
    if (begun) {
      return text;
    }
    text = text.stripLeading();
    begun = !text.isEmpty();
    return text;
  }

  /// How many characters at the end could be the beginning of a stop string.
  private int possibleStop() {
    int longest = 0;
    for (var stop : stops) {
      int length = Math.min(stop.length() - 1, held.length());
      while (length > longest && !ends(stop, length)) {
        length--;
      }
      longest = Math.max(longest, length);
    }
    return longest;
  }

  private boolean ends(String stop, int length) {
    return held.indexOf(stop.substring(0, length), held.length() - length) >= 0;
  }
}
