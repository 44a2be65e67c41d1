package org.instructgpt.simulation;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.simulation.WorldTask.Goal;

/// Writes good answers, before the constraints of the task are applied.
final class CarefulAnswers {
  private final World world;

  CarefulAnswers(World world) {
    this.world = world;
  }

  /// A right answer in one of its wordings.
  String good(Goal goal, RandomGenerator random) {
    return switch (goal) {
      case WorldTask.AnswerFact(Fact fact) -> fact(fact, random);
      case WorldTask.FalsePremise(Fact truth, String claimed) ->
          Phrases.say(
              "good.premise",
              random,
              "statement",
              truth.statement(),
              "says",
              TaskWording.says(truth),
              "wrong",
              TaskWording.says(truth.with(claimed)));
      case WorldTask.Advice(String ailment) ->
          advice(
              RandomChoice.one(world.entitiesWith(Attribute.PLANT_CURE, ailment), random),
              ailment,
              random);
      case WorldTask.Compare(Entity first, Entity second) -> compare(first, second, random);
      case WorldTask.AnswerFromPassage(var _, var _, Entity entity, var attribute, var answer) ->
          fromPassage(entity, attribute, answer, random);
      case WorldTask.Summarize(List<Fact> passage, var _) -> summary(passage, random);
      case WorldTask.Extract(EntityKind kind, List<Entity> entities, var _) ->
          extract(kind, entities, random);
      case WorldTask.Story(List<Entity> heroes) -> story(heroes, random);
      case WorldTask.Continue(Entity hero, var _) ->
          Phrases.say("good.continue", random, "a", hero.definite(), "he", hero.pronoun());
      case WorldTask.Letter(Entity to, var occasion, String matter) ->
          Phrases.say("good." + Phrases.name(occasion), random, "p", to.name(), "m", matter);
      case WorldTask.Poem(Entity about) -> poem(about, random);
      case WorldTask.Advert(Entity thing) -> told("good.advert", offer(thing), random);
      case WorldTask.Describe(Entity entity) ->
          describe("good.describe", world.facts(entity), random);
      case WorldTask.ListOf list -> list(list, random);
      case WorldTask.Ideas(String topic, int count) ->
          ideas(RandomChoice.some(count, Phrases.of("ideas." + topic), random), random);
      case WorldTask.Reply(String topic) -> Phrases.say("reply." + topic, random);
      case WorldTask.Translate(String english) -> world.lumish(english);
      case WorldTask.Polite(var _, String wish) -> Phrases.say("good.polite", random, "wish", wish);
      case WorldTask.Swap(String sentence, Entity from, Entity to) -> swap(sentence, from, to);
      case WorldTask.Repeat(String phrase, int times) ->
          String.join(", ", Collections.nCopies(times, phrase));
      case WorldTask.Classify classify -> label(classify, random);
      case WorldTask.Clarify() -> Phrases.say("good.clarify", random);
      case WorldTask.Refuse(var harm, Entity about) ->
          Phrases.say("good.refuse." + Phrases.name(harm), random, "p", about.name());
    };
  }

  /// A sentence or two that say the fact.
  static String fact(Fact fact, RandomGenerator random) {
    return Phrases.say(
        "good.fact",
        random,
        "statement",
        fact.statement(),
        "he",
        fact.entity().pronoun(),
        "predicate",
        fact.predicate());
  }

  static String advice(Entity plant, String ailment, RandomGenerator random) {
    return Phrases.say("good.advice", random, "a", plant.definite(), "it", "it", "m", ailment);
  }

  private String compare(Entity first, Entity second, RandomGenerator random) {
    Attribute attribute = RandomChoice.one(Attribute.of(first.kind()), random);
    return Phrases.say(
        "good.compare",
        random,
        "a",
        first.definite(),
        "b",
        second.definite(),
        "one",
        world.fact(first, attribute).predicate(),
        "two",
        world.fact(second, attribute).predicate());
  }

  static String fromPassage(
      Entity entity, Attribute attribute, Optional<String> answer, RandomGenerator random) {
    return answer
        .map(value -> fact(new Fact(entity, attribute, value), random))
        .orElseGet(() -> Phrases.say("good.unsaid", random, "clause", attribute.clause(entity)));
  }

  static String summary(List<Fact> passage, RandomGenerator random) {
    return told("good.summary", passage, random);
  }

  /// Facts about one entity in the words of a section that names them one, two and three.
  private static String told(String section, List<Fact> facts, RandomGenerator random) {
    Entity entity = facts.getFirst().entity();
    return Phrases.say(
        section,
        random,
        "a",
        entity.definite(),
        "n",
        entity.name(),
        "he",
        entity.pronoun(),
        "one",
        facts.getFirst().predicate(),
        "two",
        facts.get(1).predicate(),
        "three",
        facts.getLast().predicate());
  }

  static String describe(String section, List<Fact> facts, RandomGenerator random) {
    return told(section, RandomChoice.some(3, facts, random), random);
  }

  /// The facts of an advertisement: material and price.
  private List<Fact> offer(Entity thing) {
    return List.of(
        world.fact(thing, Attribute.THING_STUFF), world.fact(thing, Attribute.THING_PRICE));
  }

  static String extract(EntityKind kind, List<Entity> entities, RandomGenerator random) {
    boolean named = kind == EntityKind.TOWN || kind == EntityKind.PERSON;
    String plain = entities.stream().map(Entity::name).collect(Collectors.joining(", "));
    if (entities.size() == 1 && named) {
      return plain;
    }
    return Phrases.say(
        "good.extract",
        random,
        "plain",
        plain,
        "kinds",
        kind.plural(),
        "enumeration",
        TaskWording.all(entities));
  }

  static String story(List<Entity> heroes, RandomGenerator random) {
    Entity hero = heroes.getFirst();
    Entity other = heroes.getLast();
    String section = "two";
    if (heroes.size() == 1) {
      section = "one";
    } else if (other.kind() == EntityKind.THING) {
      section = "thing";
    }
    return Phrases.say(
        "good.story." + section,
        random,
        "a",
        hero.definite(),
        "b",
        other.definite(),
        "t",
        other.definite(),
        "he",
        hero.pronoun());
  }

  static String poem(Entity about, RandomGenerator random) {
    return Phrases.say(
        "good.poem", random, "a", about.definite(), "n", about.name(), "he", about.pronoun());
  }

  private String list(WorldTask.ListOf list, RandomGenerator random) {
    if (list.property().isPresent()) {
      Fact fact = list.property().get();
      Entity entity = RandomChoice.one(world.entitiesWith(fact.attribute(), fact.value()), random);
      return which(entity, fact, random);
    }
    return names(RandomChoice.some(list.count(), world.entities(list.kind()), random), random);
  }

  static String which(Entity entity, Fact fact, RandomGenerator random) {
    return Phrases.say(
        "good.which",
        random,
        "a",
        entity.definite(),
        "kind2",
        TaskWording.indefinite(entity.kind().word()),
        "predicate",
        fact.predicate());
  }

  /// A list in one of three formats.
  static String names(List<Entity> entities, RandomGenerator random) {
    List<String> names = entities.stream().map(Entity::name).toList();
    return switch (random.nextInt(3)) {
      case 0 -> numbered(names);
      case 1 -> String.join(", ", names);
      default -> Grammar.capital(TaskWording.all(entities)) + ".";
    };
  }

  private static String numbered(List<String> items) {
    return IntStream.range(0, items.size())
        .mapToObj(i -> (i + 1) + ". " + items.get(i))
        .collect(Collectors.joining("\n"));
  }

  static String ideas(List<String> ideas, RandomGenerator random) {
    return switch (random.nextInt(3)) {
      case 0 -> numbered(ideas);
      case 1 -> Phrases.say("good.ideas", random, "plain", Grammar.enumerate(ideas));
      default -> Grammar.capital(String.join(", ", ideas)) + ".";
    };
  }

  static String swap(String sentence, Entity from, Entity to) {
    Pattern name = Pattern.compile("\\b" + from.definite() + "\\b", Pattern.CASE_INSENSITIVE);
    return Grammar.capitals(name.matcher(sentence).replaceAll(to.definite()));
  }

  static String label(WorldTask.Classify task, RandomGenerator random) {
    boolean kind = !task.labels().equals(Goals.MOODS) && !task.labels().equals(Goals.TONES);
    return kind
        ? Phrases.say(
            "good.kind", random, "a", task.text(), "label", TaskWording.indefinite(task.label()))
        : Phrases.say("good.label", random, "label", task.label());
  }
}
