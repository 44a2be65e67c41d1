package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.instructgpt.records.Prompt;
import org.instructgpt.simulation.WorldTask.Constraint;
import org.instructgpt.simulation.WorldTask.Goal;
import org.instructgpt.simulation.WorldTask.Trait;

/// Draws tasks of the simulated world, and answers to them of every [quality][AnswerQuality].
///
/// A task begins with a [goal][Goals], which becomes a prompt in one of its
/// [wordings][TaskWording], with [constraints][FormatConstraints] at its end. An answer begins with
/// a [good one][CarefulAnswers], which is [corrupted][Corruptions] for lower qualities. All
/// wordings stand in `phrases.txt`.
public final class WorldTasks {
  /// The most draws of an answer until the constraints hold; at least one wording satisfies them.
  private static final int TRIES = 500;

  private final Goals goals;
  private final CarefulAnswers answers;
  private final Corruptions corruptions;

  public WorldTasks(World world) {
    this.goals = new Goals(world);
    this.answers = new CarefulAnswers(world);
    this.corruptions = new Corruptions(world, goals, answers);
  }

  /// A task of one of the ten use cases of Table 1.
  public WorldTask draw(Prompt.UseCase useCase, RandomGenerator random) {
    return task(useCase, goals.draw(useCase, random), random);
  }

  /// A task of any use case, in the shares of Table 1.
  public WorldTask drawAny(RandomGenerator random) {
    return draw(SeededRandom.weighted(Goals.TABLE_1, random), random);
  }

  /// The question for a fact, in one of its wordings, without constraints.
  WorldTask question(Fact fact, RandomGenerator random) {
    Goal goal = new WorldTask.AnswerFact(fact);
    Prompt.UseCase openQa = Prompt.UseCase.OPEN_QA;
    return new WorldTask(
        openQa, TaskWording.of(openQa, goal, random), goal, List.of(), traits(goal));
  }

  private WorldTask task(Prompt.UseCase useCase, Goal goal, RandomGenerator random) {
    List<Constraint> constraints =
        useCase == Prompt.UseCase.CHAT ? List.of() : FormatConstraints.draw(goal, random);
    List<String> parts = new ArrayList<>(List.of(TaskWording.of(useCase, goal, random)));
    constraints.forEach(constraint -> parts.add(constraint.text()));
    return new WorldTask(useCase, String.join(" ", parts), goal, constraints, traits(goal));
  }

  private static Set<Trait> traits(Goal goal) {
    EnumSet<Trait> traits = EnumSet.noneOf(Trait.class);
    switch (goal) {
      case WorldTask.AnswerFromPassage _,
          WorldTask.Summarize _,
          WorldTask.Extract _,
          WorldTask.Swap _,
          WorldTask.Translate _ ->
          traits.add(Trait.CLOSED_DOMAIN);
      case WorldTask.Polite _ -> traits.addAll(Set.of(Trait.CLOSED_DOMAIN, Trait.SENSITIVE));
      case WorldTask.Classify(var _, List<String> labels, var _) when labels.equals(Goals.MOODS) ->
          traits.add(Trait.CLOSED_DOMAIN);
      case WorldTask.Refuse _ -> traits.add(Trait.SENSITIVE);
      case WorldTask.Reply(String topic) when topic.equals("rude") -> traits.add(Trait.SENSITIVE);
      case WorldTask.FalsePremise _ -> traits.add(Trait.FALSE_PREMISE);
      case WorldTask.Compare _, WorldTask.Advert _ -> traits.add(Trait.OPINION);
      case WorldTask.Continue _ -> traits.add(Trait.CONTINUATION_STYLE);
      case WorldTask.Clarify _ -> traits.add(Trait.AMBIGUOUS);
      default -> {}
    }
    return traits;
  }

  /// An answer of this quality.
  public String answer(WorldTask task, AnswerQuality quality, RandomGenerator random) {
    String good = good(task, random);
    Goal goal = task.goal();
    return switch (quality) {
      case GOOD -> good;
      case TERSE -> corruptions.terse(goal, good);
      case HEDGED -> corruptions.hedged(goal, good, random);
      case RAMBLING -> corruptions.rambling(good, random);
      case WRONG -> corruptions.wrong(goal, random);
      case RUDE -> corruptions.rude(good, random);
      case OFF_TASK -> offTask(task, random);
      case INVENTED -> corruptions.invented(goal, good, random);
    };
  }

  private String good(WorldTask task, RandomGenerator random) {
    String answer = "";
    for (int i = 0; i < TRIES; i++) {
      answer =
          FormatConstraints.keep(
              task.constraints(), task.goal(), answers.good(task.goal(), random));
      if (FormatConstraints.violated(task.constraints(), answer).isEmpty()) {
        return answer;
      }
    }
    return answer;
  }

  /// More prompts, as a page of questions goes on; or an answer to something else.
  private String offTask(WorldTask task, RandomGenerator random) {
    if (RandomChoice.chance(0.6, random)) {
      return random
          .ints(2 + random.nextInt(2), 0, Integer.MAX_VALUE)
          .mapToObj(i -> draw(task.useCase(), random).prompt())
          .collect(Collectors.joining("\n"));
    }
    Goal other = drawAny(random).goal();
    while (other.getClass().equals(task.goal().getClass())) {
      other = drawAny(random).goal();
    }
    return answers.good(other, random);
  }
}
