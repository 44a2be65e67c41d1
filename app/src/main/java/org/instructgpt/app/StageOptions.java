package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.instructgpt.torch.Moments;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What `pretrain`, `sft`, `reward` and `ppo` have in common.
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class StageOptions {

  @Mixin final WorkspaceOption workspace = new WorkspaceOption();

  @Option(
      names = {"-r", "--recipe"},
      paramLabel = "FILE",
      description = "A YAML recipe, for example recipes/small.yaml; without one the paper's 1.3B.")
  @Nullable Path recipe;

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

  @Option(
      names = "--moments",
      defaultValue = "float32",
      paramLabel = "P",
      description =
          "How the optimizer keeps its two moments: float32 (${DEFAULT-VALUE}), or bfloat16, which"
              + " saves 4 bytes a parameter.")
  private String moments;

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
    if (recipe != null && !Files.isRegularFile(recipe)) {
      throw new IllegalArgumentException(
          "--recipe %s: there is no such file; expected YAML, such as recipes/small.yaml"
              .formatted(recipe));
    }
    var whole = (recipe == null ? Recipe.none() : Recipe.read(recipe)).with(assignments, stage);
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
        moments(),
        hardware.device(),
        fresh,
        replace,
        out,
        Terminal::progress,
        stop::heed,
        InstantSource.system());
  }

  private Moments moments() {
    try {
      return Moments.named(moments);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--moments: " + refused.getMessage(), refused);
    }
  }

  String name(String preset) {
    return name == null ? preset : name;
  }
}
