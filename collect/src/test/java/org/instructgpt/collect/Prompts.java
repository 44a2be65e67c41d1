package org.instructgpt.collect;

import java.time.Instant;
import java.util.Optional;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;

/// Prompts for tests, each a minute younger than the one before.
final class Prompts {
  private static final Instant START = Instant.parse("2022-03-04T12:00:00Z");

  private Prompts() {}

  static Prompt of(int number, String user, String text) {
    return new Prompt(
        "p" + number,
        text,
        Prompt.Source.CUSTOMER,
        user.isEmpty() ? Optional.empty() : Optional.of(user),
        Optional.empty(),
        Split.TRAIN,
        Optional.empty(),
        START.plusSeconds(60L * number));
  }

  static Prompt from(Prompt.Source source, Prompt prompt) {
    return new Prompt(
        prompt.id(),
        prompt.text(),
        source,
        prompt.user(),
        prompt.organisation(),
        prompt.split(),
        prompt.useCase(),
        prompt.created());
  }

  static Prompt of(Prompt.UseCase useCase, Prompt prompt) {
    return new Prompt(
        prompt.id(),
        prompt.text(),
        prompt.source(),
        prompt.user(),
        prompt.organisation(),
        prompt.split(),
        Optional.of(useCase),
        prompt.created());
  }
}
