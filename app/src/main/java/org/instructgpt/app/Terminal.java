package org.instructgpt.app;

import java.io.Console;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.instructgpt.model.ProgressLine;
import org.instructgpt.model.ProgressLines;

/// Standard error, where a person follows what a command does.
final class Terminal {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private Terminal() {}

  /// A bar where a person looks on, plain lines elsewhere.
  ///
  /// @param unit what is counted, in the plural
  static ProgressLine progress(String task, String unit) {
    return isWatched()
        ? ProgressLines.bar(task, unit, System.err)
        : ProgressLines.lines(task, unit, System.err, BETWEEN_LINES, InstantSource.system());
  }

  /// A line that is no result.
  static void tell(String line) {
    System.err.println(line);
  }

  /// Whether standard error is a terminal that can redraw a line. Java knows it of input and output
  /// only, so the launcher says it.
  private static boolean isWatched() {
    var told = System.getProperty("instructgpt.terminal");
    if (told != null) {
      return told.equals("true");
    }
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
        && !"dumb".equals(System.getenv("TERM"));
  }
}
