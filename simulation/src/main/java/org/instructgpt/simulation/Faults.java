package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.instructgpt.simulation.Task.Goal;
import org.instructgpt.simulation.World.Attribute;
import org.instructgpt.simulation.World.Entity;
import org.instructgpt.simulation.World.Fact;
import org.instructgpt.simulation.World.Kind;

/// What careless, unsure, rude and inventive writers make of an answer.
final class Faults {
  private final World world;
  private final Goals goals;
  private final Answers answers;

  Faults(World world, Goals goals, Answers answers) {
    this.world = world;
    this.goals = goals;
    this.answers = answers;
  }

  /// The fewest words that may pass for an answer.
  String terse(Goal goal, String good) {
    return switch (goal) {
      case Task.AnswerFact(Fact fact) -> Words.capital(fact.value()) + ".";
      case Task.FalsePremise _ -> "That is not so.";
      case Task.AnswerFromPassage(var _, var _, var _, var _, Optional<String> answer) ->
          answer.map(Words::capital).orElse("It does not say") + ".";
      case Task.Classify(var _, var _, String label) -> label;
      case Task.ListOf(var _, Optional<Fact> property, var _) when property.isPresent() ->
          Words.capital(property.get().entity().spoken()) + ".";
      default -> {
        List<String> sentences = Words.sentences(good);
        yield sentences.stream()
            .filter(s -> !s.endsWith("?"))
            .findFirst()
            .orElse(sentences.getFirst());
      }
    };
  }

  /// Statements become beliefs, or are taken back; a work gets an excuse.
  String hedged(Goal goal, String good, RandomGenerator random) {
    boolean knowledge =
        switch (goal) {
          case Task.AnswerFact _,
              Task.FalsePremise _,
              Task.Advice _,
              Task.Describe _,
              Task.AnswerFromPassage _,
              Task.Classify _ ->
              true;
          default -> false;
        };
    if (!knowledge) {
      return Words.ended(good) + " " + Phrases.say("hedge.work", random);
    }
    boolean statement =
        Words.sentences(good).size() == 1 && good.endsWith(".") && !good.startsWith("Take ");
    return statement && Pick.chance(0.7, random)
        ? Phrases.say("hedge.before", random) + " " + Limits.uncapital(good)
        : Words.ended(good) + " " + Phrases.say("hedge.after", random);
  }

  String rambling(String good, RandomGenerator random) {
    List<String> more =
        Pick.some(2, Phrases.of("ramble"), random).stream().map(Words::capitals).toList();
    return Words.ended(good) + " " + String.join(" ", more) + " " + good;
  }

  String rude(String good, RandomGenerator random) {
    return Pick.chance(0.5, random)
        ? Phrases.say("insult.before", random) + " " + good
        : Words.ended(good) + " " + Phrases.say("insult.after", random);
  }

  /// The wrong thing in the right form.
  String wrong(Goal goal, RandomGenerator random) {
    return switch (goal) {
      case Task.AnswerFact(Fact fact) -> Answers.fact(fact.with(believed(fact, random)), random);
      case Task.FalsePremise(Fact truth, String claimed) -> accept(truth, claimed, random);
      case Task.Advice(String ailment) -> Answers.advice(useless(ailment, random), ailment, random);
      case Task.Compare(Entity first, Entity second) ->
          Phrases.say("bad.compare", random, "a", first.spoken(), "b", second.spoken());
      case Task.AnswerFromPassage p -> beside(p, random);
      case Task.Describe(Entity entity) ->
          Answers.describe("good.describe", garbled(world.facts(entity), random), random);
      case Task.Summarize(List<Fact> passage, var _) ->
          Answers.summary(garbled(passage, random), random);
      case Task.Extract(Kind kind, List<Entity> entities, var _) ->
          Answers.extract(kind, others(kind, entities, entities.size(), random), random);
      case Task.ListOf(Kind kind, Optional<Fact> property, int count) ->
          wrongList(kind, property, count, random);
      case Task.Swap(String sentence, Entity from, Entity to) ->
          Answers.swap(sentence, from, Pick.other(to, goals.living(), random));
      case Task.Polite(var _, String wish) ->
          Phrases.say("good.polite", random, "wish", Pick.other(wish, Phrases.of("wish"), random));
      case Task.Clarify() -> answers.good(elsewhere(random), random);
      case Task.Refuse(var harm, Entity about) ->
          Phrases.say("bad.comply." + Phrases.name(harm), random, "p", about.name());
      default -> answers.good(astray(goal, random), random);
    };
  }

  /// The same form, about something else.
  private Goal astray(Goal goal, RandomGenerator random) {
    return switch (goal) {
      case Task.Story(List<Entity> heroes) ->
          new Task.Story(
              Pick.some(
                  Math.min(2, heroes.size()),
                  goals.living().stream().filter(e -> !heroes.contains(e)).toList(),
                  random));
      case Task.Continue(Entity hero, String beginning) ->
          new Task.Continue(Pick.other(hero, goals.living(), random), beginning);
      case Task.Letter(Entity to, var occasion, var _) -> {
        var other = Pick.other(occasion, List.of(Task.Occasion.values()), random);
        yield new Task.Letter(
            Pick.other(to, world.entities(Kind.PERSON), random),
            other,
            Pick.one(Phrases.of("matter." + Phrases.name(other)), random));
      }
      case Task.Poem(Entity about) -> new Task.Poem(Pick.other(about, world.entities(), random));
      case Task.Advert(Entity thing) ->
          new Task.Advert(Pick.other(thing, world.entities(Kind.THING), random));
      case Task.Ideas(String topic, int count) ->
          new Task.Ideas(Pick.other(topic, Goals.IDEAS, random), count);
      case Task.Reply(String topic) -> new Task.Reply(Pick.other(topic, Goals.TOPICS, random));
      case Task.Translate(String english) -> new Task.Translate(shuffledNouns(english, random));
      case Task.Repeat(var _, int times) ->
          new Task.Repeat(Pick.one(Names.BEASTS, random), times + 2);
      case Task.Classify(String text, List<String> labels, String label) ->
          new Task.Classify(text, labels, Pick.other(label, labels, random));
      default -> goal;
    };
  }

  private static String shuffledNouns(String english, RandomGenerator random) {
    return Arrays.stream(english.split(" "))
        .map(word -> Names.BEASTS.contains(word) ? Pick.other(word, Names.BEASTS, random) : word)
        .map(word -> Names.GOODS.contains(word) ? Pick.other(word, Names.GOODS, random) : word)
        .map(word -> Names.DEEDS.contains(word) ? Pick.other(word, Names.DEEDS, random) : word)
        .map(word -> Names.LOOKS.contains(word) ? Pick.other(word, Names.LOOKS, random) : word)
        .collect(Collectors.joining(" "));
  }

  /// The popular falsehood, when there is one, in half of the cases.
  private String believed(Fact fact, RandomGenerator random) {
    return world
        .falsehood(fact)
        .filter(value -> Pick.chance(0.5, random))
        .orElseGet(() -> fact.otherValue(random));
  }

  private static String accept(Fact truth, String claimed, RandomGenerator random) {
    return Phrases.say("good.accept", random, "wrong", Wording.says(truth.with(claimed)));
  }

  private Entity useless(String ailment, RandomGenerator random) {
    return Pick.one(
        world.entities(Kind.PLANT).stream()
            .filter(plant -> !world.fact(plant, Attribute.PLANT_CURE).value().equals(ailment))
            .toList(),
        random);
  }

  /// What the world says instead of the passage, or anything else that the passage does not say.
  private String beside(Task.AnswerFromPassage task, RandomGenerator random) {
    Fact truth = world.fact(task.entity(), task.attribute());
    boolean remembered =
        Pick.chance(0.5, random) && !task.answer().equals(Optional.of(truth.value()));
    String said = task.answer().orElse(truth.value());
    return Answers.fact(
        remembered ? truth : truth.with(truth.with(said).otherValue(random)), random);
  }

  private static List<Fact> garbled(List<Fact> facts, RandomGenerator random) {
    return facts.stream().map(fact -> fact.with(fact.otherValue(random))).toList();
  }

  private List<Entity> others(Kind kind, List<Entity> not, int count, RandomGenerator random) {
    return Pick.some(
        count, world.entities(kind).stream().filter(e -> !not.contains(e)).toList(), random);
  }

  private String wrongList(Kind kind, Optional<Fact> property, int count, RandomGenerator random) {
    if (property.isEmpty()) {
      Kind other = Pick.other(kind, List.of(Kind.values()), random);
      return Answers.names(Pick.some(count, world.entities(other), random), random);
    }
    Fact fact = property.get();
    List<Entity> right = world.having(fact.attribute(), fact.value());
    return Answers.which(others(kind, right, 1, random).getFirst(), fact, random);
  }

  private Goal elsewhere(RandomGenerator random) {
    return new Task.AnswerFact(Pick.one(world.facts(), random));
  }

  /// Adds what is not so; on a passage, what it does not say.
  String invented(Goal goal, String good, RandomGenerator random) {
    return switch (goal) {
      case Task.FalsePremise(Fact truth, String claimed) -> accept(truth, claimed, random);
      case Task.AnswerFromPassage(var _, var _, Entity entity, var _, var _) ->
          Words.ended(good) + " " + more(entity, 1, random);
      case Task.Summarize(List<Fact> passage, var _) ->
          Words.ended(good) + " " + more(passage.getFirst().entity(), 1, random);
      case Task.Extract(Kind kind, List<Entity> entities, var _) -> {
        List<Entity> all = new ArrayList<>(entities);
        all.addAll(others(kind, entities, 2, random));
        yield Answers.extract(kind, all, random);
      }
      default -> Words.ended(good) + " " + more(Pick.one(world.entities(), random), 2, random);
    };
  }

  private String more(Entity entity, int count, RandomGenerator random) {
    return garbled(Pick.some(count, world.facts(entity), random), random).stream()
        .map(Fact::statement)
        .collect(Collectors.joining(" "));
  }
}
