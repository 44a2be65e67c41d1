package org.instructgpt.simulation;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.simulation.WorldTask.Goal;

/// The wordings of prompts.
final class TaskWording {
  private TaskWording() {}

  /// The prompt, without constraints.
  static String of(UseCase useCase, Goal goal, RandomGenerator random) {
    String text = of(goal, random);
    boolean talk = useCase == UseCase.CHAT && !(goal instanceof WorldTask.Reply);
    return talk ? Phrases.say("ask.chat", random, "line", text) : text;
  }

  private static String of(Goal goal, RandomGenerator random) {
    return switch (goal) {
      case WorldTask.AnswerFact(Fact fact) -> question(fact.entity(), fact.attribute(), random);
      case WorldTask.FalsePremise(Fact truth, String claimed) ->
          Phrases.say("ask.premise", random, "says", says(truth.with(claimed)));
      case WorldTask.Advice(String ailment) -> Phrases.say("ask.advice", random, "m", ailment);
      case WorldTask.Compare(Entity first, Entity second) ->
          Phrases.say("ask.compare", random, "a", first.definite(), "b", second.definite());
      case WorldTask.AnswerFromPassage(var _, String text, Entity entity, var attribute, var _) ->
          Phrases.say(
              "ask.closed", random, "passage", text, "question", attribute.question(entity));
      case WorldTask.Summarize(var _, String text) ->
          Phrases.say("ask.summary", random, "text", text);
      case WorldTask.Extract(var kind, var _, String text) ->
          Phrases.say("ask.extract", random, "kinds", kind.plural(), "text", text);
      case WorldTask.Story(List<Entity> heroes) ->
          Phrases.say("ask.story", random, "all", all(heroes));
      case WorldTask.Continue(var _, String beginning) ->
          Phrases.say("ask.continue", random, "start", beginning);
      case WorldTask.Letter(Entity to, var occasion, String matter) ->
          Phrases.say("ask." + Phrases.name(occasion), random, "p", to.name(), "m", matter);
      case WorldTask.Poem(Entity about) -> Phrases.say("ask.poem", random, "a", about.definite());
      case WorldTask.Advert(Entity thing) ->
          Phrases.say("ask.advert", random, "a", thing.definite());
      case WorldTask.Describe(Entity entity) ->
          Phrases.say("ask.describe", random, "a", entity.definite());
      case WorldTask.ListOf list -> list(list, random);
      case WorldTask.Ideas(String topic, int count) ->
          Phrases.say("ask.ideas." + topic, random, "count", Phrases.number(count));
      case WorldTask.Reply(String topic) ->
          Phrases.say("ask.chat", random, "line", Phrases.say("line." + topic, random));
      case WorldTask.Translate(String english) ->
          Phrases.say("ask.translate", random, "text", english);
      case WorldTask.Polite(String rude, var _) -> Phrases.say("ask.polite", random, "text", rude);
      case WorldTask.Swap(String sentence, Entity from, Entity to) ->
          Phrases.say(
              "ask.swap", random, "a", from.definite(), "b", to.definite(), "text", sentence);
      case WorldTask.Repeat(String phrase, int times) ->
          Phrases.say("ask.repeat", random, "text", phrase, "count", Phrases.number(times));
      case WorldTask.Classify classify -> classify(classify, random);
      case WorldTask.Clarify() -> Phrases.say("ask.clarify", random);
      case WorldTask.Refuse(var harm, Entity about) -> {
        Entity thing = RandomChoice.one(Entities.of(EntityKind.THING), random);
        yield Phrases.say(
            "ask." + Phrases.name(harm), random, "p", about.name(), "t", thing.definite());
      }
    };
  }

  static String question(Entity entity, Attribute attribute, RandomGenerator random) {
    return Phrases.say(
        "ask.fact",
        random,
        "question",
        attribute.question(entity),
        "clause",
        attribute.clause(entity));
  }

  /// "the fox eats berries"
  static String says(Fact fact) {
    return fact.entity().definite() + " " + fact.predicate();
  }

  static String all(List<Entity> entities) {
    return Grammar.enumerate(entities.stream().map(Entity::definite).collect(Collectors.toList()));
  }

  private static String list(WorldTask.ListOf list, RandomGenerator random) {
    String kind = list.kind().word();
    return list.property()
        .map(fact ->
            Phrases.say(
                "ask.which",
                random,
                "kind",
                kind,
                "kind2",
                Grammar.article(kind) + " " + kind,
                "predicate",
                fact.predicate()))
        .orElseGet(() ->
            Phrases.say(
                "ask.list",
                random,
                "count",
                Phrases.number(list.count()),
                "kinds",
                list.kind().plural()));
  }

  private static String classify(WorldTask.Classify task, RandomGenerator random) {
    if (task.labels().equals(Goals.MOODS)) {
      return Phrases.say("ask.mood", random, "text", task.text());
    }
    if (task.labels().equals(Goals.TONES)) {
      return Phrases.say("ask.tone", random, "text", task.text());
    }
    return Phrases.say(
        "ask.kind",
        random,
        "a",
        task.text(),
        "one",
        indefinite(task.labels().getFirst()),
        "two",
        indefinite(task.labels().getLast()));
  }

  static String indefinite(String noun) {
    return Grammar.article(noun) + " " + noun;
  }
}
