package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.CarriedFiles;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// Files that the stages' tests learn from.
final class StageData {
  private StageData() {}

  /// Writes `recipe.yaml`, `text.txt`, `demonstrations.jsonl` and `rankings.jsonl`.
  ///
  /// @param count of demonstrations, and of rankings
  static void write(Path folder, String recipe, int count) throws IOException {
    Files.writeString(folder.resolve("recipe.yaml"), recipe);
    Files.writeString(
        folder.resolve("text.txt"), "The cat sat on the mat. The dog sat on it. ".repeat(60));
    var demonstrations = new StringBuilder();
    var rankings = new StringBuilder();
    for (int i = 0; i < count; i++) {
      demonstrations.append("{\"prompt\": \"Say %d\", \"completion\": \"the cat\"}\n".formatted(i));
      rankings.append(
          "{\"prompt\": \"Ask %d\", \"completions\": [\"a cat\", \"the dog\"], \"ranks\": [1, 2]}\n"
              .formatted(i));
    }
    Files.writeString(folder.resolve("demonstrations.jsonl"), demonstrations);
    Files.writeString(folder.resolve("rankings.jsonl"), rankings);
  }

  /// Writes a small model with a description and random weights.
  static Path model(Path folder, String description) throws IOException {
    var base = Files.createDirectory(folder.resolve("published"));
    Files.writeString(base.resolve("config.json"), description);
    try (var _ = Scope.open()) {
      var shape = Checkpoint.shape(base);
      var parameters = new Parameters(Gpt.shapes(shape), DType.FLOAT32, Device.CPU);
      var carried = CarriedFiles.of(Map.of("config.json", description));
      var gpt = new Gpt(shape, Precision.FULL, parameters, List.of(), carried);
      gpt.initialize(new Randomness(3));
      var tokenizer = BpeTrainer.train(List.of("The cat sat on the mat. The dog sat."), 280);
      Checkpoint.save(gpt, tokenizer, new Lineage("pretrain", Map.of(), Map.of()), base);
    }
    Files.delete(base.resolve(Lineage.FILE));
    return base;
  }
}
