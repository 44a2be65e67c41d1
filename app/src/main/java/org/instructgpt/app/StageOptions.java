package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.cost.DataLengths;
import org.instructgpt.cost.MemoryPlan;
import org.instructgpt.dpo.Dpo;
import org.instructgpt.model.Adapter;
import org.instructgpt.model.GptConfig;
import org.instructgpt.ppo.Settings;
import org.instructgpt.project.Progress;
import org.instructgpt.project.RunOptions;
import org.instructgpt.project.Workspace;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.sft.Pretraining;
import org.instructgpt.sft.Sft;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What `pretrain`, `sft`, `reward`, `ppo` and `dpo` have in common.
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class StageOptions {

  @Mixin final WorkspaceOption workspace = new WorkspaceOption();

  @Mixin private final RecipeOption recipe = new RecipeOption();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting over the recipe's; may be given several times.")
  List<String> assignments = new ArrayList<>();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The name of the model that is made, in DIR/models.")
  @Nullable String name;

  @Mixin final Hardware hardware = new Hardware();

  @Mixin private final MemorySavingOption saving = new MemorySavingOption();

  @Mixin private final ContextOption context = new ContextOption();

  @Mixin final RanksOption ranks = new RanksOption();

  @Mixin private final MemoryOption memory = new MemoryOption();

  @Option(
      names = "--new",
      description =
          "Start a new run where one that has not ended could be resumed. To resume the new one, leave"
              + " this out.")
  boolean fresh;

  @Option(
      names = "--replace",
      description = "Let the model that is made take the place of one of the same name.")
  boolean replace;

  /// The recipe with the flags over it, all its sections checked: a misspelt key of a later stage
  /// must not wait for its turn, hours later.
  Recipe recipe(String stage) throws IOException {
    var whole = recipe.read().with(assignments, stage);
    var problems = new ArrayList<String>();
    presets()
        .forEach((section, preset) -> {
          try {
            var _ = whole.settings(section, preset);
          } catch (IllegalArgumentException refused) {
            problems.add(refused.getMessage());
          }
        });
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    return whole;
  }

  private static Map<String, Record> presets() {
    var size = GptConfig.Size.XL;
    var presets = new LinkedHashMap<String, Record>();
    presets.put("model", GptConfig.paper(size));
    presets.put("adapter", Adapter.Settings.OFF);
    presets.put("pretrain", Pretraining.Settings.paper(size));
    presets.put("sft", Sft.Settings.paper(size));
    presets.put("supervised", Sft.Settings.supervised(size));
    presets.put("reward", RewardModeling.Settings.paper());
    presets.put("ppo", Settings.paper(size));
    presets.put("dpo", Dpo.Settings.paper());
    return presets;
  }

  /// Pretraining, fitted into `--memory` if that is given.
  FittedTraining pretraining(PrintWriter out) throws IOException {
    var whole = recipe("pretrain");
    var shape = whole.settings("model", GptConfig.paper(GptConfig.Size.XL));
    return memory.bytes().isEmpty()
        ? new FittedTraining(whole, Adapter.Settings.OFF, saving.saving())
        : fitted("pretrain", whole, shape, DataLengths.paper(), out);
  }

  /// A training that begins with a model, fitted into `--memory` if that is given.
  ///
  /// @param from the model: a name in the workspace or a folder
  FittedTraining training(String section, Workspace opened, String from, PrintWriter out)
      throws IOException {
    var whole = recipe(section);
    if (memory.bytes().isEmpty()) {
      return new FittedTraining(whole, adapter(whole), saving.saving());
    }
    var parent = opened.checkpoint(from, "--from");
    var shape = context.of(Checkpoint.shape(parent));
    return fitted(section, whole, shape, FittedTraining.data(opened, parent, shape.context()), out);
  }

  private FittedTraining fitted(
      String section, Recipe whole, GptConfig shape, DataLengths data, PrintWriter out) {
    double bytes = memory.bytes().orElseThrow();
    var plan = new MemoryPlan(whole, shape, hardware.precision(), data);
    var fit = plan.fit(section, saving.saving(), bytes, hardware.device());
    out.println(fit.words());
    var adapter = section.equals("pretrain") ? Adapter.Settings.OFF : adapter(whole);
    return new FittedTraining(whole.with(fit.settings(), section), adapter, fit.saving());
  }

  private static Adapter.Settings adapter(Recipe whole) {
    return whole.settings("adapter", Adapter.Settings.OFF);
  }

  /// How the training is run.
  ///
  /// @param fitted what it does without
  /// @throws IllegalArgumentException if the machine cannot do what the flags ask for
  RunOptions run(FittedTraining fitted, PrintWriter out, StopSignals stop) {
    var together = ranks.join(hardware.precision());
    boolean speaks = together.isFirst();
    return new RunOptions(
        hardware.precision(),
        fitted.adapter(),
        context.tokens(),
        fitted.saving(),
        false,
        hardware.device(),
        together,
        new RunOptions.Existing(fresh, replace),
        speaks ? out : new PrintWriter(PrintWriter.nullWriter()),
        speaks ? Terminal::progress : Progress.NONE,
        stop::heed,
        InstantSource.system());
  }

  String name(String preset) {
    return name == null ? preset : name;
  }
}
