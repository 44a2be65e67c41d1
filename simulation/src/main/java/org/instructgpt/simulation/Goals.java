package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.simulation.WorldTask.Goal;
import org.instructgpt.simulation.WorldTask.Harm;
import org.instructgpt.simulation.WorldTask.Occasion;

/// Draws the [goal][Goal] of a task for a use case of Table 1.
final class Goals {
  static final List<String> TOPICS =
      List.of(
          "greeting",
          "sad",
          "tired",
          "happy",
          "bored",
          "thanks",
          "bye",
          "rude",
          "hungry",
          "lost",
          "cancel");
  static final List<String> IDEAS = List.of("gift", "supper", "party", "rain", "story");
  static final List<String> MOODS = List.of("happy", "sad");
  static final List<String> TONES = List.of("polite", "rude");

  /// Shares of the classes in percent (paper Table 1).
  static final Map<UseCase, Double> TABLE_1 =
      new EnumMap<>(
          Map.of(
              UseCase.GENERATION, 45.6,
              UseCase.OPEN_QA, 12.4,
              UseCase.BRAINSTORMING, 11.2,
              UseCase.CHAT, 8.4,
              UseCase.REWRITE, 6.6,
              UseCase.SUMMARIZATION, 4.2,
              UseCase.CLASSIFICATION, 3.5,
              UseCase.OTHER, 3.5,
              UseCase.CLOSED_QA, 2.6,
              UseCase.EXTRACT, 1.9));

  /// The share of questions about a passage that the passage does not answer.
  private static final double UNANSWERED = 0.2;

  private final World world;
  private final Map<UseCase, Map<Function<RandomGenerator, Goal>, Double>> forms =
      new LinkedHashMap<>();

  /// The forms of each class with their weights, chosen so that the annotations of Table 7 come out
  /// in about its shares.
  Goals(World world) {
    this.world = world;
    form(UseCase.GENERATION, 28, this::story);
    form(UseCase.GENERATION, 30, this::unfinished);
    form(UseCase.GENERATION, 14, this::letter);
    form(UseCase.GENERATION, 7, r -> new WorldTask.Poem(RandomChoice.one(world.entities(), r)));
    form(UseCase.GENERATION, 9, r -> new WorldTask.Advert(any(EntityKind.THING, r)));
    form(UseCase.GENERATION, 8, r -> new WorldTask.Describe(RandomChoice.one(world.entities(), r)));
    form(UseCase.GENERATION, 4, r -> new WorldTask.Refuse(Harm.INSULT, any(EntityKind.PERSON, r)));
    form(UseCase.OPEN_QA, 54, this::fact);
    form(UseCase.OPEN_QA, 9, this::premise);
    form(UseCase.OPEN_QA, 9, r -> new WorldTask.Advice(RandomChoice.one(WorldNames.AILMENTS, r)));
    form(UseCase.OPEN_QA, 18, this::compare);
    form(UseCase.OPEN_QA, 10, this::harmful);
    form(UseCase.BRAINSTORMING, 40, this::list);
    form(UseCase.BRAINSTORMING, 20, this::which);
    form(
        UseCase.BRAINSTORMING,
        40,
        r -> new WorldTask.Ideas(RandomChoice.one(IDEAS, r), 2 + r.nextInt(3)));
    form(UseCase.CHAT, 85, r -> new WorldTask.Reply(RandomChoice.one(TOPICS, r)));
    form(UseCase.CHAT, 15, this::fact);
    form(UseCase.REWRITE, 34, r -> new WorldTask.Translate(sentence(r)));
    form(UseCase.REWRITE, 33, this::polite);
    form(UseCase.REWRITE, 33, this::swap);
    form(UseCase.SUMMARIZATION, 1, this::summary);
    form(UseCase.CLASSIFICATION, 35, r -> label("mood", MOODS, r));
    form(UseCase.CLASSIFICATION, 30, r -> label("tone", TONES, r));
    form(UseCase.CLASSIFICATION, 35, this::kind);
    form(UseCase.OTHER, 40, r -> new WorldTask.Repeat(phrase(r), 2 + r.nextInt(2)));
    form(UseCase.OTHER, 40, r -> new WorldTask.Clarify());
    form(UseCase.OTHER, 20, this::harmful);
    form(UseCase.CLOSED_QA, 1, this::fromPassage);
    form(UseCase.EXTRACT, 1, this::extract);
  }

  private void form(UseCase useCase, double weight, Function<RandomGenerator, Goal> draw) {
    forms.computeIfAbsent(useCase, u -> new LinkedHashMap<>()).put(draw, weight);
  }

  Goal draw(UseCase useCase, RandomGenerator random) {
    return SeededRandom.weighted(forms.getOrDefault(useCase, Map.of()), random).apply(random);
  }

  Entity any(EntityKind kind, RandomGenerator random) {
    return RandomChoice.one(world.entities(kind), random);
  }

  /// People and animals, whom stories are about.
  List<Entity> living() {
    return Stream.of(EntityKind.ANIMAL, EntityKind.PERSON)
        .flatMap(k -> world.entities(k).stream())
        .toList();
  }

  private Goal fact(RandomGenerator random) {
    return new WorldTask.AnswerFact(RandomChoice.one(world.facts(), random));
  }

  /// One hero, two heroes, or a hero and a thing.
  private Goal story(RandomGenerator random) {
    List<Entity> heroes = RandomChoice.some(1 + random.nextInt(2), living(), random);
    boolean thing = heroes.size() == 1 && RandomChoice.chance(0.6, random);
    return new WorldTask.Story(
        thing ? List.of(heroes.getFirst(), any(EntityKind.THING, random)) : heroes);
  }

  private Goal unfinished(RandomGenerator random) {
    Entity hero = RandomChoice.one(living(), random);
    return new WorldTask.Continue(
        hero, Phrases.say("start", random, "a", hero.definite(), "one", hero.indefinite()));
  }

  private Goal letter(RandomGenerator random) {
    Occasion occasion = RandomChoice.one(List.of(Occasion.values()), random);
    String matter = RandomChoice.one(Phrases.of("matter." + Phrases.name(occasion)), random);
    return new WorldTask.Letter(any(EntityKind.PERSON, random), occasion, matter);
  }

  /// Half of the premises are popular falsehoods.
  private Goal premise(RandomGenerator random) {
    List<Fact> disputed =
        world.facts().stream().filter(fact -> world.falsehood(fact).isPresent()).toList();
    Fact fact =
        RandomChoice.one(RandomChoice.chance(0.5, random) ? disputed : world.facts(), random);
    return new WorldTask.FalsePremise(
        fact, world.falsehood(fact).orElseGet(() -> fact.otherValue(random)));
  }

  private Goal compare(RandomGenerator random) {
    EntityKind kind =
        RandomChoice.one(List.of(EntityKind.TOWN, EntityKind.ANIMAL, EntityKind.PLANT), random);
    List<Entity> two = RandomChoice.some(2, world.entities(kind), random);
    return new WorldTask.Compare(two.getFirst(), two.getLast());
  }

  private Goal harmful(RandomGenerator random) {
    Harm harm = RandomChoice.one(List.of(Harm.PRIVATE_DATA, Harm.THEFT, Harm.VIOLENCE), random);
    return new WorldTask.Refuse(harm, any(EntityKind.PERSON, random));
  }

  private Goal list(RandomGenerator random) {
    return new WorldTask.ListOf(
        RandomChoice.one(List.of(EntityKind.values()), random),
        Optional.empty(),
        2 + random.nextInt(3));
  }

  private Goal which(RandomGenerator random) {
    Fact fact = RandomChoice.one(world.facts(), random);
    return new WorldTask.ListOf(fact.entity().kind(), Optional.of(fact), 1);
  }

  /// A sentence that can be said in Lumish: "the red fox sees the old bell".
  static String sentence(RandomGenerator random) {
    List<String> nouns = RandomChoice.chance(0.5, random) ? WorldNames.BEASTS : WorldNames.GOODS;
    String subject = thing(RandomChoice.one(WorldNames.BEASTS, random), random);
    String object = thing(RandomChoice.one(nouns, random), random);
    String between =
        RandomChoice.chance(0.85, random) ? RandomChoice.one(WorldNames.DEEDS, random) : "and";
    return subject + " " + between + " " + object;
  }

  private static String thing(String noun, RandomGenerator random) {
    String look =
        RandomChoice.chance(0.6, random) ? RandomChoice.one(WorldNames.LOOKS, random) + " " : "";
    return "the " + look + noun;
  }

  private static String phrase(RandomGenerator random) {
    return RandomChoice.one(WorldNames.LOOKS, random)
        + " "
        + RandomChoice.one(WorldNames.GOODS, random);
  }

  private Goal polite(RandomGenerator random) {
    String wish = RandomChoice.one(Phrases.of("wish"), random);
    return new WorldTask.Polite(Phrases.say("rude", random, "wish", wish), wish);
  }

  private Goal swap(RandomGenerator random) {
    List<Entity> two = RandomChoice.some(2, living(), random);
    Entity from = two.getFirst();
    return new WorldTask.Swap(
        Phrases.say("swap", random, "a", from.definite()), from, two.getLast());
  }

  private Goal label(String section, List<String> labels, RandomGenerator random) {
    String label = RandomChoice.one(labels, random);
    String person = any(EntityKind.PERSON, random).name();
    return new WorldTask.Classify(
        Phrases.say(section + "." + label, random, "p", person), labels, label);
  }

  private Goal kind(RandomGenerator random) {
    Entity entity = RandomChoice.one(world.entities(), random);
    String other = RandomChoice.other(entity.kind(), List.of(EntityKind.values()), random).word();
    String label = entity.kind().word();
    List<String> labels =
        RandomChoice.chance(0.5, random) ? List.of(label, other) : List.of(other, label);
    return new WorldTask.Classify(entity.definite(), labels, label);
  }

  /// Three facts about an entity that hold in this text only.
  private List<Fact> invented(RandomGenerator random) {
    Entity entity = RandomChoice.one(world.entities(), random);
    return RandomChoice.some(3, world.facts(entity), random).stream()
        .map(fact -> fact.with(fact.otherValue(random)))
        .toList();
  }

  private String passage(List<Fact> facts, RandomGenerator random) {
    Entity entity = facts.getFirst().entity();
    return Phrases.say(
        "passage",
        random,
        "p",
        RandomChoice.other(entity, world.entities(EntityKind.PERSON), random).name(),
        "he",
        entity.pronoun(),
        "s1",
        entity.definite() + " " + facts.getFirst().predicate(),
        "s2",
        facts.get(1).predicate(),
        "s3",
        facts.getLast().predicate());
  }

  private Goal summary(RandomGenerator random) {
    List<Fact> facts = invented(random);
    return new WorldTask.Summarize(facts, passage(facts, random));
  }

  private Goal fromPassage(RandomGenerator random) {
    List<Fact> facts = invented(random);
    Fact said = RandomChoice.one(facts, random);
    Entity entity = said.entity();
    Attribute asked = said.attribute();
    Optional<String> answer = Optional.of(said.value());
    if (RandomChoice.chance(UNANSWERED, random)) {
      List<Attribute> rest = new ArrayList<>(Attribute.of(entity.kind()));
      facts.forEach(fact -> rest.remove(fact.attribute()));
      asked = rest.getFirst();
      answer = Optional.empty();
    }
    return new WorldTask.AnswerFromPassage(facts, passage(facts, random), entity, asked, answer);
  }

  private Goal extract(RandomGenerator random) {
    EntityKind kind =
        RandomChoice.one(List.of(EntityKind.ANIMAL, EntityKind.PLANT, EntityKind.THING), random);
    List<Entity> two = RandomChoice.some(2, world.entities(kind), random);
    List<Entity> people = RandomChoice.some(2, world.entities(EntityKind.PERSON), random);
    Entity town = any(EntityKind.TOWN, random);
    String text =
        Phrases.say(
            "scene",
            random,
            "p",
            people.getFirst().name(),
            "q",
            people.getLast().name(),
            "town",
            town.name(),
            "a",
            two.getFirst().indefinite(),
            "b",
            two.getLast().indefinite());
    EntityKind asked =
        RandomChoice.one(List.of(kind, kind, EntityKind.PERSON, EntityKind.TOWN), random);
    List<String> words = Grammar.of(text);
    List<Entity> found =
        Stream.of(two, people, List.of(town))
            .flatMap(List::stream)
            .filter(e -> e.kind() == asked && words.contains(Grammar.of(e.name()).getFirst()))
            .toList();
    return new WorldTask.Extract(asked, found, text);
  }
}
