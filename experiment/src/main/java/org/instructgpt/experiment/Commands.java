package org.instructgpt.experiment;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/// Runs commands of `instructgpt` as a user would.
public interface Commands {
  /// Runs one command to its end.
  ///
  /// @param arguments as a user would type them, from the command's name on
  /// @throws Stopped if it was stopped
  /// @throws IllegalStateException if it failed; the message is the command's own
  void run(List<String> arguments) throws IOException;

  /// Whether the user has asked to stop.
  boolean isStopped();

  /// What time it is.
  InstantSource clock();

  /// A command was stopped and has saved its state.
  final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
