package org.instructgpt.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// A model whose every answer is known: its layer adds nothing, the embedding of each position is
/// that of the token that follows there, and the logits are so far apart that sampling finds no
/// other.
final class ScriptedModel {
  private static final int WIDTH = 32;
  private static final int CONTEXT = 512;
  private static final int VOCABULARY = 50_258;

  /// How much more a position says than the token that stands there.
  private static final float LOUD = 100;

  private ScriptedModel() {}

  /// Saves one that answers a prompt, and others of as many tokens, with a text.
  static void save(Path folder, Lineage lineage, String prompt, String answer) throws IOException {
    Files.createDirectories(folder);
    var tokenizer = Tokenizers.gpt2();
    int begin = PromptTemplate.DEFAULT.prompt(tokenizer, prompt).length - 1;
    int[] tokens = PromptTemplate.DEFAULT.response(tokenizer, answer);
    var words = words();
    var positions = new float[CONTEXT * WIDTH];
    for (int i = 0; i < tokens.length; i++) {
      for (int d = 0; d < WIDTH; d++) {
        positions[(begin + i) * WIDTH + d] = LOUD * words[tokens[i] * WIDTH + d];
      }
    }
    var shape =
        new GptConfig(1, WIDTH, 1, CONTEXT, VOCABULARY, GptConfig.Activation.GELU, 1e-5, 0, 0);
    try (var _ = Scope.open()) {
      var gpt = new Gpt(shape, Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(1));
      var byName = gpt.parameters().byName();
      Scope.constant(() ->
          byName.forEach((name, tensor) -> {
            switch (name) {
              case "wte.weight" -> tensor.copy_(Tensor.of(words, VOCABULARY, WIDTH));
              case "wpe.weight" -> tensor.copy_(Tensor.of(positions, CONTEXT, WIDTH));
              case "ln_f.weight" -> tensor.fill_(LOUD);
              default -> {
                if (tensor.rank() == 2) {
                  tensor.fill_(0);
                }
              }
            }
          }));
      Checkpoint.save(gpt, tokenizer, lineage, folder);
    }
  }

  /// An embedding of each token: of mean 0 and length 1, so that the product with itself is the
  /// largest.
  private static float[] words() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    var words = new float[VOCABULARY * WIDTH];
    for (int token = 0; token < VOCABULARY; token++) {
      var row = random.doubles(WIDTH, -1, 1).toArray();
      double mean = Arrays.stream(row).average().orElse(0);
      double length = Math.sqrt(Arrays.stream(row).map(x -> (x - mean) * (x - mean)).sum());
      for (int d = 0; d < WIDTH; d++) {
        words[token * WIDTH + d] = (float) ((row[d] - mean) / length);
      }
    }
    return words;
  }
}
