package example;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.instructgpt.project.*;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.records.ImportSettings;
import org.instructgpt.records.Importer;

/// Trains a toy reward model on a handful of rankings and scores two answers with it.
class RewardModel {
  public static void main(String[] arguments) throws IOException {
    var data = Path.of("data");
    var clock = InstantSource.system();
    var workspace = Workspace.create(Path.of("workspace"));
    try (var store = workspace.store()) {
      new Importer(store, ImportSettings.at(clock.instant())).read(data.resolve("rankings.jsonl"));
    }
    var recipe = Recipe.read(data.resolve("recipe.yaml"));
    var options = RunOptions.quiet(clock);
    PretrainRun.of(recipe, data.resolve("texts")).train(workspace, options);
    RewardRun.of(recipe).withFrom("base").train(workspace, options);
    try (var model = RewardScorer.open(workspace.model("reward"))) {
      System.out.printf("polite: %.2f%n", model.score("May I come in?", "Yes, please do."));
      System.out.printf("rude: %.2f%n", model.score("May I come in?", "No, go away."));
    }
  }
}
