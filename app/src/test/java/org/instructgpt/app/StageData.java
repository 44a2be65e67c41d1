package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
}
