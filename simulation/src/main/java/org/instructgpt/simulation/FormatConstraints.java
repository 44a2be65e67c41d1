package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.instructgpt.simulation.WorldTask.Constraint;
import org.instructgpt.simulation.WorldTask.Goal;

/// What people ask of the form of an answer, and how a writer makes an answer keep to it.
final class FormatConstraints {
  private static final double SHARE = 0.46;
  private static final double TWO = 0.25;

  private FormatConstraints() {}

  /// Constraints that a good answer to the goal can keep to: mostly none, sometimes one, seldom
  /// two.
  static List<Constraint> draw(Goal goal, RandomGenerator random) {
    List<Constraint> possible = possible(goal, random);
    if (possible.isEmpty() || !RandomChoice.chance(SHARE, random)) {
      return List.of();
    }
    Constraint first = RandomChoice.one(possible, random);
    List<Constraint> company = possible.stream().filter(other -> together(first, other)).toList();
    return company.isEmpty() || !RandomChoice.chance(TWO, random)
        ? List.of(first)
        : List.of(first, RandomChoice.one(company, random));
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

  private static boolean together(Constraint one, Constraint other) {
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

  /// The answer, changed so that it begins, ends and says what it must. What it must not be, too
  /// long for example, is left to another draw.
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

  /// With a small letter at its beginning, unless that is a name or "I".
  static String uncapital(String text) {
    Optional<String> first =
        Grammar.of(text).stream().findFirst().map(word -> Grammar.capital(word));
    boolean name =
        first
            .filter(word ->
                word.equals("I") || WorldNames.all().stream().anyMatch(e -> e.name().equals(word)))
            .isPresent();
    return name || text.isEmpty()
        ? text
        : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  /// Those that an answer does not keep to.
  static List<Constraint> broken(List<Constraint> constraints, String answer) {
    return new ArrayList<>(constraints.stream().filter(c -> !c.holds(answer)).toList());
  }
}
