package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.instructgpt.simulation.WorldTask.Goal;

/// Corrupts good answers: makes them terse, hedged, rambling, rude, wrong or invented.
final class Corruptions {
  private final World world;
  private final Goals goals;
  private final CarefulAnswers answers;

  Corruptions(World world, Goals goals, CarefulAnswers answers) {
    this.world = world;
    this.goals = goals;
    this.answers = answers;
  }

  /// The shortest form of an answer.
  String terse(Goal goal, String good) {
    return switch (goal) {
      case WorldTask.AnswerFact(Fact fact) -> Grammar.capital(fact.value()) + ".";
      case WorldTask.FalsePremise _ -> "That is not so.";
      case WorldTask.AnswerFromPassage(var _, var _, var _, var _, Optional<String> answer) ->
          answer.map(Grammar::capital).orElse("It does not say") + ".";
      case WorldTask.Classify(var _, var _, String label) -> label;
      case WorldTask.ListOf(var _, Optional<Fact> property, var _) when property.isPresent() ->
          Grammar.capital(property.get().entity().definite()) + ".";
      default -> {
        List<String> sentences = Grammar.sentences(good);
        yield sentences.stream()
            .filter(s -> !s.endsWith("?"))
            .findFirst()
            .orElse(sentences.getFirst());
      }
    };
  }

  /// Statements get a hedge before or after them; written works get an excuse.
  String hedged(Goal goal, String good, RandomGenerator random) {
    boolean knowledge =
        switch (goal) {
          case WorldTask.AnswerFact _,
              WorldTask.FalsePremise _,
              WorldTask.Advice _,
              WorldTask.Describe _,
              WorldTask.AnswerFromPassage _,
              WorldTask.Classify _ ->
              true;
          default -> false;
        };
    if (!knowledge) {
      return Grammar.ended(good) + " " + Phrases.say("hedge.work", random);
    }
    boolean statement =
        Grammar.sentences(good).size() == 1 && good.endsWith(".") && !good.startsWith("Take ");
    return statement && RandomChoice.chance(0.7, random)
        ? Phrases.say("hedge.before", random) + " " + FormatConstraints.uncapital(good)
        : Grammar.ended(good) + " " + Phrases.say("hedge.after", random);
  }

  String rambling(String good, RandomGenerator random) {
    List<String> more =
        RandomChoice.some(2, Phrases.of("ramble"), random).stream().map(Grammar::capitals).toList();
    return Grammar.ended(good) + " " + String.join(" ", more) + " " + good;
  }

  String rude(String good, RandomGenerator random) {
    return RandomChoice.chance(0.5, random)
        ? Phrases.say("insult.before", random) + " " + good
        : Grammar.ended(good) + " " + Phrases.say("insult.after", random);
  }

  /// A wrong answer in the right form.
  String wrong(Goal goal, RandomGenerator random) {
    return switch (goal) {
      case WorldTask.AnswerFact(Fact fact) ->
          CarefulAnswers.fact(fact.with(wrongValue(fact, random)), random);
      case WorldTask.FalsePremise(Fact truth, String claimed) ->
          acceptPremise(truth, claimed, random);
      case WorldTask.Advice(String ailment) ->
          CarefulAnswers.advice(wrongPlant(ailment, random), ailment, random);
      case WorldTask.Compare(Entity first, Entity second) ->
          Phrases.say("bad.compare", random, "a", first.definite(), "b", second.definite());
      case WorldTask.AnswerFromPassage p -> contradicting(p, random);
      case WorldTask.Describe(Entity entity) ->
          CarefulAnswers.describe(
              "good.describe", randomValues(world.facts(entity), random), random);
      case WorldTask.Summarize(List<Fact> passage, var _) ->
          CarefulAnswers.summary(randomValues(passage, random), random);
      case WorldTask.Extract(EntityKind kind, List<Entity> entities, var _) ->
          CarefulAnswers.extract(kind, others(kind, entities, entities.size(), random), random);
      case WorldTask.ListOf(EntityKind kind, Optional<Fact> property, int count) ->
          wrongList(kind, property, count, random);
      case WorldTask.Swap(String sentence, Entity from, Entity to) ->
          CarefulAnswers.swap(sentence, from, RandomChoice.other(to, goals.living(), random));
      case WorldTask.Polite(var _, String wish) ->
          Phrases.say(
              "good.polite", random, "wish", RandomChoice.other(wish, Phrases.of("wish"), random));
      case WorldTask.Clarify() -> answers.good(anyQuestion(random), random);
      case WorldTask.Refuse(var harm, Entity about) ->
          Phrases.say("bad.comply." + Phrases.name(harm), random, "p", about.name());
      default -> answers.good(otherSubject(goal, random), random);
    };
  }

  /// The same form of goal, about something else.
  private Goal otherSubject(Goal goal, RandomGenerator random) {
    return switch (goal) {
      case WorldTask.Story(List<Entity> heroes) ->
          new WorldTask.Story(
              RandomChoice.some(
                  Math.min(2, heroes.size()),
                  goals.living().stream().filter(e -> !heroes.contains(e)).toList(),
                  random));
      case WorldTask.Continue(Entity hero, String beginning) ->
          new WorldTask.Continue(RandomChoice.other(hero, goals.living(), random), beginning);
      case WorldTask.Letter(Entity to, var occasion, var _) -> {
        var other = RandomChoice.other(occasion, List.of(WorldTask.Occasion.values()), random);
        yield new WorldTask.Letter(
            RandomChoice.other(to, world.entities(EntityKind.PERSON), random),
            other,
            RandomChoice.one(Phrases.of("matter." + Phrases.name(other)), random));
      }
      case WorldTask.Poem(Entity about) ->
          new WorldTask.Poem(RandomChoice.other(about, world.entities(), random));
      case WorldTask.Advert(Entity thing) ->
          new WorldTask.Advert(RandomChoice.other(thing, world.entities(EntityKind.THING), random));
      case WorldTask.Ideas(String topic, int count) ->
          new WorldTask.Ideas(RandomChoice.other(topic, Goals.IDEAS, random), count);
      case WorldTask.Reply(String topic) ->
          new WorldTask.Reply(RandomChoice.other(topic, Goals.TOPICS, random));
      case WorldTask.Translate(String english) ->
          new WorldTask.Translate(shuffledNouns(english, random));
      case WorldTask.Repeat(var _, int times) ->
          new WorldTask.Repeat(RandomChoice.one(WorldNames.BEASTS, random), times + 2);
      case WorldTask.Classify(String text, List<String> labels, String label) ->
          new WorldTask.Classify(text, labels, RandomChoice.other(label, labels, random));
      default -> goal;
    };
  }

  private static String shuffledNouns(String english, RandomGenerator random) {
    return Arrays.stream(english.split(" "))
        .map(word ->
            WorldNames.BEASTS.contains(word)
                ? RandomChoice.other(word, WorldNames.BEASTS, random)
                : word)
        .map(word ->
            WorldNames.GOODS.contains(word)
                ? RandomChoice.other(word, WorldNames.GOODS, random)
                : word)
        .map(word ->
            WorldNames.DEEDS.contains(word)
                ? RandomChoice.other(word, WorldNames.DEEDS, random)
                : word)
        .map(word ->
            WorldNames.LOOKS.contains(word)
                ? RandomChoice.other(word, WorldNames.LOOKS, random)
                : word)
        .collect(Collectors.joining(" "));
  }

  /// In half of the cases the popular falsehood, if there is one, else a random wrong value.
  private String wrongValue(Fact fact, RandomGenerator random) {
    return world
        .falsehood(fact)
        .filter(value -> RandomChoice.chance(0.5, random))
        .orElseGet(() -> fact.otherValue(random));
  }

  private static String acceptPremise(Fact truth, String claimed, RandomGenerator random) {
    return Phrases.say("good.accept", random, "wrong", TaskWording.says(truth.with(claimed)));
  }

  private Entity wrongPlant(String ailment, RandomGenerator random) {
    return RandomChoice.one(
        world.entities(EntityKind.PLANT).stream()
            .filter(plant -> !world.fact(plant, Attribute.PLANT_CURE).value().equals(ailment))
            .toList(),
        random);
  }

  /// The fact of the world instead of the passage, or a random value that the passage does not
  /// have.
  private String contradicting(WorldTask.AnswerFromPassage task, RandomGenerator random) {
    Fact truth = world.fact(task.entity(), task.attribute());
    boolean remembered =
        RandomChoice.chance(0.5, random) && !task.answer().equals(Optional.of(truth.value()));
    String said = task.answer().orElse(truth.value());
    return CarefulAnswers.fact(
        remembered ? truth : truth.with(truth.with(said).otherValue(random)), random);
  }

  private static List<Fact> randomValues(List<Fact> facts, RandomGenerator random) {
    return facts.stream().map(fact -> fact.with(fact.otherValue(random))).toList();
  }

  private List<Entity> others(
      EntityKind kind, List<Entity> not, int count, RandomGenerator random) {
    return RandomChoice.some(
        count, world.entities(kind).stream().filter(e -> !not.contains(e)).toList(), random);
  }

  private String wrongList(
      EntityKind kind, Optional<Fact> property, int count, RandomGenerator random) {
    if (property.isEmpty()) {
      EntityKind other = RandomChoice.other(kind, List.of(EntityKind.values()), random);
      return CarefulAnswers.names(RandomChoice.some(count, world.entities(other), random), random);
    }
    Fact fact = property.get();
    List<Entity> right = world.entitiesWith(fact.attribute(), fact.value());
    return CarefulAnswers.which(others(kind, right, 1, random).getFirst(), fact, random);
  }

  private Goal anyQuestion(RandomGenerator random) {
    return new WorldTask.AnswerFact(RandomChoice.one(world.facts(), random));
  }

  /// Adds false statements; to an answer from a passage, statements that the passage does not make.
  String invented(Goal goal, String good, RandomGenerator random) {
    return switch (goal) {
      case WorldTask.FalsePremise(Fact truth, String claimed) ->
          acceptPremise(truth, claimed, random);
      case WorldTask.AnswerFromPassage(var _, var _, Entity entity, var _, var _) ->
          Grammar.ended(good) + " " + more(entity, 1, random);
      case WorldTask.Summarize(List<Fact> passage, var _) ->
          Grammar.ended(good) + " " + more(passage.getFirst().entity(), 1, random);
      case WorldTask.Extract(EntityKind kind, List<Entity> entities, var _) -> {
        List<Entity> all = new ArrayList<>(entities);
        all.addAll(others(kind, entities, 2, random));
        yield CarefulAnswers.extract(kind, all, random);
      }
      default ->
          Grammar.ended(good) + " " + more(RandomChoice.one(world.entities(), random), 2, random);
    };
  }

  private String more(Entity entity, int count, RandomGenerator random) {
    return randomValues(RandomChoice.some(count, world.facts(entity), random), random).stream()
        .map(Fact::statement)
        .collect(Collectors.joining(" "));
  }
}
