package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.instructgpt.simulation.WorldTask.Constraint;
import org.instructgpt.simulation.WorldTask.Goal;

/// Draws the constraints that prompts put on the form of an answer, and edits answers to satisfy
/// them.
final class FormatConstraints {
  private static final double CONSTRAINED_SHARE = 0.46;
  private static final double TWO_SHARE = 0.25;

  private FormatConstraints() {}

  /// Constraints that a good answer to the goal can satisfy: mostly none, sometimes one, rarely
  /// two.
  static List<Constraint> draw(Goal goal, RandomGenerator random) {
    List<Constraint> possible = possible(goal, random);
    if (possible.isEmpty() || !RandomChoice.chance(CONSTRAINED_SHARE, random)) {
      return List.of();
    }
    Constraint first = RandomChoice.one(possible, random);
    List<Constraint> compatible =
        possible.stream().filter(other -> compatible(first, other)).toList();
    return compatible.isEmpty() || !RandomChoice.chance(TWO_SHARE, random)
        ? List.of(first)
        : List.of(first, RandomChoice.one(compatible, random));
  }

  private static List<Constraint> possible(Goal goal, RandomGenerator random) {
    return switch (goal) {
      case WorldTask.Story(var _) ->
          List.of(
              most(random, 25, 30),
              use("story", random),
              no(random),
              start(random),
              end("story", random));
      case WorldTask.Letter(var _, var _, var _) ->
          List.of(most(random, 18, 20), use("letter", random), no(random), end("letter", random));
      case WorldTask.Poem(var _) -> List.of(most(random, 16, 20), no(random));
      case WorldTask.Advert(var _) ->
          List.of(most(random, 15, 18), use("advert", random), start(random));
      case WorldTask.Describe(var _) ->
          List.of(
              most(random, 15, 20),
              new WorldTask.OneSentence(),
              start(random),
              end("fact", random));
      case WorldTask.AnswerFact(var _) ->
          List.of(
              most(random, 8, 10), new WorldTask.OneSentence(), start(random), end("fact", random));
      case WorldTask.ListOf(var _, var property, var _) ->
          property.isPresent() ? List.of() : List.of(most(random, 10, 12), start(random));
      case WorldTask.Ideas(var _, var _) -> List.of(most(random, 16, 20), start(random));
      case WorldTask.Summarize(var _, var _) ->
          List.of(most(random, 15, 18), new WorldTask.OneSentence());
      default -> List.of();
    };
  }

  private static boolean compatible(Constraint one, Constraint other) {
    boolean tight =
        one instanceof WorldTask.AtMostWords
            || other instanceof WorldTask.AtMostWords
            || one instanceof WorldTask.OneSentence
            || other instanceof WorldTask.OneSentence;
    return !tight
        && !forbids(one, other)
        && !forbids(other, one)
        && !one.getClass().equals(other.getClass());
  }

  private static boolean forbids(Constraint one, Constraint other) {
    return one instanceof WorldTask.NoWord(String word) && Grammar.of(other.text()).contains(word);
  }

  private static Constraint most(RandomGenerator random, Integer... words) {
    return new WorldTask.AtMostWords(RandomChoice.one(List.of(words), random));
  }

  private static Constraint use(String section, RandomGenerator random) {
    String line = RandomChoice.one(Phrases.of("use." + section), random);
    return new WorldTask.UseWord(line.substring(0, line.indexOf(':')));
  }

  private static Constraint no(RandomGenerator random) {
    return new WorldTask.NoWord(Phrases.say("no.words", random).toLowerCase(java.util.Locale.ROOT));
  }

  private static Constraint start(RandomGenerator random) {
    return new WorldTask.StartWith(RandomChoice.one(Phrases.of("start.words"), random));
  }

  private static Constraint end(String section, RandomGenerator random) {
    return new WorldTask.EndWith(RandomChoice.one(Phrases.of("end." + section), random));
  }

  /// The answer, edited so that it begins with, ends with and contains what it must. Other
  /// constraints, such as a maximal length, are left to another draw.
  static String keep(List<Constraint> constraints, Goal goal, String answer) {
    String text = answer;
    for (Constraint constraint : constraints) {
      if (constraint instanceof WorldTask.UseWord(String word) && !constraint.holds(text)) {
        text = text + " " + Grammar.capital(sentence(goal, word));
      }
      if (constraint instanceof WorldTask.StartWith(String word)) {
        boolean numbered = Character.isDigit(text.charAt(0));
        text = Grammar.capital(word) + (numbered ? ":\n" : ", ") + uncapital(text);
      }
    }
    for (Constraint constraint : constraints) {
      if (constraint instanceof WorldTask.EndWith(String phrase) && !constraint.holds(text)) {
        text = text + " " + Grammar.capital(phrase) + ".";
      }
    }
    return text;
  }

  private static String sentence(Goal goal, String word) {
    List<String> lines =
        switch (goal) {
          case WorldTask.Letter _ -> Phrases.of("use.letter");
          case WorldTask.Advert _ -> Phrases.of("use.advert");
          default -> Phrases.of("use.story");
        };
    return lines.stream()
        .filter(line -> line.startsWith(word + ":"))
        .map(line -> line.substring(word.length() + 2))
        .findFirst()
        .orElse(word + ".");
  }

  /// The text with a lower-case first letter, unless it begins with a name or "I".
  static String uncapital(String text) {
    Optional<String> first =
        Grammar.of(text).stream().findFirst().map(word -> Grammar.capital(word));
    boolean name =
        first
            .filter(word ->
                word.equals("I") || Entities.all().stream().anyMatch(e -> e.name().equals(word)))
            .isPresent();
    return name || text.isEmpty()
        ? text
        : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  /// The constraints that an answer violates.
  static List<Constraint> violated(List<Constraint> constraints, String answer) {
    return new ArrayList<>(constraints.stream().filter(c -> !c.holds(answer)).toList());
  }
}
