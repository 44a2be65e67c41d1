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
import org.instructgpt.simulation.GoldJudge.Judgement;
import org.instructgpt.simulation.LabelerPool.Mode;
import org.instructgpt.simulation.LabelerPool.Person;

/// What an output looks like to a person: its true worth, bent by taste and blurred by haste.
///
/// The choice model is that of random utility (paper.md 8.0): person l likes output y of prompt x
///
///     u_l(x, y) = U(x, y) + b_l . f(y) + tau_l g
///
/// where U is the gold judge's utility under the priorities of the day, f are features that strike
/// the eye, b_l what the person thinks of them, and g a Gumbel variable that is drawn anew for each
/// person, prompt and text. So, but for ties, a beats b with probability sigmoid((u_a - u_b) /
/// tau_l), and one order of K outputs is consistent in itself. With the probability of a slip the
/// person did not really read the output, and likes it as chance will have it.
///
/// Everything random is a pure function of (seed, person, prompt id, output text): the order in which
/// people are asked changes nothing, and who is asked twice says the same.
final class PerceivedUtility {
  /// The judge looks at an output once for all labelers, as long as no more than these are new.
  private static final int REMEMBERED = 20_000;

  /// Outputs shorter than this are taken for finished even without a full stop: a label, a list.
  private static final int SHORT = 30;

  private final long seed;
  private final GoldJudge gold;
  private final Function<Prompt, Optional<WorldTask>> intents;
  private final Map<Seen, Judgement> judgements = lastUsed();

  PerceivedUtility(long seed, GoldJudge gold, Function<Prompt, Optional<WorldTask>> intents) {
    this.seed = seed;
    this.gold = gold;
    this.intents = intents;
  }

  private record Seen(String prompt, String output) {}

  /// How much somebody likes an output, taken apart.
  ///
  /// @param merit true worth and taste
  /// @param doubt the noise at scale 1
  /// @param slip whether the person only glanced at it
  /// @param lot how much they like it then, 0 to 1
  record Impression(double merit, double doubt, boolean slip, double lot) {
    double at(double scale) {
      return slip ? lot : merit + scale * doubt;
    }
  }

  Impression of(Person person, Prompt prompt, Output output, Mode mode) {
    Judgement judgement = judge(prompt, output);
    RandomGenerator random = source("impression", person, prompt, output);
    double doubt = SeededRandom.gumbel(random);
    boolean slip = RandomChoice.chance(person.slips(), random);
    double merit = judgement.utility(mode.priorities()) + person.taste().of(judgement.surface());
    return new Impression(merit, doubt, slip, random.nextDouble());
  }

  /// How much a person likes each of some outputs.
  double[] likings(Person person, Prompt prompt, List<Output> outputs, Mode mode) {
    return outputs.stream()
        .mapToDouble(output -> of(person, prompt, output, mode).at(person.noise()))
        .toArray();
  }

  /// The flags that a person sets: those that hold and are noticed, and now and then one that does
  /// not hold.
  Set<Rating.Flag> flags(Person person, Prompt prompt, Output output) {
    Set<Rating.Flag> true_ = judge(prompt, output).flags();
    RandomGenerator random = source("flags", person, prompt, output);
    EnumSet<Rating.Flag> set = EnumSet.noneOf(Rating.Flag.class);
    for (Rating.Flag flag : Rating.Flag.values()) {
      double probability = true_.contains(flag) ? person.attention() : person.falseAlarms();
      if (RandomChoice.chance(probability, random)) {
        set.add(flag);
      }
    }
    return set;
  }

  private RandomGenerator source(String what, Person person, Prompt prompt, Output output) {
    return SeededRandom.of(seed, what, person.labeler().id(), prompt.id(), output.text());
  }

  Judgement judge(Prompt prompt, Output output) {
    synchronized (judgements) {
      return judgements.computeIfAbsent(
          new Seen(prompt.text(), output.text()),
          seen -> gold.judge(task(prompt), seen.output(), looksFinished(seen.output())));
    }
  }

  /// What the prompt means.
  ///
  /// @throws IllegalArgumentException if it is not from this world
  Optional<WorldTask> intent(Prompt prompt) {
    return intents.apply(prompt);
  }

  WorldTask task(Prompt prompt) {
    return intents
        .apply(prompt)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "prompt %s: expected one that a customer or labeler of this world and seed wrote, found \"%s\"; simulated people cannot judge what people wrote"
                    .formatted(prompt.id(), prompt.text())));
  }

  /// Whether a reader takes it for finished: it ends as a sentence does, or is short.
  private static boolean looksFinished(String text) {
    String end = text.strip();
    return end.isEmpty()
        || ".!?\")".indexOf(end.charAt(end.length() - 1)) >= 0
        || Grammar.count(end) < SHORT;
  }

  private static Map<Seen, Judgement> lastUsed() {
    return new LinkedHashMap<>(1024, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Seen, Judgement> eldest) {
        return size() > REMEMBERED;
      }
    };
  }
}
