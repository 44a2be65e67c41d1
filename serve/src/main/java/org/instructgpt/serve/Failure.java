package org.instructgpt.serve;

import java.util.List;

/// Why a model did not answer, as a message for the user.
///
/// @param key of the message in the studio's texts
/// @param arguments of the message
record Failure(String key, List<Object> arguments) {
  /// The prompt is longer than the model can read.
  static final String LONG = "failed.long";

  static Failure of(String key, Object... arguments) {
    return new Failure(key, List.of(arguments));
  }
}
