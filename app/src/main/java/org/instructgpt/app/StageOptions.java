package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.model.GptConfig;
import org.instructgpt.ppo.Settings;
import org.instructgpt.project.RunOptions;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.sft.Pretraining;
import org.instructgpt.sft.Sft;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What `pretrain`, `sft`, `reward` and `ppo` have in common.
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

  @Mixin private final MomentsOption moments = new MomentsOption();

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
    presets.put("pretrain", Pretraining.Settings.paper(size));
    presets.put("sft", Sft.Settings.paper(size));
    presets.put("supervised", Sft.Settings.supervised(size));
    presets.put("reward", RewardModeling.Settings.paper());
    presets.put("ppo", Settings.paper(size));
    return presets;
  }

  /// How the training is run.
  ///
  /// @throws IllegalArgumentException if the machine cannot do what the flags ask for
  RunOptions run(PrintWriter out, StopSignals stop) {
    return new RunOptions(
        hardware.precision(),
        moments.moments(),
        hardware.device(),
        fresh,
        replace,
        out,
        Terminal::progress,
        stop::heed,
        InstantSource.system());
  }

  String name(String preset) {
    return name == null ? preset : name;
  }
}
