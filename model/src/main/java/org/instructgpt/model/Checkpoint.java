package org.instructgpt.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// A model in a folder, in the layout of Hugging Face's GPT-2: `config.json`, `model.safetensors`,
/// `tokenizer.json`, and our `lineage.json`. Other tools open ours (`GPT2LMHeadModel`, and
/// `GPT2ForSequenceClassification` with one label for a reward model), and we open theirs, with or
/// without the prefix `transformer.` in the tensors' names.
///
/// A reward model's shift has no place in Hugging Face's layout: it is `reward_bias` in
/// `config.json`.
public final class Checkpoint {
  static final String WEIGHTS = "model.safetensors";
  static final String CONFIG = "config.json";
  private static final String PREFIX = "transformer.";
  private static final String REWARD_BIAS = "reward_bias";
  private static final ObjectMapper JSON = new ObjectMapper();

  private Checkpoint() {}

  /// What the scalar or logits at the end mean.
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
    var config = config(directory);
    for (var architecture : config.path("architectures")) {
      if (architecture.asText().equals("GPT2ForSequenceClassification")) {
        return Kind.REWARD;
      }
    }
    return Kind.LANGUAGE;
  }

  /// The shape of the model in the folder.
  public static GptConfig shape(Path directory) throws IOException {
    var json = config(directory);
    var file = directory.resolve(CONFIG);
    int width = whole(json, "n_embd", file);
    if (json.path("n_inner").isInt() && json.get("n_inner").asInt() != 4 * width) {
      throw new IllegalArgumentException(
          "%s: n_inner is %d, but only 4 n_embd = %d is supported"
              .formatted(file, json.get("n_inner").asInt(), 4 * width));
    }
    try {
      return new GptConfig(
          whole(json, "n_layer", file),
          width,
          whole(json, "n_head", file),
          json.has("n_positions") ? whole(json, "n_positions", file) : whole(json, "n_ctx", file),
          whole(json, "vocab_size", file),
          GptConfig.Activation.named(json.path("activation_function").asText("gelu_new")),
          json.path("layer_norm_epsilon").asDouble(1e-5),
          json.path("resid_pdrop").asDouble(0),
          json.path("attention_band").asInt(0));
    } catch (IllegalArgumentException e) {
      throw e.getMessage() != null && e.getMessage().startsWith(file.toString())
          ? e
          : new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /// The tokenizer of the folder.
  ///
  /// @throws IllegalArgumentException if it has ids that the model has no embedding for
  public static Tokenizer tokenizer(Path directory) throws IOException {
    var tokenizer = Tokenizer.load(directory);
    int vocabulary = shape(directory).vocabulary();
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
    if (kind(directory) != Kind.LANGUAGE) {
      throw new IllegalArgumentException(
          directory + " holds a reward model, but a language model was expected");
    }
    var gpt = new Gpt(shape(directory), precision, device);
    fill(gpt.parameters(), directory, Map.of());
    return gpt;
  }

  /// Loads a reward model. It belongs to the scope that is open.
  ///
  /// @throws IllegalArgumentException if the folder holds something else, or something damaged
  public static ScalarModel loadRewardModel(Path directory, Precision precision, Device device)
      throws IOException {
    if (kind(directory) != Kind.REWARD) {
      throw new IllegalArgumentException(
          directory + " holds a language model, but a reward model was expected");
    }
    int labels = config(directory).path("num_labels").asInt(1);
    var model = new ScalarModel(shape(directory), precision, device);
    double bias = config(directory).path(REWARD_BIAS).asDouble(0);
    if (!Double.isFinite(bias) || labels != 1) {
      throw new IllegalArgumentException(
          "%s: a reward model has one label and a finite reward_bias, but these are %d and %s"
              .formatted(directory.resolve(CONFIG), labels, bias));
    }
    fill(model.parameters(), directory, Map.of(ScalarModel.BIAS, bias));
    return model;
  }

  /// Writes a language model into an empty folder.
  public static void save(Gpt model, Tokenizer tokenizer, Lineage lineage, Path directory)
      throws IOException {
    var json = json(model.config(), tokenizer, "GPT2LMHeadModel");
    json.put("tie_word_embeddings", true);
    write(model.parameters(), json, tokenizer, lineage, directory);
  }

  /// Writes a reward model into an empty folder.
  public static void save(ScalarModel model, Tokenizer tokenizer, Lineage lineage, Path directory)
      throws IOException {
    var json = json(model.config(), tokenizer, "GPT2ForSequenceClassification");
    json.put("num_labels", 1);
    json.putObject("id2label").put("0", "reward");
    json.putObject("label2id").put("reward", 0);
    json.put(REWARD_BIAS, model.bias());
    write(model.parameters(), json, tokenizer, lineage, directory);
  }

  private static ObjectNode json(GptConfig config, Tokenizer tokenizer, String architecture) {
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
    json.put("eos_token_id", tokenizer.endOfText());
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
        directory.resolve(CONFIG),
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
      Safetensors.write(directory.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
    }
    lineage.write(directory);
  }

  private static ObjectNode config(Path directory) throws IOException {
    var file = directory.resolve(CONFIG);
    if (!Files.isDirectory(directory)) {
      throw new NoSuchFileException(
          directory.toString(), null, "expected a folder with config.json and model.safetensors");
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(
          file.toString(), null, "this folder is no checkpoint; name one with config.json");
    }
    JsonNode json;
    try {
      json = JSON.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s is not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
    if (!(json instanceof ObjectNode object)
        || !object.path("model_type").asText("gpt2").equals("gpt2")) {
      throw new IllegalArgumentException(
          "%s: model_type must be gpt2, but is '%s'"
              .formatted(file, json.path("model_type").asText()));
    }
    return object;
  }

  private static int whole(JsonNode json, String key, Path file) {
    if (!json.path(key).isInt()) {
      throw new IllegalArgumentException(
          "%s: expected a whole number for %s, found %s".formatted(file, key, json.path(key)));
    }
    return json.get(key).asInt();
  }

  /// Reads the weights into `parameters`, except those given as numbers.
  private static void fill(Parameters parameters, Path directory, Map<String, Double> given)
      throws IOException {
    Lineage.verify(directory);
    var file = directory.resolve(WEIGHTS);
    if (!Files.exists(file)) {
      throw new NoSuchFileException(
          file.toString(), null, "the checkpoint has no weights; copy it again");
    }
    try (var _ = Scope.open()) {
      var stored = Safetensors.read(file);
      boolean prefixed = stored.keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
      var wanted = new TreeSet<String>();
      Scope.constant(() ->
          parameters
              .byName()
              .forEach((name, tensor) -> {
                var number = given.get(name);
                if (number != null) {
                  tensor.fill_(number);
                  return;
                }
                var key = prefixed && !name.equals(ScalarModel.HEAD) ? PREFIX + name : name;
                wanted.add(key);
                copy(stored.get(key), key, tensor, file);
              }));
      for (var name : stored.keySet()) {
        if (!wanted.contains(name) && !ignorable(name, stored, prefixed)) {
          throw new IllegalArgumentException(
              "%s holds a tensor %s that a GPT-2 of this shape does not have: config.json and weights do not belong together"
                  .formatted(file, name));
        }
      }
    }
  }

  private static void copy(
      @org.jspecify.annotations.Nullable Tensor source, String key, Tensor target, Path file) {
    if (source == null) {
      throw new IllegalArgumentException(
          "%s has no tensor %s: config.json and weights do not belong together"
              .formatted(file, key));
    }
    if (!java.util.Arrays.equals(source.shape(), target.shape())) {
      throw new IllegalArgumentException(
          "%s: %s should have the shape %s by config.json, but has %s"
              .formatted(
                  file,
                  key,
                  java.util.Arrays.toString(target.shape()),
                  java.util.Arrays.toString(source.shape())));
    }
    if (!source.allFinite()) {
      throw new IllegalArgumentException(
          "%s: %s holds numbers that are not finite (NaN or infinity): the checkpoint is damaged or its training diverged"
              .formatted(file, key));
    }
    target.copy_(source);
  }

  /// Causal masks that old checkpoints store, and an unembedding that repeats the embedding.
  private static boolean ignorable(String name, Map<String, Tensor> stored, boolean prefixed) {
    if (name.endsWith(".attn.bias") || name.endsWith(".attn.masked_bias")) {
      return true;
    }
    var embedding = stored.get(prefixed ? PREFIX + "wte.weight" : "wte.weight");
    var unembedding = stored.get("lm_head.weight");
    if (name.equals("lm_head.weight") && embedding != null && unembedding != null) {
      if (!unembedding.sameBits(embedding)) {
        throw new IllegalArgumentException(
            "lm_head.weight differs from wte.weight: only tied embeddings are supported");
      }
      return true;
    }
    return false;
  }
}
