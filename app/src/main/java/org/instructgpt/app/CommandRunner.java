package org.instructgpt.app;

import java.io.PrintWriter;
import java.util.List;

/// Runs a command of `instructgpt` inside this process.
@FunctionalInterface
interface CommandRunner {
  /// Runs one command to its end.
  ///
  /// @param arguments as a person would type them, from the command's name on
  /// @param out in the place of standard output
  /// @param err in the place of standard error
  /// @return the exit status
  int run(List<String> arguments, PrintWriter out, PrintWriter err);
}
