package org.instructgpt.experiment;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/// The commands of `instructgpt`, for an experiment that does with them what a person would do.
public interface Commands {
  /// Runs one command to its end.
  ///
  /// @param arguments as a person would type them, from the command's name on
  /// @throws Stopped if it was told to stop
  /// @throws IllegalStateException if it failed; the message is the command's own
  void run(List<String> arguments) throws IOException;

  /// Whether a person has asked to stop.
  boolean isStopped();

  /// What time it is.
  InstantSource clock();

  /// A command was told to stop, and has saved.
  final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
