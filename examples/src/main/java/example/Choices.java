package example;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.model.*;
import org.instructgpt.ppo.Settings;
import org.instructgpt.project.*;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.reward.*;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.*;

/// What can be chosen; the pieces that docs/java-api.md explains.
class Choices {
  static void models(Workspace workspace, Recipe recipe, RunOptions options) throws IOException {
    var policy =
        PpoRun.of(recipe, Path.of("texts"))
            .withName("ppo-2")
            .withFrom("/models/supervised") // a model of the workspace, or a folder
            .withRewardModel("reward-2")
            .withSaving(new PpoRun.Saving(10, 50)); // checkpoint, snapshot: iterations
    var made = policy.train(workspace, options);
    System.out.println(made.map(Path::toString).orElse("stopped; the same call goes on"));
  }

  static void settings(Path file) throws IOException {
    var preset = Settings.paper(GptConfig.Size.XL); // the paper's 1.3B
    var plain = Recipe.read(file).with(List.of("ptx.coefficient=0"), "ppo");
    var settings = plain.settings("ppo", preset);
    var policy = PpoRun.of(settings);
  }

  static RunOptions options(StopFlag stop) {
    return new RunOptions(
        Precision.named("auto", Device.CPU),
        Adapter.Settings.OFF, // or new Adapter.Settings(16, 32, List.of()): LoRA of rank 16
        0, // the model's own context; or the most tokens of a prompt with its response
        MemorySaving.NONE, // or activations computed again, or moments in bfloat16
        false, // from labelers alone, not from what customers said of answers
        Device.named("cpu"),
        Ranks.alone(), // one process; or what Rendezvous.join gives each of several
        RunOptions.Existing.RESUMED, // go on with a run, refuse a name that is taken
        new PrintWriter(System.out, true),
        (task, unit) -> ProgressLines.bar(task, unit, System.err),
        () -> stop, // stop.request() from another thread ends the training at the next step
        InstantSource.system());
  }

  static void byHand(
      ScalarModel model, RewardModeling.Data data, RewardModeling.Settings settings, Path folder)
      throws IOException {
    var lineage = new Lineage("reward", Map.of(), Map.of());
    try (var _ = Scope.open()) { // frees what it made
      var trainer = new RewardModeling(model, data, settings, lineage);
      for (long step = 0; step < trainer.steps(); step++) {
        System.out.println(trainer.step(step).get("loss"));
      }
      trainer.export(folder, Map.of());
    }
  }
}
