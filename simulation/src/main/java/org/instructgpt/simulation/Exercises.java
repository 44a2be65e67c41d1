package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Draws single exercises of the [Skills].
final class Exercises {
  /// One instance in this many is held out for the tests.
  private static final int HELD_OUT = 5;

  private static final List<String> POSITIVE =
      List.of("good", "nice", "warm", "bright", "sweet", "fine", "pretty", "wonderful");
  private static final List<String> NEGATIVE =
      List.of("bad", "sad", "dark", "cold", "dirty", "broken", "slow", "strange");
  private static final List<String> SUBJECTS =
      List.of("the soup", "the song", "the house", "the cake", "the day", "the garden", "the walk");

  private final World world;
  private final List<String> verbs;
  private final List<String> adjectives;
  private final List<String> nouns;
  private final List<String> commonNouns;
  private final List<Fact> wellKnown;

  Exercises(World world) {
    this.world = world;
    // The lexicon has two particles, then verbs, then adjectives from "big", then nouns from "fox".
    List<String> lexicon = world.englishLexicon();
    int firstAdjective = lexicon.indexOf("big");
    int firstNoun = lexicon.indexOf("fox");
    this.verbs = lexicon.subList(2, firstAdjective);
    this.adjectives = lexicon.subList(firstAdjective, firstNoun);
    this.nouns = lexicon.subList(firstNoun, lexicon.size());
    this.commonNouns =
        Stream.of(EntityKind.ANIMAL, EntityKind.PLANT, EntityKind.THING)
            .flatMap(kind -> world.entities(kind).stream())
            .map(Entity::name)
            .toList();
    this.wellKnown =
        world.facts().stream()
            .filter(fact -> !world.isRare(fact) && world.falsehood(fact).isEmpty())
            .toList();
  }

  /// Whether an instance with these words is held out for the tests. The same in every world.
  static boolean heldOut(String words) {
    String key = String.join(" ", Grammar.of(words));
    return Math.floorMod(SeededRandom.hash(0, "held out", key), HELD_OUT) == 0;
  }

  /// An exercise that is held out, or one that is not.
  Skill.Item draw(Skill skill, boolean heldOut, RandomGenerator random) {
    Skill.Item item = draw(skill, random);
    while (skill != Skill.CLOSED_BOOK && heldOut(input(item)) != heldOut) {
      item = draw(skill, random);
    }
    return item;
  }

  private Skill.Item draw(Skill skill, RandomGenerator random) {
    return switch (skill) {
      case COPY -> {
        String words = String.join(" ", things(random));
        yield written(skill, "Words: " + words + "\nCopy:", words);
      }
      case REVERSAL -> {
        List<String> words = things(random);
        yield written(
            skill,
            "Words: " + String.join(" ", words) + "\nReversed:",
            String.join(" ", words.reversed()));
      }
      case LOOKUP -> lookup(random);
      case CLOSED_BOOK -> {
        Fact fact = RandomChoice.one(wellKnown, random);
        yield written(skill, "Q: " + fact.question() + "\nA:", fact.value());
      }
      case TRANSLATION -> {
        String english = english(random);
        yield written(skill, "English: " + english + "\nLumish:", world.lumish(english));
      }
      case SENTIMENT -> sentiment(random);
      case ODD_ONE_OUT -> oddOneOut(random);
    };
  }

  private static Skill.Item written(Skill skill, String context, String answer) {
    return new Skill.Item(skill, context, List.of(answer), List.of());
  }

  private List<String> things(RandomGenerator random) {
    return RandomChoice.some(3 + random.nextInt(2), commonNouns, random);
  }

  /// A passage of two or three sentences with random values, so that knowing the world does not
  /// help.
  private Skill.Item lookup(RandomGenerator random) {
    List<Fact> passage =
        RandomChoice.some(2 + random.nextInt(2), world.entities(), random).stream()
            .map(entity -> randomFact(entity, random))
            .toList();
    Fact asked = RandomChoice.one(passage, random);
    String text = passage.stream().map(Fact::statement).collect(Collectors.joining(" "));
    return written(
        Skill.LOOKUP,
        "Passage: " + text + "\nQuestion: " + asked.question() + "\nAnswer:",
        asked.value());
  }

  private Fact randomFact(Entity entity, RandomGenerator random) {
    Attribute attribute = RandomChoice.one(Attribute.of(entity.kind()), random);
    return new Fact(entity, attribute, RandomChoice.one(world.values(attribute), random));
  }

  /// "the red fox", "the old fox sees the cup", "the big cat and the small mouse"
  String english(RandomGenerator random) {
    String subject =
        "the " + RandomChoice.one(adjectives, random) + " " + RandomChoice.one(nouns, random);
    return switch (random.nextInt(3)) {
      case 0 -> subject;
      case 1 ->
          subject
              + " "
              + RandomChoice.one(verbs, random)
              + " the "
              + RandomChoice.one(nouns, random);
      default ->
          subject
              + " and the "
              + RandomChoice.one(adjectives, random)
              + " "
              + RandomChoice.one(nouns, random);
    };
  }

  /// Two opinions of the same sort.
  private Skill.Item sentiment(RandomGenerator random) {
    boolean positive = random.nextBoolean();
    List<String> words = RandomChoice.some(2, positive ? POSITIVE : NEGATIVE, random);
    List<String> subjects = RandomChoice.some(2, SUBJECTS, random);
    Entity person = RandomChoice.one(world.entities(EntityKind.PERSON), random);
    String text =
        "%s was %s and %s was %s, said %s."
            .formatted(
                Grammar.capital(subjects.get(0)),
                words.get(0),
                subjects.get(1),
                words.get(1),
                person.name());
    List<String> labels = List.of("positive", "negative");
    return new Skill.Item(
        Skill.SENTIMENT,
        "Text: " + text + "\nLabel:",
        List.of(labels.get(positive ? 0 : 1)),
        labels);
  }

  private Skill.Item oddOneOut(RandomGenerator random) {
    List<EntityKind> kinds = RandomChoice.some(2, List.of(EntityKind.values()), random);
    List<String> words = new ArrayList<>();
    RandomChoice.some(3, world.entities(kinds.get(0)), random).forEach(e -> words.add(e.name()));
    String odd = RandomChoice.one(world.entities(kinds.get(1)), random).name();
    words.add(odd);
    Collections.shuffle(words, random);
    return new Skill.Item(
        Skill.ODD_ONE_OUT,
        "Words: " + String.join(", ", words) + "\nOdd one:",
        List.of(odd),
        words);
  }

  /// The input of the exercise: its first line without the label.
  private static String input(Skill.Item item) {
    return afterLabel(item.context().lines().findFirst().orElseThrow());
  }

  private static String afterLabel(String line) {
    return line.substring(line.indexOf(':') + 1).strip();
  }

  /// The exercise worded as an instruction to an assistant.
  static String instruction(Skill.Item item, RandomGenerator random) {
    String question =
        item.context().lines().skip(1).findFirst().map(Exercises::afterLabel).orElse("");
    List<String> wordings =
        switch (item.skill()) {
          case COPY -> List.of("Copy these words: %s", "Say again: %s", "Repeat the words %s.");
          case REVERSAL ->
              List.of("Say these words backwards: %s", "Turn the words around: %s", "Reverse: %s");
          case LOOKUP ->
              List.of(
                  "%s\n\n" + question,
                  "Read the text and answer. %s " + question,
                  question + " Look it up in this text: %s");
          case CLOSED_BOOK -> List.of("%s", "Answer the question. %s", "Question: %s");
          case TRANSLATION ->
              List.of(
                  "Translate into Lumish: %s", "Say in Lumish: %s", "What is \"%s\" in Lumish?");
          case SENTIMENT ->
              List.of(
                  "Is this text positive or negative? %s",
                  "Label the text as positive or negative. %s", "%s Is that positive or negative?");
          case ODD_ONE_OUT ->
              List.of(
                  "Which word does not belong? %s",
                  "Find the odd one out: %s", "One of these words is of another kind. Which? %s");
        };
    return RandomChoice.one(wordings, random).replace("%s", input(item));
  }
}
