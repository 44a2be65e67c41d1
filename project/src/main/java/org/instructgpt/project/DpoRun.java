package org.instructgpt.project;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.dpo.Dpo;
import org.instructgpt.dpo.Preferences;
import org.instructgpt.files.Count;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.RunSettings;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.records.Split;
import org.instructgpt.reward.JudgedPrompt;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.reward.TokenizedRanking;
import org.instructgpt.torch.Scope;

/// Trains a supervised policy on the rankings of a workspace, by direct preference optimisation: in
/// the place of a reward model and reinforcement learning.
///
/// @param name of the model that is made
/// @param from the supervised policy: a name in the workspace or a folder
/// @param settings of the training
/// @param heldOut the splits whose rankings it is measured on
/// @param longPrompts what happens to prompts that are too long
/// @param most training rankings to learn from, drawn by the seed; all if there are no more
public record DpoRun(
    String name,
    String from,
    Dpo.Settings settings,
    List<Split> heldOut,
    LongPrompts longPrompts,
    int most) {
  private static final String STAGE = "dpo";

  /// Copies the list.
  ///
  /// @throws IllegalArgumentException if `most` is less than 1
  public DpoRun {
    heldOut = List.copyOf(heldOut);
    part(most);
  }

  private static Drawn part(int most) {
    return new Drawn(most, "--rankings", "ranking");
  }

  /// The policy `dpo`, made from `supervised`, measured on the validation and test splits.
  public static DpoRun of(Dpo.Settings settings) {
    return new DpoRun(
        STAGE,
        "supervised",
        settings,
        List.of(Split.VALIDATION, Split.TEST),
        LongPrompts.DROP,
        Integer.MAX_VALUE);
  }

  /// The same by a recipe's section `dpo`, over what the method's paper had.
  ///
  /// @throws IllegalArgumentException naming the key that is wrong and its line
  public static DpoRun of(Recipe recipe) {
    return of(recipe.settings(STAGE, Dpo.Settings.paper()));
  }

  /// The same under another name.
  public DpoRun withName(String other) {
    return new DpoRun(other, from, settings, heldOut, longPrompts, most);
  }

  /// The same from another policy: a name in the workspace or a folder.
  public DpoRun withFrom(String other) {
    return new DpoRun(name, other, settings, heldOut, longPrompts, most);
  }

  /// The same measured on other splits.
  public DpoRun withHeldOut(List<Split> splits) {
    return new DpoRun(name, from, settings, splits, longPrompts, most);
  }

  /// The same with another rule for long prompts.
  public DpoRun withLongPrompts(LongPrompts rule) {
    return new DpoRun(name, from, settings, heldOut, rule, most);
  }

  /// The same that learns from at most so many of the training rankings, drawn by the seed.
  public DpoRun withMost(int rankings) {
    return new DpoRun(name, from, settings, heldOut, longPrompts, rankings);
  }

  /// Trains, or goes on where the run was last saved.
  ///
  /// @return the folder of the model; empty if the training was stopped before its end
  /// @throws IllegalArgumentException if the model or rankings are missing or do not fit, or the
  ///   name is taken
  public Optional<Path> train(Workspace workspace, RunOptions options) throws IOException {
    var out = options.out();
    var parent = workspace.checkpoint(from, "--from", Checkpoint.Kind.LANGUAGE);
    var fitting = ContextFitter.to(parent, longPrompts, options);
    try (var run = TrainingRun.begin(workspace, options, STAGE, name);
        var _ = Scope.open()) {
      RewardModeling.Data rankings;
      try (var material = TrainingData.of(workspace, options)) {
        var records =
            RewardRecords.rankings(material, fitting, heldOut)
                .drawn(part(most), settings.seed(), out);
        records.tell(heldOut, out);
        records.noteLeftOut(run);
        rankings = records.data(fitting);
        run.learningFrom(material);
      }
      run.from("policy", "--from", parent).with(STAGE, settings);
      RewardRecords.noteRankings(rankings, run);
      fitting.tell(out, run);
      var data =
          new Dpo.Data(
              rankings.tokenizer(),
              preferences(rankings.training()),
              preferences(rankings.heldOut()));
      run.with("prompts", data.training().size());
      tell(data, out);
      var policy = new ModelsToTrain(options, fitting.ends(), settings.seed()).language(parent);
      var trainer = new Dpo(policy, data, settings, run.lineage());
      long tenth = Math.max(1, trainer.steps() / 10);
      var loop = new RunSettings(trainer.steps(), tenth, tenth, 2, null);
      return run.run(trainer, loop, List.of(HealthGates.finite()));
    }
  }

  private void tell(Dpo.Data data, PrintWriter out) {
    int prompts = data.training().size();
    if (prompts < settings.batchPrompts()) {
      out.println(
          "%s fewer than dpo.batch_prompts, %d: every step takes all of them"
              .formatted(Count.of(prompts, "prompt is", "prompts are"), settings.batchPrompts()));
    }
    long completions =
        data.training().stream().mapToLong(each -> each.completions().size()).sum()
            + data.heldOut().stream().mapToLong(each -> each.completions().size()).sum();
    out.println(
        "before the first step the log-probabilities of %s under %s are read once: they are the reference"
            .formatted(Count.of(completions, "completion"), from));
  }

  /// The preferences of each prompt, of all who ranked its completions.
  private static List<Preferences> preferences(List<TokenizedRanking> rankings) {
    return JudgedPrompt.of(rankings).stream()
        .map(judged -> new Preferences(judged.prompt(), judged.completions(), judged.pairs()))
        .toList();
  }
}
