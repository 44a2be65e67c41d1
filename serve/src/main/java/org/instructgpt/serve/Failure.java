package org.instructgpt.serve;

import java.util.List;

/// Why a model did not answer.
///
/// @param key of a message in the studio's texts, one of the constants
/// @param arguments of that message
/// @param explanation the same in English, for programs
public record Failure(String key, List<Object> arguments, String explanation) {
  /// The prompt is longer than the model can read.
  public static final String LONG = "failed.long";

  /// The model cannot read this: its chat template refuses it, or it has no tokens.
  public static final String INPUT = "failed.input";

  /// The model is not there any more.
  public static final String GONE = "failed.gone";

  /// The model cannot be loaded.
  public static final String LOAD = "failed.load";

  /// The model broke off.
  public static final String BROKEN = "failed.broken";

  /// Copies the list.
  public Failure {
    arguments = List.copyOf(arguments);
  }

  static Failure tooLong(int tokens, int most) {
    return new Failure(
        LONG,
        List.of(tokens, most),
        "expected a prompt of at most %d tokens, found one of %d; shorten it"
            .formatted(most, tokens));
  }

  static Failure unreadable(String model, String why) {
    return new Failure(INPUT, List.of(model, why), why);
  }

  static Failure gone(String model) {
    return new Failure(GONE, List.of(model), "the model %s is not there any more".formatted(model));
  }

  static Failure notLoaded(String model) {
    return new Failure(
        LOAD, List.of(model), "the model %s cannot be loaded; see the log".formatted(model));
  }

  static Failure broken(String model) {
    return new Failure(
        BROKEN, List.of(model), "the model %s broke off; see the log".formatted(model));
  }
}
