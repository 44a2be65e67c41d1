package example;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.instructgpt.project.*;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.records.ImportSettings;
import org.instructgpt.records.Importer;

/// Trains all models of the paper on a handful of demonstrations and rankings.
class WholePaper {
  public static void main(String[] arguments) throws IOException {
    try (var store = Workspace.create(Path.of("workspace")).store()) {
      var importer = new Importer(store, ImportSettings.at(InstantSource.system().instant()));
      importer.read(Path.of("data/demonstrations.jsonl"));
      importer.read(Path.of("data/rankings.jsonl"));
    }

    var workspace = Workspace.open(Path.of("workspace"));
    var recipe = Recipe.read(Path.of("data/recipe.yaml"));
    var options = RunOptions.quiet(InstantSource.system());
    var texts = Path.of("data/texts");

    PretrainRun.of(recipe, texts).train(workspace, options); // models/base
    SftRun.baseline(recipe).train(workspace, options); // models/sft
    RewardRun.of(recipe).train(workspace, options); // models/reward
    SftRun.start(recipe, texts).train(workspace, options); // models/supervised
    PpoRun.of(recipe, texts).train(workspace, options); // models/ppo

    try (var model = RewardScorer.open(workspace.model("reward"))) {
      System.out.printf("score: %.2f%n", model.score("May I come in?", "Yes, please do."));
    }
  }
}
