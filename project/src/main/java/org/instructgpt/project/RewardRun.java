package org.instructgpt.project;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.RunSettings;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.records.Split;
import org.instructgpt.reward.CrossValidation;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.reward.RewardReport;
import org.instructgpt.torch.Scope;

/// Trains a reward model on the rankings of a workspace (step 2 of the paper), and measures it on
/// held-out ones.
///
/// @param name of the model that is made
/// @param from the model whose body it takes: a name in the workspace or a folder
/// @param settings of the training
/// @param heldOut the splits whose rankings it is measured on
/// @param longPrompts what happens to prompts that are too long
/// @param most training rankings to learn from, drawn by the seed; all if there are no more
public record RewardRun(
    String name,
    String from,
    RewardModeling.Settings settings,
    List<Split> heldOut,
    LongPrompts longPrompts,
    int most) {
  private static final String STAGE = "reward";

  /// Copies the list.
  ///
  /// @throws IllegalArgumentException if `most` is less than 1
  public RewardRun {
    heldOut = List.copyOf(heldOut);
    part(most);
  }

  private static Drawn part(int most) {
    return new Drawn(most, "--rankings", "ranking");
  }

  /// The reward model `reward`, made from `sft`, measured on the validation and test splits.
  public static RewardRun of(RewardModeling.Settings settings) {
    return new RewardRun(
        STAGE,
        "sft",
        settings,
        List.of(Split.VALIDATION, Split.TEST),
        LongPrompts.DROP,
        Integer.MAX_VALUE);
  }

  /// The same by a recipe's section `reward`, over what the paper had.
  ///
  /// @throws IllegalArgumentException naming the key that is wrong and its line
  public static RewardRun of(Recipe recipe) {
    return of(recipe.settings(STAGE, RewardModeling.Settings.paper()));
  }

  /// The same under another name.
  public RewardRun withName(String other) {
    return new RewardRun(other, from, settings, heldOut, longPrompts, most);
  }

  /// The same from another model: a name in the workspace or a folder.
  public RewardRun withFrom(String other) {
    return new RewardRun(name, other, settings, heldOut, longPrompts, most);
  }

  /// The same measured on other splits.
  public RewardRun withHeldOut(List<Split> splits) {
    return new RewardRun(name, from, settings, splits, longPrompts, most);
  }

  /// The same with another rule for long prompts.
  public RewardRun withLongPrompts(LongPrompts rule) {
    return new RewardRun(name, from, settings, heldOut, rule, most);
  }

  /// The same that learns from at most so many of the training rankings, drawn by the seed: what
  /// fewer would have given tells what more will give. The drawn are among those of any larger
  /// number.
  public RewardRun withMost(int rankings) {
    return new RewardRun(name, from, settings, heldOut, longPrompts, rankings);
  }

  /// Trains, or goes on where the run was last saved. What the model is worth on held-out rankings
  /// is told and written to `reports/NAME.json`.
  ///
  /// @return the folder of the model; empty if the training was stopped before its end
  /// @throws IllegalArgumentException if the model or rankings are missing or do not fit, or the
  ///   name is taken
  public Optional<Path> train(Workspace workspace, RunOptions options) throws IOException {
    var out = options.out();
    var parent = workspace.checkpoint(from, "--from");
    var fitting = ContextFitter.to(parent, longPrompts, options);
    try (var run = TrainingRun.begin(workspace, options, STAGE, name)) {
      RewardModeling.Data data;
      try (var material = TrainingData.of(workspace, options)) {
        var records = records(material, fitting, out);
        records.noteLeftOut(run);
        data = records.data(fitting);
        run.learningFrom(material);
      }
      run.from("body", "--from", parent).with(STAGE, settings);
      RewardRecords.note(data, run);
      fitting.tell(out, run);
      var made = trained(parent, data, run, options);
      if (made.isPresent() && !data.heldOut().isEmpty() && options.ranks().isFirst()) {
        report(workspace, made.get(), data, options);
      }
      return made;
    }
  }

  private RewardRecords records(TrainingData material, ContextFitter fitting, PrintWriter out) {
    var records =
        RewardRecords.of(material, fitting, heldOut).drawn(part(most), settings.seed(), out);
    records.tell(heldOut, out);
    return records;
  }

  /// Trains in a scope of its own: the memory of the training is free when this returns.
  private Optional<Path> trained(
      Path parent, RewardModeling.Data data, TrainingRun run, RunOptions options)
      throws IOException {
    try (var _ = Scope.open()) {
      var model = new ModelsToTrain(options, Set.of(), settings.seed()).reward(parent);
      var trainer = new RewardModeling(model, data, settings, run.lineage(), options.ranks());
      run.with("prompts", trainer.prompts());
      if (trainer.prompts() < settings.batchPrompts()) {
        options
            .out()
            .println(
                "%s fewer than reward.batch_prompts, %d: every step takes all of them"
                    .formatted(
                        Count.of(trainer.prompts(), "prompt is", "prompts are"),
                        settings.batchPrompts()));
      }
      long tenth = Math.max(1, trainer.steps() / 10);
      var loop = new RunSettings(trainer.steps(), tenth, tenth, 2, null);
      return run.run(trainer, loop, List.of(HealthGates.finite()));
    }
  }

  private void report(Workspace workspace, Path made, RewardModeling.Data data, RunOptions options)
      throws IOException {
    RewardReport report;
    try (var _ = Scope.open()) {
      var model = Checkpoint.loadRewardModel(made, options.precision(), options.device());
      report = RewardReport.of(model, data.heldOut(), settings.microBatchTokens());
    }
    AtomicFiles.write(workspace.reports().resolve(name + ".json"), report.json());
    options.out().print(report.table());
    options.out().flush();
  }

  /// The accuracy over 5 groups of labelers, each left out in turn (appendix E.2), instead of a
  /// model. It is also written to `reports/NAME-folds.json`.
  ///
  /// @param seeds how many models are trained for each group; the paper: 3
  public CrossValidation crossValidate(Workspace workspace, RunOptions options, int seeds)
      throws IOException {
    var out = options.out();
    var parent = workspace.checkpoint(from, "--from");
    var fitting = ContextFitter.to(parent, longPrompts, options);
    OutputFile.checkFolder(workspace.reports(), "--workspace " + workspace.root());
    RewardModeling.Data data;
    try (var material = TrainingData.of(workspace, options)) {
      var records = records(material, fitting, out);
      data = records.data(fitting);
    }
    fitting.losses().ifPresent(out::println);
    var found =
        CrossValidation.of(
            new CrossValidation.Data(data.training(), data.heldOut()),
            CrossValidation.FOLDS,
            LongStream.rangeClosed(1, seeds).boxed().toList(),
            (rankings, seed) -> {
              var fold = new RewardModeling.Data(data.tokenizer(), rankings, List.of(), List.of());
              return trained(parent, fold, seed, options);
            },
            settings.microBatchTokens());
    AtomicFiles.write(workspace.reports().resolve(name + "-folds.json"), json(found));
    return found;
  }

  private ScalarModel trained(
      Path parent, RewardModeling.Data data, long seed, RunOptions options) {
    try {
      var model = new ModelsToTrain(options, Set.of(), seed).reward(parent);
      var lineage = new Lineage(STAGE, Map.of(), Map.of());
      var trainer = new RewardModeling(model, data, settings, lineage);
      for (long step = 0; step < trainer.steps(); step++) {
        var _ = trainer.step(step);
      }
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String json(CrossValidation found) {
    var all = JsonNodeFactory.instance.objectNode();
    all.putObject("same_labelers")
        .put("value", found.sameLabelers().value())
        .put("error", found.sameLabelers().error());
    all.putObject("other_labelers")
        .put("value", found.otherLabelers().value())
        .put("error", found.otherLabelers().error());
    return all.toPrettyString() + "\n";
  }
}
