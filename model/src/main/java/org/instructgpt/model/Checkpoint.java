package org.instructgpt.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.files.Json;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.SafetensorsHeader;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// A model in a folder, in the layout of Hugging Face's GPT-2: `config.json`, `model.safetensors`,
/// `tokenizer.json`, and our `lineage.json`. Other tools open ours (`GPT2LMHeadModel`, and
/// `GPT2ForSequenceClassification` with one label for a reward model), and we open theirs, with or
/// without the prefix `transformer.` in the tensors' names.
///
/// A reward model's shift has no place in Hugging Face's layout: it is `reward_bias` in
/// `config.json`.
public final class Checkpoint {
  private static final String PREFIX = "transformer.";
  private static final String REWARD_BIAS = "reward_bias";
  private static final ObjectMapper JSON = Json.LENIENT;

  private Checkpoint() {}

  /// What a model computes.
  public enum Kind {
    /// A language model: a policy.
    LANGUAGE,
    /// A reward model.
    REWARD
  }

  /// What kind of model the folder holds.
  ///
  /// @throws IllegalArgumentException if it is not a GPT-2
  /// @throws NoSuchFileException if there is no checkpoint
  public static Kind kind(Path directory) throws IOException {
    return kind(ConfigJson.read(directory));
  }

  private static Kind kind(ConfigJson config) {
    return config.isRewardModel() ? Kind.REWARD : Kind.LANGUAGE;
  }

  /// What kind of unsupported model a file or folder holds, what is read instead, and how to
  /// convert it; empty where it is none that is known.
  public static Optional<String> unsupportedLayout(Path place) throws IOException {
    return UnsupportedLayouts.describe(place);
  }

  /// The ids that end a text by the model's `config.json` and `generation_config.json`.
  public static List<Integer> ends(Path directory) throws IOException {
    return ConfigJson.read(directory).ends();
  }

  /// The shape of the model in the folder.
  public static GptConfig shape(Path directory) throws IOException {
    return ConfigJson.read(directory).shape();
  }

  /// The tokenizer of the folder.
  ///
  /// @throws IllegalArgumentException if it has ids that the model has no embedding for
  public static Tokenizer tokenizer(Path directory) throws IOException {
    int vocabulary = shape(directory).vocabulary(); // first, as it knows other layouts
    var tokenizer = Tokenizers.load(directory);
    if (tokenizer.vocabularySize() > vocabulary) {
      throw new IllegalArgumentException(
          "%s: the tokenizer has %d ids, but the model's vocabulary is %d: they do not belong together"
              .formatted(directory, tokenizer.vocabularySize(), vocabulary));
    }
    return tokenizer;
  }

  /// Loads a language model. It belongs to the scope that is open.
  ///
  /// @throws IllegalArgumentException if the folder holds something else, or something damaged
  public static Gpt loadLanguageModel(Path directory, Precision precision, Device device)
      throws IOException {
    var config = ConfigJson.read(directory);
    if (config.isRewardModel()) {
      throw new IllegalArgumentException(
          directory + " holds a reward model, but a language model was expected");
    }
    var shape = config.shape();
    var parameters = new Parameters(Gpt.shapes(shape), DType.FLOAT32, device);
    var gpt = new Gpt(shape, precision, parameters, config.ends());
    fill(gpt.parameters(), directory, Map.of());
    return gpt;
  }

  /// Loads a reward model. It belongs to the scope that is open.
  ///
  /// @throws IllegalArgumentException if the folder holds something else, or something damaged
  public static ScalarModel loadRewardModel(Path directory, Precision precision, Device device)
      throws IOException {
    var config = ConfigJson.read(directory);
    if (!config.isRewardModel()) {
      throw new IllegalArgumentException(
          directory + " holds a language model, but a reward model was expected");
    }
    int labels = config.json().path("num_labels").asInt(1);
    var model = new ScalarModel(config.shape(), precision, device);
    double bias = config.json().path(REWARD_BIAS).asDouble(0);
    if (!Double.isFinite(bias) || labels != 1) {
      throw new IllegalArgumentException(
          "%s: a reward model has one label and a finite reward_bias, but these are %d and %s"
              .formatted(directory.resolve(CheckpointFiles.CONFIG), labels, bias));
    }
    fill(model.parameters(), directory, Map.of(ScalarModel.BIAS, bias));
    return model;
  }

  /// Writes a language model into an empty folder.
  public static void save(Gpt model, Tokenizer tokenizer, Lineage lineage, Path directory)
      throws IOException {
    var json = json(model.config(), tokenizer, model.ends(), "GPT2LMHeadModel");
    json.put("tie_word_embeddings", true);
    write(model.parameters(), json, tokenizer, lineage, directory);
  }

  /// Writes a reward model into an empty folder.
  public static void save(ScalarModel model, Tokenizer tokenizer, Lineage lineage, Path directory)
      throws IOException {
    var json = json(model.config(), tokenizer, List.of(), "GPT2ForSequenceClassification");
    json.put("num_labels", 1);
    json.putObject("id2label").put("0", "reward");
    json.putObject("label2id").put("reward", 0);
    json.put(REWARD_BIAS, model.bias());
    write(model.parameters(), json, tokenizer, lineage, directory);
  }

  private static ObjectNode json(
      GptConfig config, Tokenizer tokenizer, List<Integer> ends, String architecture) {
    var json = JSON.createObjectNode();
    json.putArray("architectures").add(architecture);
    json.put("model_type", "gpt2");
    json.put("n_layer", config.layers());
    json.put("n_embd", config.width());
    json.put("n_head", config.heads());
    json.put("n_positions", config.context());
    json.put("n_ctx", config.context());
    json.put("vocab_size", config.vocabulary());
    json.put("activation_function", config.activation().label());
    json.put("layer_norm_epsilon", config.layerNormEpsilon());
    json.put("resid_pdrop", config.residualDropout());
    json.put("embd_pdrop", 0.0);
    json.put("attn_pdrop", 0.0);
    if (config.band() > 0) {
      json.put("attention_band", config.band());
    }
    json.put("bos_token_id", tokenizer.endOfText());
    ConfigJson.write(json, config, tokenizer.endOfText(), ends);
    json.put("pad_token_id", tokenizer.pad());
    json.put("torch_dtype", "float32");
    return json;
  }

  private static void write(
      Parameters parameters,
      ObjectNode config,
      Tokenizer tokenizer,
      Lineage lineage,
      Path directory)
      throws IOException {
    Files.writeString(
        directory.resolve(CheckpointFiles.CONFIG),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
    tokenizer.saveAll(directory);
    try (var _ = Scope.open()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      parameters
          .byName()
          .forEach((name, tensor) -> {
            if (name.equals(ScalarModel.HEAD)) {
              tensors.put(name, tensor.to(Device.CPU));
            } else if (!name.equals(ScalarModel.BIAS)) {
              tensors.put(PREFIX + name, tensor.to(Device.CPU));
            }
          });
      Safetensors.write(
          directory.resolve(CheckpointFiles.WEIGHTS), tensors, Map.of("format", "pt"));
    }
    lineage.write(directory);
  }

  /// Reads the weights straight into `parameters`, except those given as numbers. Names and shapes
  /// are compared before the first weight is read, and a model whose weights are not all in place
  /// is never returned: whatever is wrong is thrown.
  private static void fill(Parameters parameters, Path directory, Map<String, Double> given)
      throws IOException {
    Lineage.verify(directory);
    var file = directory.resolve(CheckpointFiles.WEIGHTS);
    if (!Files.exists(file)) {
      throw new NoSuchFileException(
          file.toString(), null, "the checkpoint has no weights; copy it again");
    }
    var stored = Safetensors.header(file).tensors();
    boolean prefixed = stored.keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
    var wanted = new LinkedHashMap<String, Tensor>();
    parameters
        .byName()
        .forEach((name, tensor) -> {
          if (!given.containsKey(name)) {
            var key = prefixed && !name.equals(ScalarModel.HEAD) ? PREFIX + name : name;
            check(stored.get(key), key, tensor, file);
            wanted.put(key, tensor);
          }
        });
    for (var name : stored.keySet()) {
      if (!wanted.containsKey(name) && !ignorable(name, stored, prefixed, file)) {
        throw new IllegalArgumentException(
            "%s holds a tensor %s that a GPT-2 of this shape does not have: config.json and weights do not belong together"
                .formatted(file, name));
      }
    }
    Safetensors.readInto(file, wanted);
    wanted.forEach((key, tensor) -> checkFinite(key, tensor, file));
    Scope.constant(() -> given.forEach((name, number) -> parameters.get(name).fill_(number)));
  }

  private static void check(
      SafetensorsHeader.@Nullable Entry source, String key, Tensor target, Path file) {
    if (source == null) {
      throw new IllegalArgumentException(
          "%s has no tensor %s: config.json and weights do not belong together"
              .formatted(file, key));
    }
    var expected = Arrays.toString(target.shape());
    if (!source.shape().toString().equals(expected)) {
      throw new IllegalArgumentException(
          "%s: %s should have the shape %s by config.json, but has %s"
              .formatted(file, key, expected, source.shape()));
    }
  }

  private static void checkFinite(String key, Tensor tensor, Path file) {
    if (!tensor.allFinite()) {
      throw new IllegalArgumentException(
          "%s: %s holds numbers that are not finite (NaN or infinity): the checkpoint is damaged or its training diverged"
              .formatted(file, key));
    }
  }

  /// Causal masks that old checkpoints store, and an unembedding that repeats the embedding.
  private static boolean ignorable(
      String name, Map<String, SafetensorsHeader.Entry> stored, boolean prefixed, Path file)
      throws IOException {
    if (name.endsWith(".attn.bias") || name.endsWith(".attn.masked_bias")) {
      return true;
    }
    var embedding = prefixed ? PREFIX + "wte.weight" : "wte.weight";
    if (name.equals("lm_head.weight") && stored.containsKey(embedding)) {
      if (!Safetensors.sameBits(file, name, embedding)) {
        throw new IllegalArgumentException(
            "lm_head.weight differs from wte.weight: only tied embeddings are supported");
      }
      return true;
    }
    return false;
  }
}
