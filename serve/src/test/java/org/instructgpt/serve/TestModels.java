package org.instructgpt.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// Small models that have not learned anything.
public final class TestModels {
  /// Two thousand tokens, nearly all of them syllables, so that nearly each is text of its own.
  public static final Tokenizer WORDS = BpeTrainer.train(List.of("Hello", syllables()), 2000);

  private static String syllables() {
    var text = new StringBuilder();
    for (char first : "bcdfghjklmnprstvwz".toCharArray()) {
      for (char middle : "aeiou".toCharArray()) {
        for (char last : "bdfghklmnprstvwxz".toCharArray()) {
          text.append(' ').append(first).append(middle).append(last);
        }
      }
    }
    return text.toString();
  }

  private TestModels() {}

  public static GptConfig shape() {
    return new GptConfig(
        1, 8, 1, 256, WORDS.vocabularySize(), GptConfig.Activation.GELU, 1e-5, 0, 0);
  }

  /// An untrained model: its end of text is as unlikely as any other token, so answers are long.
  public static void language(Path models, String name, String stage, long seed)
      throws IOException {
    var folder = Files.createDirectories(models.resolve(name));
    try (var _ = Scope.open()) {
      var gpt = new Gpt(shape(), Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(seed));
      Checkpoint.save(gpt, WORDS, new Lineage(stage, Map.of(), Map.of()), folder);
    }
  }

  public static void reward(Path models, String name, long seed) throws IOException {
    var folder = Files.createDirectories(models.resolve(name));
    try (var _ = Scope.open()) {
      var model = new ScalarModel(shape(), Precision.FULL, Device.CPU);
      var body = new Gpt(shape(), Precision.FULL, Device.CPU);
      body.initialize(new Randomness(seed));
      model.initializeFrom(body, new Randomness(seed));
      Checkpoint.save(model, WORDS, new Lineage("reward", Map.of(), Map.of()), folder);
    }
  }
}
