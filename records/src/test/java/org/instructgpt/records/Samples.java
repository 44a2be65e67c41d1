package org.instructgpt.records;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Sample records.
final class Samples {
  static final Instant NOON = Instant.parse("2022-03-04T12:00:00.123456789Z");
  static final Labeler ANN = new Labeler("ann", Labeler.Pool.TRAINING);
  static final Labeler BOB = new Labeler("bob", Labeler.Pool.HELD_OUT);

  private Samples() {}

  static Prompt prompt(String id) {
    return prompt(id, Split.TRAIN, Prompt.Source.CUSTOMER);
  }

  static Prompt prompt(String id, Split split, Prompt.Source source) {
    return new Prompt(
        id,
        "Explain " + id + " to a child of six.\nBe \"brief\" 🦆\u0000.",
        source,
        Optional.of("user-" + id),
        Optional.of("acme"),
        split,
        Optional.of(Prompt.UseCase.OPEN_QA),
        NOON);
  }

  static Demonstration demonstration(String id, String promptId, Labeler labeler) {
    return new Demonstration(id, promptId, "Because " + id, labeler.id(), NOON);
  }

  static Ranking ranking(String id, String promptId, Labeler labeler) {
    List<Output> outputs =
        List.of(
            new Output("a", "sft"),
            new Output("b", "sft"),
            new Output("", "ppo"),
            new Output("d", Output.HUMAN));
    return new Ranking(id, promptId, outputs, List.of(3, 3, 2, 1), labeler.id(), NOON);
  }

  static Rating rating(String id, String promptId, Labeler labeler) {
    Set<Rating.Flag> flags =
        Set.of(Rating.Flag.EXPRESSES_MORAL_JUDGMENT, Rating.Flag.FAILS_INSTRUCTION);
    return new Rating(id, promptId, new Output("b", "sft"), 6, flags, labeler.id(), NOON);
  }

  /// One of each type, parents first.
  static List<Feedback> oneOfEach() {
    return List.of(
        ANN,
        prompt("p1"),
        demonstration("d1", "p1", ANN),
        ranking("r1", "p1", ANN),
        rating("a1", "p1", ANN));
  }
}
