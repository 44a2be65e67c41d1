package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.Sequences;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A small random checkpoint of every family against [ReferenceDecoder].
class FamilyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Tokenizer TOKENIZER =
      BpeTrainer.train(List.of("the cat sat on the mat"), 270);
  private static final double ERROR = 5e-5;

  private static final String LLAMA =
      """
      "vocab_size": 270, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 3,
      "num_attention_heads": 4, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
      "initializer_range": 0.02, "use_cache": true, "torch_dtype": "float32", "bos_token_id": 1
      """;

  /// What the files of a family say, by a name for the test.
  static Stream<String> families() {
    return CONFIGS.keySet().stream();
  }

  private static final Map<String, String> CONFIGS = new LinkedHashMap<>();

  private static void llama(String name, String type, String more) {
    CONFIGS.put(name, "{\"model_type\": \"%s\", %s, %s}".formatted(type, LLAMA, more));
  }

  static {
    var gpt2 =
        """
        {"model_type": "gpt2", "vocab_size": 270, "n_embd": 24, "n_head": 3, "n_layer": 2,
         "n_positions": 64, "layer_norm_epsilon": 1e-5, "activation_function": "%s", %s}
        """;
    CONFIGS.put("gpt2", gpt2.formatted("gelu_new", "\"n_inner\": null"));
    CONFIGS.put("gpt2, inner", gpt2.formatted("relu", "\"n_inner\": 50"));
    CONFIGS.put("gpt2, untied", gpt2.formatted("silu", "\"tie_word_embeddings\": false"));
    CONFIGS.put("gpt2, quick", gpt2.formatted("quick_gelu", "\"n_inner\": 30"));
    var neox =
        """
        {"model_type": "gpt_neox", "vocab_size": 270, "hidden_size": 32, "num_attention_heads": 2,
         "num_hidden_layers": 3, "intermediate_size": 70, "max_position_embeddings": 64,
         "layer_norm_eps": 1e-5, "hidden_act": "gelu", "rotary_pct": 0.25, "rotary_emb_base": 10000,
         "tie_word_embeddings": false, "use_parallel_residual": %s}
        """;
    CONFIGS.put("pythia", neox.formatted(true));
    CONFIGS.put("neox, serial", neox.formatted(false));
    llama("llama 2", "llama", "\"hidden_act\": \"silu\", \"tie_word_embeddings\": false");
    llama(
        "llama 3.2",
        "llama",
        """
        "num_key_value_heads": 2, "head_dim": 8, "rope_theta": 500000.0, "tie_word_embeddings": true,
        "attention_bias": true, "mlp_bias": true, "rope_scaling": {"rope_type": "llama3",
          "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 16}
        """);
    llama(
        "linear",
        "llama",
        "\"rope_scaling\": {\"type\": \"linear\", \"rope_type\": \"linear\", \"factor\": 4.0}");
    llama(
        "yarn",
        "llama",
        """
        "head_dim": 16, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
          "original_max_position_embeddings": 512}
        """);
    llama("smollm 2", "llama", "\"num_key_value_heads\": 1, \"tie_word_embeddings\": true");
    llama(
        "smollm 3",
        "smollm3",
        "\"num_key_value_heads\": 2, \"no_rope_layers\": [1, 0, 1], \"rope_theta\": 5000000.0");
    llama("mistral", "mistral", "\"num_key_value_heads\": 2, \"sliding_window\": 5");
    llama(
        "qwen 2",
        "qwen2",
        """
        "num_key_value_heads": 2, "use_sliding_window": true, "sliding_window": 4,
        "max_window_layers": 1, "tie_word_embeddings": true
        """);
    llama("qwen 3", "qwen3", "\"num_key_value_heads\": 2, \"head_dim\": 10, \"rope_theta\": 1e6");
    llama(
        "gemma 2",
        "gemma2",
        """
        "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 6, "query_pre_attn_scalar": 9,
        "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0,
        "hidden_activation": "gelu_pytorch_tanh"
        """);
    llama(
        "gemma 3",
        "gemma3_text",
        """
        "num_key_value_heads": 1, "head_dim": 8, "sliding_window": 6, "query_pre_attn_scalar": 9,
        "sliding_window_pattern": 3, "rope_local_base_freq": 100.0, "rope_theta": 5000.0,
        "rope_scaling": {"rope_type": "linear", "factor": 2.0}
        """);
    llama("olmo 2", "olmo2", "\"num_key_value_heads\": 2, \"rope_theta\": 500000.0");
    llama("phi 3", "phi3", "\"num_key_value_heads\": 2, \"sliding_window\": 7");
    llama(
        "phi 3.5",
        "phi3",
        """
        "head_dim": 8, "original_max_position_embeddings": 32, "partial_rotary_factor": 0.5,
        "rope_scaling": {"rope_type": "longrope", "short_factor": [1.0, 1.5],
          "long_factor": [2.0, 4.0]}
        """);
  }

  @TempDir Path folder;
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static ObjectNode config(String family) throws IOException {
    return (ObjectNode) JSON.readTree(CONFIGS.get(family));
  }

  /// Weights large enough that everything matters.
  private static Map<String, double[]> weights(ObjectNode config) {
    var random = new Random(7);
    boolean gemma = config.path("model_type").asText().startsWith("gemma");
    var weights = new LinkedHashMap<String, double[]>();
    ReferenceTensors.shapes(config)
        .forEach((name, shape) -> {
          int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
          boolean norm = name.matches(".*(norm|ln_.)\\.weight");
          var values = new double[count];
          for (int i = 0; i < count; i++) {
            double draw = random.nextGaussian();
            values[i] = (float) (norm ? (gemma ? 0 : 1) + 0.3 * draw : 0.25 * draw);
          }
          weights.put(name, values);
        });
    return weights;
  }

  private ReferenceDecoder write(String family) throws IOException {
    var config = config(family);
    var weights = weights(config);
    write(folder, config, weights);
    return new ReferenceDecoder(config, weights);
  }

  private static void write(Path folder, ObjectNode config, Map<String, double[]> weights)
      throws IOException {
    Files.writeString(folder.resolve(CheckpointFiles.CONFIG), JSON.writeValueAsString(config));
    var tensors = new LinkedHashMap<String, Tensor>();
    var shapes = ReferenceTensors.shapes(config);
    weights.forEach((name, values) -> {
      var floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      long[] shape = shapes.containsKey(name) ? shapes.get(name) : new long[] {1, values.length};
      tensors.put(name, Tensor.of(floats, shape));
    });
    Safetensors.write(folder.resolve(CheckpointFiles.WEIGHTS), tensors, Map.of("format", "pt"));
    TOKENIZER.saveAll(folder);
  }

  private Gpt load() throws IOException {
    return Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
  }

  private static int[] row(int length, int seed) {
    return new Random(seed).ints(length, 0, 270).toArray();
  }

  private static double[] next(ReferenceDecoder reference, int[] row) {
    double[][] all = reference.logProbs(row);
    var chosen = new double[row.length - 1];
    Arrays.setAll(chosen, t -> all[t][row[t + 1]]);
    return chosen;
  }

  @ParameterizedTest
  @MethodSource("families")
  void logProbabilitiesAreThoseOfTheLoops(String family) throws IOException {
    var reference = write(family);
    int[] row = row(20, 1);
    var gpt = load();
    var logits = gpt.logits(gpt.hidden(Tensor.of(row, 1, 20), Dropout.NONE).view(20, -1));
    double[] ours = logits.logSoftmax(-1).doubles();
    double[][] expected = reference.logProbs(row);
    for (int t = 0; t < row.length; t++) {
      assertThat(Arrays.copyOfRange(ours, 270 * t, 270 * (t + 1)))
          .as("position %d", t)
          .containsExactly(expected[t], within(ERROR));
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void theyAreTheSameBesidePaddingAndBesideOtherLengths(String family) throws IOException {
    var reference = write(family);
    var gpt = load();
    var padded = new int[2 * 20];
    System.arraycopy(row(20, 1), 0, padded, 0, 20);
    System.arraycopy(row(9, 2), 0, padded, 20, 9);
    var logits = gpt.logits(gpt.hidden(Tensor.of(padded, 2, 20), Dropout.NONE).view(40, -1));
    double[] all = logits.logSoftmax(-1).doubles();
    double[][] expected = reference.logProbs(row(9, 2));
    for (int t = 0; t < 9; t++) {
      int from = 270 * (20 + t);
      assertThat(Arrays.copyOfRange(all, from, from + 270))
          .containsExactly(expected[t], within(ERROR));
    }
    var prompts = List.of(row(3, 3), row(3, 3), row(11, 4), row(1, 5));
    var responses = List.of(row(6, 6), row(2, 7), row(4, 8), row(13, 9));
    double[] mixed =
        LogProbs.ofResponses(gpt, Sequences.of(prompts, responses, Device.CPU), 1.0, Dropout.NONE)
            .doubles();
    int n = 0;
    for (int b = 0; b < prompts.size(); b++) {
      int[] prompt = prompts.get(b);
      int[] whole = Arrays.copyOf(prompt, prompt.length + responses.get(b).length);
      System.arraycopy(responses.get(b), 0, whole, prompt.length, responses.get(b).length);
      double[] wanted = next(reference, whole);
      for (int t = prompt.length - 1; t < wanted.length; t++) {
        assertThat(mixed[n++]).isCloseTo(wanted[t], within(ERROR));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void theyAreTheSameThroughTheCache(String family) throws IOException {
    var reference = write(family);
    var gpt = load();
    var settings = new Sampler.Settings(10, 1.0, 3, 8, true);
    var prompts = List.of(row(12, 1), row(2, 2), row(7, 3));
    for (var rows : List.of(prompts, prompts.subList(0, 1))) {
      var sampled = new Sampler(gpt, -1, settings).sample(rows, 0);
      for (int b = 0; b < rows.size(); b++) {
        int[] prompt = rows.get(b);
        int[] tokens = sampled.get(b).tokens();
        int[] whole = Arrays.copyOf(prompt, prompt.length + tokens.length);
        System.arraycopy(tokens, 0, whole, prompt.length, tokens.length);
        double[] expected = next(reference, whole);
        for (int t = 0; t < tokens.length; t++) {
          assertThat((double) sampled.get(b).logProbs()[t])
              .isCloseTo(expected[prompt.length - 1 + t], within(ERROR));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void whatWasReadIsWrittenWithTheSameBytes(String family) throws IOException {
    write(family);
    var again = Files.createDirectory(folder.resolve("again"));
    Checkpoint.save(load(), TOKENIZER, new Lineage("sft", Map.of(), Map.of()), again);
    assertThat(again.resolve(CheckpointFiles.WEIGHTS))
        .hasSameBinaryContentAs(folder.resolve(CheckpointFiles.WEIGHTS));
    assertThat(Checkpoint.shape(again)).isEqualTo(Checkpoint.shape(folder));
  }

  @ParameterizedTest
  @MethodSource("families")
  void severalFilesAreReadAsOne(String family) throws IOException {
    var config = config(family);
    write(folder, config, weights(config));
    var whole = load();
    var sharded = Files.createDirectory(folder.resolve("sharded"));
    Files.copy(folder.resolve(CheckpointFiles.CONFIG), sharded.resolve(CheckpointFiles.CONFIG));
    var tensors = Safetensors.read(folder.resolve(CheckpointFiles.WEIGHTS));
    var map = JSON.createObjectNode();
    var names = new ArrayList<>(tensors.keySet());
    for (int shard = 0; shard < 3; shard++) {
      var file = "model-0000%d-of-00003.safetensors".formatted(shard + 1);
      var some = new LinkedHashMap<String, Tensor>();
      for (int i = shard; i < names.size(); i += 3) {
        some.put(names.get(i), tensors.get(names.get(i)));
        map.put(names.get(i), file);
      }
      Safetensors.write(sharded.resolve(file), some, Map.of("format", "pt"));
    }
    var index = JSON.createObjectNode();
    index.putObject("metadata").put("total_size", 1);
    index.set("weight_map", map);
    Files.writeString(sharded.resolve(WeightFiles.INDEX), JSON.writeValueAsString(index));
    var together = Checkpoint.loadLanguageModel(sharded, Precision.FULL, Device.CPU);
    assertThat(together.parameters().flat().sameBits(whole.parameters().flat())).isTrue();
  }

  /// The slope of the loops' mean log-probability in a random direction, against the gradient; the
  /// kinks of ReLU cost a quarter of a percent.
  @ParameterizedTest
  @MethodSource("families")
  void gradientsAreTheSlopesOfTheLoops(String family) throws IOException {
    write(family);
    var gpt = load();
    int[] row = row(20, 1);
    var parameters = gpt.parameters().train();
    LogProbs.ofNext(
            gpt,
            Tensor.of(Arrays.copyOf(row, 19), 1, 19),
            Tensor.of(Arrays.copyOfRange(row, 1, 20), 1, 19),
            Dropout.NONE)
        .mean()
        .backward();
    var direction = Tensor.empty(DType.FLOAT32, parameters.flat().count());
    Scope.constant(() -> direction.normal_(0, 1, new Randomness(5)));
    double expected = parameters.gradient().mul(direction).sum().item();
    double step = 1e-4;
    var means = new double[2];
    for (int i = 0; i < 2; i++) {
      double moved = i == 0 ? step : -2 * step;
      Scope.constant(() -> parameters.flat().add_(direction, moved));
      var place = Files.createDirectory(folder.resolve("moved" + i));
      Checkpoint.save(gpt, TOKENIZER, new Lineage("sft", Map.of(), Map.of()), place);
      var weights = new LinkedHashMap<String, double[]>();
      Safetensors.read(place.resolve(CheckpointFiles.WEIGHTS))
          .forEach((name, tensor) -> weights.put(name, tensor.to(DType.FLOAT64).doubles()));
      double[] chosen = next(new ReferenceDecoder(config(family), weights), row);
      means[i] = Arrays.stream(chosen).average().orElseThrow();
    }
    double slope = (means[0] - means[1]) / (2 * step);
    assertThat(slope).isCloseTo(expected, within(5e-3 * Math.max(1, Math.abs(expected))));
  }

  @ParameterizedTest
  @MethodSource("families")
  void aRewardModelIsReadAndWritten(String family) throws IOException {
    var config = config(family);
    var type = Families.named(config.path("model_type").asText()).orElseThrow();
    config.putArray("architectures").add(type.names().reward());
    config.put("num_labels", 1);
    var weights = weights(config);
    weights.remove(type.names().unembedding());
    int width = config.path("hidden_size").asInt(config.path("n_embd").asInt());
    weights.put("score.weight", new Random(8).doubles(width, -1, 1).map(x -> (float) x).toArray());
    write(folder, config, weights);
    var model = Checkpoint.loadRewardModel(folder, Precision.FULL, Device.CPU);
    var reference = new ReferenceDecoder(config, weights);
    var prompts = List.of(row(3, 3), row(8, 4));
    var responses = List.of(row(6, 6), row(2, 7));
    double[] rewards = model.rewards(Sequences.of(prompts, responses, Device.CPU)).doubles();
    for (int b = 0; b < 2; b++) {
      int[] whole = Arrays.copyOf(prompts.get(b), prompts.get(b).length + responses.get(b).length);
      System.arraycopy(responses.get(b), 0, whole, prompts.get(b).length, responses.get(b).length);
      assertThat(rewards[b]).isCloseTo(reference.reward(whole), within(ERROR));
    }
    var again = Files.createDirectory(folder.resolve("again"));
    Checkpoint.save(model, TOKENIZER, new Lineage("reward", Map.of(), Map.of()), again);
    assertThat(again.resolve(CheckpointFiles.WEIGHTS))
        .hasSameBinaryContentAs(folder.resolve(CheckpointFiles.WEIGHTS));
  }
}
