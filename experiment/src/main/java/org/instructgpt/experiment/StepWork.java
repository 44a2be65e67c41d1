package org.instructgpt.experiment;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.model.GptConfig;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.sft.Pretraining;
import org.instructgpt.sft.Sft;

/// How much work the steps of an [Experiment] are: for the plan of its time, and for what is left.
///
/// The unit is a token of the base model's pretraining. How long that takes differs from machine to
/// machine, how many of them a step is worth hardly does; the factors are those of a demo of the
/// small size on two cores of a Zen 4 (NOTEBOOK.md).
///
/// @param size of the experiment
/// @param recipe of its trainings
record StepWork(ExperimentSize size, Recipe recipe) {
  /// What a token costs besides its parameters' operations, as many of them.
  private static final double OVERHEAD_PARAMETERS = 6.3e5;

  private static final double WORD = 0.03;
  private static final double PROMPT = 5;
  private static final double DEMONSTRATION = 80;
  private static final double MIXED_DEMONSTRATION = 115;
  private static final double RANKING = 290;
  private static final double LEARNED_RANKING = 276;
  private static final double SCORED_RANKING = 92;

  /// How often a training of a reward model scores the rankings that are held out.
  private static final int EVALUATIONS = 11;

  private static final double EPISODE = 270;
  private static final double MIXED_EPISODE = 375;
  private static final double ANSWER = 60;

  /// The shape of a base model.
  ///
  /// @param overrides of the recipe and of this size
  GptConfig shape(List<String> overrides) {
    return recipe
        .with(sections(overrides), "pretrain")
        .settings("model", GptConfig.paper(GptConfig.Size.XL));
  }

  /// The settings of its pretraining.
  Pretraining.Settings pretraining(List<String> overrides) {
    return recipe
        .with(sections(overrides), "pretrain")
        .settings("pretrain", Pretraining.Settings.paper(GptConfig.Size.XL));
  }

  private List<String> sections(List<String> more) {
    var all = new ArrayList<>(size.overrides("model"));
    all.addAll(size.overrides("pretrain"));
    all.addAll(more);
    return all;
  }

  /// The documents of the world.
  double world() {
    return WORD * size.words();
  }

  /// The prompts of customers and labelers.
  double prompts() {
    return PROMPT * (size.asked() + size.written());
  }

  /// A base model with its reading.
  double pretrain(List<String> overrides) {
    var shape = shape(overrides);
    var settings = pretraining(overrides);
    return (double) settings.steps() * settings.batchSize() * shape.context() * relative(shape);
  }

  /// The work of a token relative to the base model's.
  private double relative(GptConfig shape) {
    return (OVERHEAD_PARAMETERS + shape.parameters())
        / (OVERHEAD_PARAMETERS + shape(List.of()).parameters());
  }

  /// The SFT model.
  double sft() {
    return DEMONSTRATION * demonstrations() * epochs("sft");
  }

  /// A start of reinforcement learning.
  ///
  /// @param shape overrides of its base model
  double supervised(List<String> shape) {
    return MIXED_DEMONSTRATION * demonstrations() * epochs("supervised") * relative(shape(shape));
  }

  /// The baseline of public tasks.
  double skills() {
    return DEMONSTRATION * 2 * 4 * size.demonstrations();
  }

  private int demonstrations() {
    return size.demonstrations() + size.written();
  }

  /// The epochs of a supervised training, `sft` or `supervised`.
  int epochs(String section) {
    return recipe
        .with(size.overrides(section), section)
        .settings(section, Sft.Settings.paper(GptConfig.Size.XL))
        .epochs();
  }

  /// Outputs and their rankings.
  double rankings() {
    return RANKING * (size.rankings() + size.heldOutRankings());
  }

  /// A reward model.
  ///
  /// @param rankings that it learns from
  /// @param epochs over them
  double reward(int rankings, double epochs) {
    return LEARNED_RANKING * rankings * epochs
        + SCORED_RANKING * EVALUATIONS * size.heldOutRankings();
  }

  /// PPO, or PPO-ptx.
  ///
  /// @param episodes relative to the size's
  double ppo(boolean mixed, double episodes) {
    return (mixed ? MIXED_EPISODE : EPISODE) * size.episodes() * episodes;
  }

  /// The small PPO-ptx.
  double smallPpo() {
    return ppo(true, 0.5) * relative(shape(size.smaller()));
  }

  /// Answers of models and their measurement.
  ///
  /// @param models how many
  /// @param prompts that each answers
  double answers(int models, int prompts) {
    return ANSWER * models * prompts;
  }
}
