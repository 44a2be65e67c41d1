package org.instructgpt.studio;

/// What was sent of an answer to a browser: more than that nobody can have seen.
final class SentAnswer {
  private final StringBuilder text = new StringBuilder();
  private int tokens;
  private boolean lost;
  private long begun;

  /// The model begins to write it.
  void begin(long now) {
    begun = now;
  }

  /// @param until the number of tokens up to the end of `more`
  /// @param arrived false when nobody listens any more
  void add(String more, int until, boolean arrived) {
    lost |= !arrived;
    if (!lost) {
      text.append(more);
      tokens = until;
    }
  }

  String text() {
    return text.toString();
  }

  int tokens() {
    return tokens;
  }

  /// Whether a part of it was not sent.
  boolean isLost() {
    return lost;
  }

  /// Milliseconds from its beginning to `now`, in nanoseconds; 0 for one that never began.
  long millis(long now) {
    return begun == 0 ? 0 : (now - begun) / 1_000_000;
  }
}
