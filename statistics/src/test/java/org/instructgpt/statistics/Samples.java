package org.instructgpt.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Split;
import org.instructgpt.records.WithPrompt;

/// Made-up judgments of labelers.
final class Samples {
  private static final Instant NOON = Instant.parse("2022-03-04T12:00:00Z");

  private Samples() {}

  static Prompt prompt(String id, Optional<Prompt.UseCase> useCase) {
    return new Prompt(
        id,
        "Say " + id,
        Prompt.Source.CUSTOMER,
        Optional.empty(),
        Optional.empty(),
        Split.TEST,
        useCase,
        NOON);
  }

  /// A ranking of one output of each model.
  static WithPrompt<Ranking> ranking(
      String prompt, String labeler, List<String> models, Integer... ranks) {
    return later(0, prompt, labeler, models, ranks);
  }

  /// The same, given some seconds later.
  static WithPrompt<Ranking> later(
      int seconds, String prompt, String labeler, List<String> models, Integer... ranks) {
    var outputs = new ArrayList<Output>();
    models.forEach(model -> outputs.add(new Output("text of " + model, model)));
    return new WithPrompt<>(
        prompt(prompt, Optional.empty()),
        new Ranking(
            "ranking", prompt, outputs, List.of(ranks), labeler, NOON.plusSeconds(seconds)));
  }

  static WithPrompt<Ranking> about(Prompt.UseCase useCase, WithPrompt<Ranking> ranking) {
    return new WithPrompt<>(prompt(ranking.prompt().id(), Optional.of(useCase)), ranking.item());
  }

  static WithPrompt<Rating> rating(
      String prompt, String labeler, String model, int quality, Rating.Flag... flags) {
    return new WithPrompt<>(
        prompt(prompt, Optional.empty()),
        new Rating(
            "rating",
            prompt,
            new Output("text of " + model, model),
            quality,
            Set.of(flags),
            labeler,
            NOON));
  }

  static boolean holds(Estimate estimate, double truth) {
    return estimate.low() <= truth && truth <= estimate.high();
  }

  /// Whether as many of a thousand intervals hold the truth as 95% intervals should.
  static void assertCovers(int held) {
    assertThat(held / 1000.0).as("share of intervals that hold the truth").isBetween(0.93, 0.97);
  }
}
