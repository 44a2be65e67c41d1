package org.instructgpt.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;
import org.instructgpt.model.Adapter;
import org.instructgpt.model.CarriedFiles;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.text.ChatTemplate;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;

/// A model in a folder, in Hugging Face's layout: `config.json`, `model.safetensors` or several
/// such files with an index, `tokenizer.json`, and our `lineage.json`. Other tools open ours
/// (`GPT2LMHeadModel` for a model that was pretrained here, and the family's class with one label
/// for a reward model), and we open theirs, of the [Families] that are known, with or without the
/// prefix in the tensors' names.
///
/// What is made of a model keeps its family's layout and the files that came with it. Where an
/// adapter was trained in place of a model's weights, the folder holds the adapter in their place
/// ([AdapterFiles]). Llama as its makers keep it (`params.json`, [MetaLayout]) is read too, and
/// saved in Hugging Face's layout.
///
/// A reward model's shift has no place in Hugging Face's layout: it is `reward_bias` in
/// `config.json`.
public final class Checkpoint {
  private static final String EOS = "eos_token_id";

  /// Files that go with whatever is made of a model, where they are small.
  private static final String CARRIED =
      "config\\.json|generation_config\\.json|chat_template\\.jinja|(LICEN[SC]E|NOTICE|USE_POLICY)([.-][\\w.-]{1,40})?";

  private static final long CARRIED_LIMIT = 1_000_000;
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
  /// @throws IllegalArgumentException if it is of no family that is read
  /// @throws java.nio.file.NoSuchFileException if there is no checkpoint
  public static Kind kind(Path directory) throws IOException {
    return kind(CheckpointConfig.read(directory));
  }

  private static Kind kind(CheckpointConfig config) {
    return config.config().isRewardModel() ? Kind.REWARD : Kind.LANGUAGE;
  }

  /// What kind of unsupported model a file or folder holds, what is read instead, and how to
  /// convert it; empty where it is none that is known.
  public static Optional<String> unsupportedLayout(Path place) throws IOException {
    return UnsupportedLayouts.describe(place);
  }

  /// The same for files that are elsewhere.
  ///
  /// @param place what to call it in the message
  /// @param files their names
  public static Optional<String> unsupportedLayout(String place, Collection<String> files) {
    return UnsupportedLayouts.describe(place, files);
  }

  /// Whether a folder has the description of a model, by the names of its files.
  public static boolean isIn(Path directory) throws IOException {
    return Files.isRegularFile(directory.resolve(CheckpointFiles.CONFIG))
        || MetaLayout.description(directory).isPresent();
  }

  /// Whether the folder's files are a whole model as it is saved here: no adapter, and no layout
  /// that is only read.
  public static boolean isWhole(Path directory) throws IOException {
    return !AdapterConfig.isIn(directory) && !CheckpointConfig.read(directory).isTranslated();
  }

  /// Checks that the model in the folder can be loaded, as far as that is known without reading its
  /// numbers: its description, and names, shapes and types of its tensors.
  ///
  /// @throws IllegalArgumentException saying what is wrong
  public static void requireReadable(Path directory) throws IOException {
    var config = CheckpointConfig.read(directory);
    if (AdapterConfig.isIn(directory)) {
      var _ = FittingWeights.of(directory, config);
      return;
    }
    boolean reward = config.config().isRewardModel();
    var shape = reward ? config.shape().withoutUnembedding() : config.shape();
    StoredWeights.of(config.family(), shape, reward).check(directory);
  }

  /// The ids that end a text by the model's `config.json` and `generation_config.json`.
  public static List<Integer> ends(Path directory) throws IOException {
    return CheckpointConfig.read(directory).ends();
  }

  /// How the model in the folder reads prompts and responses: by its chat template; if it has none,
  /// in the frame that our stages train in where one of them made it, else as they are.
  public static PromptTemplate template(Path directory) throws IOException {
    var own = PromptTemplate.of(directory);
    boolean framed = own.isChat() || Lineage.isFramed(Lineage.read(directory));
    return framed ? own : PromptTemplate.VERBATIM;
  }

  /// The shape of the model in the folder.
  public static GptConfig shape(Path directory) throws IOException {
    return CheckpointConfig.read(directory).shape();
  }

  /// What is in the files of a model's weights, those of an adapter and of its base together.
  ///
  /// @param tensors how many
  /// @param numbers how many of each type
  /// @param bytes of all files
  /// @param modified when the last of them was written
  public record Weights(
      int tensors, SortedMap<DType, Long> numbers, long bytes, FileTime modified) {
    private Weights and(Weights other) {
      var both = new TreeMap<>(numbers);
      other.numbers.forEach((type, count) -> both.merge(type, count, Long::sum));
      var last = modified.compareTo(other.modified) > 0 ? modified : other.modified;
      return new Weights(tensors + other.tensors, both, bytes + other.bytes, last);
    }
  }

  /// What is in the files of the weights in the folder.
  ///
  /// @throws java.nio.file.NoSuchFileException if there are none
  /// @throws IllegalArgumentException if they are damaged
  public static Weights weights(Path directory) throws IOException {
    return AdapterConfig.isIn(directory)
        ? weights(WeightFiles.single(directory, AdapterFiles.WEIGHTS))
            .and(weights(AdapterFiles.in(directory).base()))
        : weights(WeightFiles.of(directory));
  }

  private static Weights weights(WeightFiles files) throws IOException {
    var numbers = new TreeMap<DType, Long>();
    for (var tensor : files.tensors().values()) {
      long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
      numbers.merge(tensor.dtype(), count, Long::sum);
    }
    long bytes = 0;
    var modified = FileTime.fromMillis(0);
    for (var file : files.all()) {
      bytes += Files.size(file);
      var time = Files.getLastModifiedTime(file);
      modified = time.compareTo(modified) > 0 ? time : modified;
    }
    return new Weights(files.names().size(), numbers, bytes, modified);
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
    var config = CheckpointConfig.read(directory);
    if (config.config().isRewardModel()) {
      throw new IllegalArgumentException(
          directory + " holds a reward model, but a language model was expected");
    }
    var shape = config.shape();
    var weights = FittingWeights.of(directory, config);
    var parameters = new Parameters(Gpt.shapes(shape), DType.FLOAT32, device);
    var gpt = new Gpt(shape, precision, parameters, config.ends(), carried(directory, config));
    weights.readInto(parameters);
    return gpt;
  }

  /// Loads a reward model. It belongs to the scope that is open.
  ///
  /// @throws IllegalArgumentException if the folder holds something else, or something damaged
  public static ScalarModel loadRewardModel(Path directory, Precision precision, Device device)
      throws IOException {
    var config = CheckpointConfig.read(directory);
    if (!config.config().isRewardModel()) {
      throw new IllegalArgumentException(
          directory + " holds a language model, but a reward model was expected");
    }
    int labels = config.config().json().path("num_labels").asInt(1);
    var shape = config.shape();
    var weights = FittingWeights.of(directory, config);
    var parameters = new Parameters(ScalarModel.shapes(shape), DType.FLOAT32, device);
    var model = new ScalarModel(shape, precision, parameters, carried(directory, config));
    double bias = config.config().json().path(REWARD_BIAS).asDouble(0);
    if (!Double.isFinite(bias) || labels != 1) {
      throw new IllegalArgumentException(
          "%s: a reward model has one label and a finite reward_bias, but these are %d and %s"
              .formatted(directory.resolve(CheckpointFiles.CONFIG), labels, bias));
    }
    weights.readInto(parameters);
    model.setBias(bias);
    return model;
  }

  private static CarriedFiles carried(Path directory, CheckpointConfig config) throws IOException {
    var texts = new LinkedHashMap<String, String>();
    try (var files = Files.list(directory)) {
      for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
        var name = String.valueOf(file.getFileName());
        if (name.matches(CARRIED) && Files.size(file) <= CARRIED_LIMIT) {
          texts.put(name, ForeignTexts.read(file));
        }
      }
    }
    var template = ChatTemplate.load(directory);
    template.ifPresent(present -> texts.putIfAbsent(ChatTemplate.FILE, present.source()));
    if (config.isTranslated()) {
      texts.put(CheckpointFiles.CONFIG, config.config().json().toString());
    }
    return CarriedFiles.of(texts);
  }

  /// Writes a language model into an empty folder.
  public static void save(Gpt model, Tokenizer tokenizer, Lineage lineage, Path directory)
      throws IOException {
    var family = family(model.carried());
    var json = json(family, model.config(), model.carried(), tokenizer);
    json.putArray("architectures").add(family.names().language());
    json.remove(List.of("num_labels", "id2label", "label2id", REWARD_BIAS));
    json.put("tie_word_embeddings", model.config().effective().tied());
    if (family instanceof Gpt2Family) {
      ends(json, tokenizer.endOfText(), model.ends());
    } else {
      CheckpointConfig.addEnds(json, model.carried(), model.ends());
    }
    var weights = StoredWeights.of(family, model.config(), false);
    write(
        json,
        model.carried(),
        tokenizer,
        lineage,
        directory,
        place -> write(weights, model.parameters(), model.adapter(), place));
  }

  /// Writes a reward model into an empty folder.
  public static void save(ScalarModel model, Tokenizer tokenizer, Lineage lineage, Path directory)
      throws IOException {
    var family = family(model.carried());
    var json = json(family, model.config(), model.carried(), tokenizer);
    json.putArray("architectures").add(family.names().reward());
    json.put("num_labels", 1);
    json.putObject("id2label").put("0", "reward");
    json.putObject("label2id").put("reward", 0);
    json.put(REWARD_BIAS, model.bias());
    if (family instanceof Gpt2Family) {
      ends(json, tokenizer.endOfText(), List.of());
    }
    var weights = StoredWeights.of(family, model.config(), true);
    write(
        json,
        model.carried(),
        tokenizer,
        lineage,
        directory,
        place -> write(weights, model.parameters(), model.adapter(), place));
  }

  /// The family whose layout a model keeps.
  private static Family family(CarriedFiles carried) throws IOException {
    var type =
        carried
            .text(CheckpointFiles.CONFIG)
            .map(text -> read(text).path("model_type").asText("gpt2"))
            .orElse("gpt2");
    return Families.named(type).orElseThrow();
  }

  private static ObjectNode read(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a file that was read before is no JSON now", e);
    }
  }

  /// The description of a model: that which came with it, in float32 now; GPT-2's is made of the
  /// shape.
  private static ObjectNode json(
      Family family, GptConfig config, CarriedFiles carried, Tokenizer tokenizer) {
    var json =
        carried
            .text(CheckpointFiles.CONFIG)
            .map(Checkpoint::read)
            .orElseGet(JSON::createObjectNode);
    if (json.isEmpty()) {
      requireSaved(config);
    }
    json.put(json.has("dtype") ? "dtype" : "torch_dtype", "float32");
    if (family instanceof Gpt2Family) {
      Gpt2Family.describe(json, config, tokenizer);
    }
    return json;
  }

  /// Checks that a model of this shape that no other program described can be saved: as a GPT-2.
  ///
  /// @throws IllegalArgumentException if it has another architecture
  public static void requireSaved(GptConfig config) {
    if (config.architecture().isPresent()) {
      throw new IllegalArgumentException(
          "model.architecture: expected null for a model that is pretrained here, which is saved as a GPT-2, found another architecture; those come with a checkpoint's config.json");
    }
  }

  /// Writes what ends a text.
  private static void ends(ObjectNode json, int endOfText, List<Integer> ends) {
    if (ends.stream().allMatch(end -> end == endOfText)) {
      json.put(EOS, endOfText);
      return;
    }
    var all = json.putArray(EOS).add(endOfText);
    ends.stream().filter(end -> end != endOfText).forEach(all::add);
  }

  private interface Weighing {
    void write(Path directory) throws IOException;
  }

  /// Writes the weights, or the adapter that was trained in place of them.
  private static void write(
      StoredWeights weights, Parameters parameters, Optional<Adapter> adapter, Path directory)
      throws IOException {
    if (adapter.isPresent()) {
      AdapterFiles.write(adapter.get(), weights.family(), directory);
    } else {
      weights.write(directory, parameters);
    }
  }

  private static void write(
      ObjectNode config,
      CarriedFiles carried,
      Tokenizer tokenizer,
      Lineage lineage,
      Path directory,
      Weighing weights)
      throws IOException {
    for (var file : carried.texts().entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
    Files.writeString(
        directory.resolve(CheckpointFiles.CONFIG),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
    tokenizer.saveAll(directory);
    weights.write(directory);
    lineage.write(directory);
  }
}
