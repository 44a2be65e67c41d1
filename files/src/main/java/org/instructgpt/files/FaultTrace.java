package org.instructgpt.files;

/// Where a fault happened, for a log: classes and lines, but no messages, which may hold what
/// people wrote.
public final class FaultTrace {
  private FaultTrace() {}

  /// A line for each cause and each step of its way.
  public static String of(Throwable fault) {
    var text = new StringBuilder();
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      text.append("\n").append(cause.getClass().getName());
      for (StackTraceElement line : cause.getStackTrace()) {
        text.append("\n    at ").append(line);
      }
    }
    return text.toString();
  }
}
