package org.instructgpt.studio;

/// What was sent of an answer to a browser, which is all that the person can have seen.
final class SentAnswer {
  private final StringBuilder text = new StringBuilder();
  private int tokens;
  private boolean lost;
  private long begun;

  /// The model begins to generate it, at this time in nanoseconds.
  void begin(long now) {
    begun = now;
  }

  /// @param until the number of tokens up to the end of `more`
  /// @param arrived false when the client has disconnected
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

  /// Milliseconds from its beginning to `now`, in nanoseconds; 0 where it never began.
  long millis(long now) {
    return begun == 0 ? 0 : (now - begun) / 1_000_000;
  }
}
