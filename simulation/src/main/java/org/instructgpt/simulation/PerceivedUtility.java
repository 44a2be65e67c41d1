package org.instructgpt.simulation;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Rating;

/// The utility of an output as a labeler perceives it: its true utility, shifted by taste and
/// blurred by noise.
///
/// The choice model is a random utility model: labeler l gives output y of prompt x the utility
///
///     u_l(x, y) = U(x, y) + b_l . f(y) + tau_l g
///
/// where U is the gold judge's utility under the labeling instructions, f are surface features, b_l
/// is the labeler's taste, and g a Gumbel variable that is drawn anew for each labeler, prompt and
/// text. So, except for ties, a beats b with probability sigmoid((u_a - u_b) / tau_l), the
/// Bradley-Terry model, and the order of K outputs is consistent (Plackett-Luce). With the
/// probability of a slip the labeler did not read the output, and its utility is uniformly random.
///
/// Everything random is a pure function of (seed, labeler, prompt id, output text): the order in
/// which labelers are asked changes nothing, and a labeler who is asked twice says the same.
final class PerceivedUtility {
  /// The number of judgements that are cached, since many labelers see the same output.
  private static final int CACHED = 20_000;

  /// Outputs of fewer words than this look finished even without a full stop: a label, a list.
  private static final int SHORT = 30;

  private final long seed;
  private final GoldJudge gold;
  private final Function<Prompt, Optional<WorldTask>> intents;
  private final Map<Judged, Judgement> judgements = leastRecentlyUsed();

  PerceivedUtility(long seed, GoldJudge gold, Function<Prompt, Optional<WorldTask>> intents) {
    this.seed = seed;
    this.gold = gold;
    this.intents = intents;
  }

  private record Judged(String prompt, String output) {}

  /// The parts of a perceived utility.
  ///
  /// @param noiseless true utility and taste
  /// @param noise at scale 1
  /// @param slip whether the labeler did not read the output
  /// @param guess the utility in that case, 0 to 1
  record Parts(double noiseless, double noise, boolean slip, double guess) {
    double at(double scale) {
      return slip ? guess : noiseless + scale * noise;
    }
  }

  Parts parts(
      SimulatedLabeler person, Prompt prompt, Output output, LabelingInstructions instructions) {
    Judgement judgement = judge(prompt, output);
    RandomGenerator random = source("impression", person, prompt, output);
    double noise = SeededRandom.gumbel(random);
    boolean slip = RandomChoice.chance(person.slips(), random);
    double noiseless =
        judgement.utility(instructions.priorities()) + person.taste().of(judgement.surface());
    return new Parts(noiseless, noise, slip, random.nextDouble());
  }

  /// The utility that a labeler perceives in each of some outputs.
  double[] of(
      SimulatedLabeler person,
      Prompt prompt,
      List<Output> outputs,
      LabelingInstructions instructions) {
    return outputs.stream()
        .mapToDouble(output -> parts(person, prompt, output, instructions).at(person.noise()))
        .toArray();
  }

  /// The flags that a labeler sets: those that hold and are noticed, and sometimes one that does
  /// not hold.
  Set<Rating.Flag> flags(SimulatedLabeler person, Prompt prompt, Output output) {
    Set<Rating.Flag> holding = judge(prompt, output).flags();
    RandomGenerator random = source("flags", person, prompt, output);
    EnumSet<Rating.Flag> set = EnumSet.noneOf(Rating.Flag.class);
    for (Rating.Flag flag : Rating.Flag.values()) {
      double probability = holding.contains(flag) ? person.attention() : person.falseAlarms();
      if (RandomChoice.chance(probability, random)) {
        set.add(flag);
      }
    }
    return set;
  }

  private RandomGenerator source(
      String what, SimulatedLabeler person, Prompt prompt, Output output) {
    return SeededRandom.of(seed, what, person.labeler().id(), prompt.id(), output.text());
  }

  Judgement judge(Prompt prompt, Output output) {
    synchronized (judgements) {
      return judgements.computeIfAbsent(
          new Judged(prompt.text(), output.text()),
          judged -> gold.judge(task(prompt), judged.output(), looksFinished(judged.output())));
    }
  }

  /// What the prompt means; empty if it is not from the simulation.
  Optional<WorldTask> intent(Prompt prompt) {
    return intents.apply(prompt);
  }

  /// What the prompt means.
  ///
  /// @throws IllegalArgumentException if it is not from the simulation
  WorldTask task(Prompt prompt) {
    return intents
        .apply(prompt)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "prompt %s: expected one that a customer or labeler of this world and seed wrote, found \"%s\"; simulated people cannot judge what people wrote"
                    .formatted(prompt.id(), prompt.text())));
  }

  /// Whether a text looks finished: it ends as a sentence does, or is short.
  private static boolean looksFinished(String text) {
    String end = text.strip();
    return end.isEmpty()
        || ".!?\")".indexOf(end.charAt(end.length() - 1)) >= 0
        || Grammar.count(end) < SHORT;
  }

  private static Map<Judged, Judgement> leastRecentlyUsed() {
    return new LinkedHashMap<>(1024, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Judged, Judgement> eldest) {
        return size() > CACHED;
      }
    };
  }
}
