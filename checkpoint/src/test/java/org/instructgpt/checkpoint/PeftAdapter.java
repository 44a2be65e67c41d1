package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Tensor;

/// Adapters in PEFT's layout, by loops: A (r, in) and B (out, r) of layers by their names.
final class PeftAdapter {
  static final double ALPHA = 3;

  private PeftAdapter() {}

  /// An adapter as PEFT writes it: A (r, in) and B (out, r) of each matrix of the blocks.
  static Map<String, double[][]> drawn(ObjectNode config, int rank) {
    var random = new Random(11);
    var drawn = new LinkedHashMap<String, double[][]>();
    ReferenceTensors.shapes(config)
        .forEach((name, shape) -> {
          if (shape.length == 2 && name.matches(".*(layers|h)\\.\\d+\\..*")) {
            boolean transposed = config.path("model_type").asText().equals("gpt2");
            long in = transposed ? shape[0] : shape[1];
            long out = transposed ? shape[1] : shape[0];
            drawn.put(
                name.replaceFirst("\\.weight$", ""),
                new double[][] {numbers(random, rank * in), numbers(random, rank * out)});
          }
        });
    return drawn;
  }

  static double[] numbers(Random random, long count) {
    return random.doubles(count).map(x -> (float) (0.3 * (x - 0.5))).toArray();
  }

  static void write(Path folder, Map<String, double[][]> adapter, int rank, String more)
      throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    adapter.forEach((name, both) -> {
      tensors.put(
          "base_model.model." + name + ".lora_A.weight",
          tensor(both[0], rank, both[0].length / rank));
      tensors.put(
          "base_model.model." + name + ".lora_B.weight",
          tensor(both[1], both[1].length / rank, rank));
    });
    Safetensors.write(folder.resolve("adapter_model.safetensors"), tensors, Map.of());
    Files.writeString(
        folder.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "org/model",
         "r": %d, "lora_alpha": %s, "target_modules": ["a"], "bias": "none"%s}
        """
            .formatted(rank, ALPHA, more));
  }

  static Tensor tensor(double[] values, long... shape) {
    return Tensor.of(values, shape).to(DType.FLOAT32);
  }

  /// The weights with `scale x B A` added.
  static Map<String, double[]> merged(
      ObjectNode config,
      Map<String, double[]> weights,
      Map<String, double[][]> adapter,
      int rank,
      double scale) {
    var merged = new LinkedHashMap<>(weights);
    boolean transposed = config.path("model_type").asText().equals("gpt2");
    adapter.forEach((name, both) -> {
      double[] w = weights.get(name + ".weight").clone();
      int in = both[0].length / rank;
      int out = both[1].length / rank;
      for (int o = 0; o < out; o++) {
        for (int i = 0; i < in; i++) {
          double sum = 0;
          for (int r = 0; r < rank; r++) {
            sum += both[1][o * rank + r] * both[0][r * in + i];
          }
          w[transposed ? i * out + o : o * in + i] += scale * sum;
        }
      }
      merged.put(name + ".weight", w);
    });
    return merged;
  }

  /// What a folder holds.
  static Map<String, double[][]> read(Path folder) throws IOException {
    var all = new LinkedHashMap<String, double[][]>();
    Safetensors.read(folder.resolve("adapter_model.safetensors"))
        .forEach((name, tensor) -> {
          var layer =
              name.replace("base_model.model.", "").replaceFirst("\\.lora_[AB]\\.weight$", "");
          all.computeIfAbsent(layer, _ -> new double[2][])[name.contains("lora_A") ? 0 : 1] =
              tensor.to(DType.FLOAT64).doubles();
        });
    return all;
  }
}
