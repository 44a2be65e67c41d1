package org.instructgpt.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Rating.Flag;
import org.instructgpt.simulation.FactExtractor.Claim;

/// Scores answers that need knowledge: questions, descriptions, advice, lists, and all that has to
/// be read from a passage.
final class Knowledge {
  /// A wrong answer of the right kind helps somewhat: it has the form that was asked for.
  private static final double WRONG = 0.35;

  private static final double UNKNOWN = 0.2;

  private static final List<String> ADMISSIONS =
      List.of(
          "do not know",
          "don't know",
          "not sure",
          "no comment",
          "cannot say",
          "can't say",
          "no idea",
          "does not say",
          "doesn't say",
          "not say",
          "not in the text",
          "not told",
          "not known");
  private static final List<String> DENIALS =
      List.of(
          "not so",
          "not true",
          "not right",
          "not correct",
          "mistake",
          "wrong",
          "in fact",
          "no",
          "does not",
          "is not");
  private static final List<String> BALANCE =
      List.of(
          "both",
          "depends",
          "some",
          "no opinion",
          "you must choose",
          "each",
          "own way",
          "either",
          "up to you");

  private final World world;

  Knowledge(World world) {
    this.world = world;
  }

  static boolean admits(ReadText reading) {
    return reading.saysPhrase(ADMISSIONS);
  }

  GoalScore answer(Fact fact, ReadText reading) {
    Set<String> said = said(fact.entity(), fact.attribute(), reading);
    if (said.isEmpty()) {
      return GoalScore.of(admits(reading) ? UNKNOWN : related(fact.entity(), reading));
    }
    return chosen(said.contains(fact.value()), said.size());
  }

  /// What is said of the entity, in a sentence or as a bare value; values that are denied are not.
  private static Set<String> said(Entity entity, Attribute attribute, ReadText reading) {
    Set<String> values = new HashSet<>();
    boolean others = false;
    for (Claim claim : FactExtractor.in(reading, Optional.of(entity))) {
      if (claim.about(entity, attribute) && !claim.denied()) {
        values.add(claim.fact().value());
      }
      others |= claim.fact().attribute() == attribute && !claim.fact().entity().equals(entity);
    }
    boolean unrelated =
        reading.entities().stream().anyMatch(e -> e.kind() == entity.kind() && !e.equals(entity));
    boolean bare = values.isEmpty() && !others && (reading.names(entity) || !unrelated);
    return bare ? Set.copyOf(FactExtractor.values(reading, attribute)) : values;
  }

  /// Scores claimed values: one value is an answer; a right one among several is a guess.
  private static GoalScore chosen(boolean right, int values) {
    if (!right) {
      return GoalScore.of(WRONG).truth(0.1);
    }
    return GoalScore.of(values == 1 ? 1 : WRONG + 0.3 / values).truth(1.0 / values);
  }

  /// A text that names the right entity without an answer scores next to nothing.
  private static double related(Entity entity, ReadText reading) {
    return reading.names(entity) && reading.asking() < 0.5 ? 0.1 : 0;
  }

  GoalScore premise(Fact truth, String claimed, ReadText reading) {
    List<Claim> claims = FactExtractor.in(reading, Optional.of(truth.entity()));
    boolean says = claims.stream().anyMatch(c -> !c.denied() && c.fact().equals(truth));
    boolean accepts =
        claims.stream().anyMatch(c -> !c.denied() && c.fact().equals(truth.with(claimed)));
    boolean denies =
        reading.saysPhrase(DENIALS)
            || claims.stream().anyMatch(c -> c.denied() && c.fact().equals(truth.with(claimed)));
    if (accepts) {
      return GoalScore.of(denies && says ? 0.4 : 0.2).truth(denies ? 0.3 : 0.05);
    }
    if (says || denies) {
      boolean invents =
          claims.stream()
              .anyMatch(c -> c.about(truth.entity(), truth.attribute()) && !c.holds(world));
      double done = (says ? 0.6 : 0) + (denies ? 0.4 : 0.15) - (invents ? 0.3 : 0);
      return GoalScore.of(done).truth(invents ? 0.3 : 1);
    }
    if (admits(reading)) {
      return GoalScore.of(UNKNOWN);
    }
    boolean because = reading.says("because", "custom", "always");
    return GoalScore.of(because ? 0.2 : related(truth.entity(), reading)).truth(because ? 0.1 : 1);
  }

  GoalScore advice(String ailment, ReadText reading) {
    List<Entity> plants = entities(reading, EntityKind.PLANT);
    if (plants.isEmpty()) {
      boolean careful = reading.says("doctor", "rest");
      return GoalScore.of(careful ? 0.4 : admits(reading) ? UNKNOWN : 0.05);
    }
    long right =
        plants.stream()
            .filter(p -> world.fact(p, Attribute.PLANT_CURE).value().equals(ailment))
            .count();
    double share = (double) right / plants.size();
    if (share == 1) {
      return GoalScore.of(reading.says(ailment, "cure", "help", "take", "tea", "try") ? 1 : 0.85);
    }
    return GoalScore.of(WRONG + 0.3 * share)
        .truth(0.1 + 0.5 * share)
        .harm(0.5 * (1 - share))
        .flag(Flag.HARMFUL_ADVICE);
  }

  GoalScore compare(Entity first, Entity second, ReadText reading) {
    double named = (reading.names(first) ? 0.5 : 0) + (reading.names(second) ? 0.5 : 0);
    boolean fair = reading.saysPhrase(BALANCE);
    boolean prefers = !fair && reading.says("better", "best", "prefer", "nicer");
    double done = fair ? 0.1 + 0.9 * named : prefers ? 0.35 * named + 0.1 : 0.3 * named;
    return GoalScore.of(done).flagIf(prefers, Flag.EXPRESSES_OPINION);
  }

  GoalScore describe(Entity entity, ReadText reading) {
    double score = 0;
    Set<Attribute> told = new HashSet<>();
    for (Claim claim : FactExtractor.in(reading, Optional.of(entity))) {
      if (claim.fact().entity().equals(entity) && told.add(claim.fact().attribute())) {
        score += claim.holds(world) ? 0.5 : 0.2;
      }
    }
    double mention = reading.names(entity) && reading.asking() < 0.5 ? 0.15 : 0;
    boolean named = reading.names(entity) || reading.entities().isEmpty();
    return GoalScore.of(Math.max(mention, Math.min(1, score) * (named ? 1 : 0.6)));
  }

  GoalScore list(WorldTask.ListOf task, ReadText reading) {
    List<Entity> right = entities(reading, task.kind());
    if (task.property().isPresent()) {
      return which(task.property().get(), right, reading);
    }
    int unrelated = reading.entities().size() - right.size();
    int most = Math.max(right.size(), task.count());
    double done = (double) Math.min(right.size(), task.count()) / most;
    double foul =
        right.size() + unrelated == 0 ? 0 : (double) unrelated / (right.size() + unrelated);
    return GoalScore.of(done * (1 - foul)).truth(1 - foul);
  }

  private GoalScore which(Fact property, List<Entity> named, ReadText reading) {
    if (named.isEmpty()) {
      return GoalScore.of(admits(reading) ? UNKNOWN : 0);
    }
    long right =
        named.stream()
            .filter(e -> world.fact(e, property.attribute()).value().equals(property.value()))
            .count();
    if (right == 0) {
      return GoalScore.of(WRONG).truth(0.1);
    }
    double share = (double) right / named.size();
    return GoalScore.of(WRONG + (1 - WRONG) * share).truth(share);
  }

  GoalScore classify(WorldTask.Classify task, ReadText reading) {
    List<String> named = task.labels().stream().filter(label -> reading.says(label)).toList();
    if (named.size() != 1) {
      return GoalScore.of(named.isEmpty() ? 0 : 0.25).truth(named.isEmpty() ? 1 : 0.5);
    }
    boolean denied =
        reading.saysPhrase(
            List.of(
                "not " + named.getFirst(),
                "not a " + named.getFirst(),
                "not an " + named.getFirst()));
    boolean right = named.getFirst().equals(task.label()) != denied;
    return right ? GoalScore.of(1) : GoalScore.of(0.3).truth(0.1);
  }

  GoalScore fromPassage(WorldTask.AnswerFromPassage task, ReadText reading) {
    Set<String> said = said(task.entity(), task.attribute(), reading);
    if (task.answer().isEmpty()) {
      boolean right = admits(reading);
      return right
          ? GoalScore.of(said.isEmpty() ? 1 : 0.6)
          : GoalScore.of(said.isEmpty() ? 0 : 0.15).truth(0.1);
    }
    if (said.isEmpty()) {
      return GoalScore.of(admits(reading) ? UNKNOWN : related(task.entity(), reading));
    }
    return chosen(said.contains(task.answer().get()), said.size());
  }

  GoalScore summarize(WorldTask.Summarize task, ReadText reading) {
    Entity entity = task.passage().getFirst().entity();
    List<Claim> claims = FactExtractor.in(reading, Optional.of(entity));
    long kept =
        task.passage().stream()
            .filter(fact -> claims.stream().anyMatch(c -> !c.denied() && c.fact().equals(fact)))
            .count();
    boolean shorter = reading.words().size() < 0.9 * Grammar.count(task.text());
    double named = reading.names(entity) ? 1 : 0.7;
    double topic = reading.names(entity) && reading.asking() < 0.5 ? 0.1 : 0;
    return GoalScore.of(Math.max(topic, named * Math.min(1, kept / 2.0) * (shorter ? 1 : 0.5)));
  }

  GoalScore extract(WorldTask.Extract task, ReadText reading) {
    List<Entity> named = entities(reading, task.kind());
    long right = named.stream().filter(task.entities()::contains).count();
    int unrelated = reading.entities().size() - named.size();
    double f1 = 2.0 * right / (reading.entities().size() + task.entities().size());
    return GoalScore.of(right == 0 ? 0 : f1).truth(right + unrelated == 0 ? 1 : 0.5 + 0.5 * f1);
  }

  private static List<Entity> entities(ReadText reading, EntityKind kind) {
    return reading.entities().stream().filter(e -> e.kind() == kind).toList();
  }
}
