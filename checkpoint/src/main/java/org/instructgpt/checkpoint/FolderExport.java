package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.SafetensorsHeader.Entry;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Hands a model on in Hugging Face's layout, as `transformers` and vLLM open it: the same tensors
/// under the names of their family, in the types that the files have or in another, in one file or
/// several; with its description, tokenizer and licence.
///
/// What the types allow has the same bytes as in the source. Masks that old files store and an
/// unembedding that repeats the embedding are left out.
public final class FolderExport {
  private static final String CARRIED =
      "tokenizer\\.(json|model)|tokenizer_config\\.json|special_tokens_map\\.json|added_tokens\\.json"
          + "|vocab\\.json|merges\\.txt|generation_config\\.json|chat_template\\.(jinja|json)"
          + "|(LICEN[SC]E|NOTICE|USE_POLICY|COPYING)(\\.(md|txt))?";

  /// What is written anew, and a tokenizer's files under their first names.
  private static final String REPLACED =
      ".*\\.safetensors|model\\.safetensors\\.index\\.json|config\\.json|lineage\\.json|encoder\\.json|vocab\\.bpe";

  private static final ObjectMapper JSON = Json.LENIENT;

  private final Path model;
  private final CheckpointConfig config;
  private final StoredWeights.Located located;
  private final Optional<DType> type;
  private final BooleanSupplier stopped;

  /// The tensors by the names that they get, with the names that they have.
  private final SequencedMap<String, String> sources = new LinkedHashMap<>();

  private final SequencedMap<String, Entry> layout = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  private FolderExport(
      Path model,
      CheckpointConfig config,
      StoredWeights weights,
      StoredWeights.Located located,
      Optional<DType> type,
      BooleanSupplier stopped) {
    this.model = model;
    this.config = config;
    this.located = located;
    this.type = type;
    this.stopped = stopped;
    var names = weights.all(true);
    for (int i = 0; i < names.size(); i++) {
      var source = located.tensors().get(i).name();
      var entry = located.files().entry(source);
      sources.put(names.get(i).name(), source);
      layout.put(names.get(i).name(), Entry.of(type.orElse(entry.dtype()), names.get(i).shape()));
    }
  }

  /// What was written.
  ///
  /// @param files the names of the files of weights
  /// @param tensors how many
  /// @param bytes of the tensors
  /// @param type of most numbers
  /// @param notes what whoever opens the model must know
  public record Report(
      List<String> files, int tensors, long bytes, DType type, List<String> notes) {
    /// Makes the lists unchangeable.
    public Report {
      files = List.copyOf(files);
      notes = List.copyOf(notes);
    }
  }

  /// Writes a model into a new folder, which is there when it is whole.
  ///
  /// @param type of all tensors; without it each keeps its own
  /// @param shardBytes the most that a file of weights holds, unless a single tensor is larger
  /// @throws IllegalArgumentException if the place is not free, the model is damaged, or a number
  ///   is too large for the type
  /// @throws IOException if it cannot be written
  public static Report write(
      Path model, Optional<DType> type, long shardBytes, Path out, BooleanSupplier stopped)
      throws IOException {
    requireFree(out);
    if (!Checkpoint.isWhole(model)) {
      throw new IllegalArgumentException(
          model + " holds an adapter or a model in another layout: write it as a whole one first");
    }
    var config = CheckpointConfig.read(model);
    var weights =
        StoredWeights.of(config.family(), config.shape(), config.config().isRewardModel());
    var export = new FolderExport(model, config, weights, weights.locate(model), type, stopped);
    var shards = export.shards(shardBytes);
    AtomicFiles.writeFolder(out, folder -> export.fill(folder, shards));
    return new Report(
        List.copyOf(shards.keySet()),
        export.layout.size(),
        export.layout.values().stream().mapToLong(Entry::bytes).sum(),
        export.mainType(),
        export.notes);
  }

  private static void requireFree(Path out) throws IOException {
    if (Files.isDirectory(out)) {
      try (var entries = Files.list(out)) {
        if (entries.findAny().isEmpty()) {
          return;
        }
      }
    }
    if (Files.exists(out)) {
      throw new IllegalArgumentException(
          "%s: expected a folder that is not there yet or is empty, found %s: name another, or delete it"
              .formatted(out, Files.isDirectory(out) ? "one that holds something" : "a file"));
    }
  }

  /// The names of the tensors of each file.
  private SequencedMap<String, List<String>> shards(long most) {
    var all = new ArrayList<List<String>>();
    long room = 0;
    for (var tensor : layout.entrySet()) {
      long bytes = tensor.getValue().bytes();
      if (all.isEmpty() || bytes > room) {
        all.add(new ArrayList<>());
        room = most;
      }
      all.getLast().add(tensor.getKey());
      room -= bytes;
    }
    var named = new LinkedHashMap<String, List<String>>();
    for (int i = 0; i < all.size(); i++) {
      named.put(
          all.size() == 1
              ? CheckpointFiles.WEIGHTS
              : "model-%05d-of-%05d.safetensors".formatted(i + 1, all.size()),
          all.get(i));
    }
    return named;
  }

  private void fill(Path folder, SequencedMap<String, List<String>> shards) throws IOException {
    for (var shard : shards.entrySet()) {
      var tensors = new LinkedHashMap<String, Entry>();
      shard.getValue().forEach(name -> tensors.put(name, Objects.requireNonNull(layout.get(name))));
      Safetensors.write(
          folder.resolve(shard.getKey()), tensors, this::tensor, Map.of("format", "pt"));
    }
    if (shards.size() > 1) {
      index(folder, shards);
    }
    describe(folder);
    carry(folder);
    Lineage.copy(model, folder);
  }

  private Tensor tensor(String name) throws IOException {
    if (stopped.getAsBoolean()) {
      throw new CancellationException("stopped");
    }
    var source = Objects.requireNonNull(sources.get(name));
    var file = located.files().file(source);
    var read = Safetensors.read(file, source);
    StoredWeights.checkFinite(source, read, file);
    var target = Objects.requireNonNull(layout.get(name)).dtype();
    var converted = Scope.constant(() -> read.to(target));
    if (!converted.allFinite()) {
      throw new IllegalArgumentException(
          "%s: %s holds the number %s, which is too large for %s: choose bfloat16 or float32"
              .formatted(file, source, read.abs().max().item(), label(target)));
    }
    return converted;
  }

  private void index(Path folder, SequencedMap<String, List<String>> shards) throws IOException {
    var json = JSON.createObjectNode();
    json.putObject("metadata")
        .put("total_size", layout.values().stream().mapToLong(Entry::bytes).sum());
    var map = json.putObject("weight_map");
    shards.forEach((file, names) -> names.forEach(name -> map.put(name, file)));
    write(folder.resolve(WeightFiles.INDEX), json);
  }

  /// The type of most numbers that are written.
  private DType mainType() {
    return type.orElseGet(() -> located.files().mostCommonType(located.tensors()));
  }

  private static String label(DType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static void write(Path file, ObjectNode json) throws IOException {
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  private void describe(Path folder) throws IOException {
    var names = config.family().names();
    boolean reward = config.config().isRewardModel();
    var json = config.config().json().deepCopy();
    json.put(json.has("dtype") ? "dtype" : "torch_dtype", label(mainType()));
    if (json.has("dtype") && json.has("torch_dtype")) {
      json.put("torch_dtype", label(mainType()));
    }
    json.put("model_type", config.family().type());
    json.putArray("architectures").add(reward ? names.reward() : names.language());
    var file = folder.resolve(CheckpointFiles.CONFIG);
    if (json.equals(config.config().json())) {
      Files.copy(model.resolve(CheckpointFiles.CONFIG), file);
    } else {
      write(file, json);
    }
    double bias = json.path("reward_bias").asDouble(0);
    if (reward && bias != 0) {
      notes.add(
          "reward_bias of config.json is ours: what other programs score is lower by %s"
              .formatted(bias));
    }
    if (json.path("attention_band").asInt(0) != 0) {
      notes.add(
          "attention_band of config.json is ours: other programs let every layer see all tokens,"
              + " and compute something else");
    }
  }

  private void carry(Path folder) throws IOException {
    var left = new ArrayList<String>();
    try (var files = Files.list(model)) {
      for (var file : files.sorted().toList()) {
        var name = String.valueOf(file.getFileName());
        if (Files.isRegularFile(file) && name.matches(CARRIED)) {
          Files.copy(file, folder.resolve(name));
        } else if (!name.matches(REPLACED)) {
          left.add(name);
        }
      }
    }
    if (!left.isEmpty()) {
      notes.add("left behind: " + String.join(", ", left));
    }
    boolean named =
        List.of("tokenizer.json", "vocab.json", "tokenizer.model").stream()
            .anyMatch(name -> Files.exists(folder.resolve(name)));
    if (!named && Files.exists(model.resolve("encoder.json"))) {
      Tokenizers.load(model).saveAll(folder);
    } else if (!named) {
      notes.add("the model has no tokenizer");
    }
  }
}
