package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.instructgpt.files.Json;
import org.instructgpt.model.Adapter;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.SafetensorsHeader;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// An adapter in the layout of Hugging Face's PEFT: `adapter_config.json` and
/// `adapter_model.safetensors`, whose tensors are called `base_model.model.` + the layer's name +
/// `.lora_A.weight` (r, in) and `.lora_B.weight` (out, r).
///
/// Beside them lies what a checkpoint has besides its weights, so the folder is a checkpoint of its
/// own: reading it reads the base, wherever that is, and merges the adapter into it.
///
/// Source: https://huggingface.co/docs/peft/developer_guides/checkpoint
record AdapterFiles(Path directory, AdapterConfig config) {
  static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  static AdapterFiles in(Path directory) throws IOException {
    return new AdapterFiles(directory, AdapterConfig.read(directory));
  }

  /// The folder of the base: where the description says, or beside the adapter.
  ///
  /// @throws IllegalArgumentException if it is not there, or has other weights than it had when the
  ///   adapter was made
  Path base() throws IOException {
    var named = named();
    var name = String.valueOf(named.getFileName());
    var places = List.of(named, directory.resolve(named), directory.resolveSibling(name));
    for (var place : places) {
      if (!config.base().isEmpty() && Files.isRegularFile(place.resolve(CheckpointFiles.CONFIG))) {
        requireUnchanged(place, name);
        return place;
      }
    }
    throw new IllegalArgumentException(
        "%s: expected the model %s that the adapter belongs to, found no such folder: name the model with --model (or --from) and the adapter with --adapter"
            .formatted(config.file(), config.base()));
  }

  private Path named() {
    try {
      return Path.of(config.base());
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "%s: expected the folder of a model in base_model_name_or_path, found %s: name the model with --model (or --from) and the adapter with --adapter"
              .formatted(config.file(), config.json().get("base_model_name_or_path")),
          e);
    }
  }

  private void requireUnchanged(Path base, String name) throws IOException {
    for (var parent : Lineage.read(directory).path("parents")) {
      var sum = parent.path("sha256").asText();
      if (parent.path("name").asText().equals(name)
          && !Lineage.Parent.of(base).sha256().equals(sum)) {
        throw new IllegalArgumentException(
            "%s: the adapter was trained on %s when its weights had the SHA-256 %s; they have changed since: train the adapter again, or bring the weights back"
                .formatted(directory, base, sum));
      }
    }
  }

  /// The weights of the base, with the adapter merged into it when they are read.
  ///
  /// @param wanted the shape and kind of the model, by the folder's `config.json`
  FittingWeights weights(CheckpointConfig wanted) throws IOException {
    boolean reward = wanted.config().isRewardModel();
    if (reward != config.isRewardModel()) {
      throw new IllegalArgumentException(
          "%s: task_type is %s, but by %s the model is a %s: they do not belong together"
              .formatted(
                  config.file(),
                  config.json().path("task_type").asText(),
                  CheckpointFiles.CONFIG,
                  reward ? "reward model" : "language model"));
    }
    Lineage.verify(directory);
    var base = base();
    var described = CheckpointConfig.read(base);
    var shapes =
        Stream.of(described, wanted)
            .map(each -> reward ? each.shape().withoutUnembedding() : each.shape())
            .toList();
    if (!shapes.getFirst().equals(shapes.getLast())
        || (described.config().isRewardModel() && !reward)) {
      throw new IllegalArgumentException(
          "%s: the base %s is another model than %s describes: they do not belong together"
              .formatted(directory, base, directory.resolve(CheckpointFiles.CONFIG)));
    }
    var weights = FittingWeights.of(base, described);
    var fitting = fitting(StoredLayer.of(wanted.family(), wanted.shape()), wanted);
    return parameters -> {
      weights.readInto(parameters);
      merge(fitting, parameters);
    };
  }

  /// Checks that it fits the model that the folder describes, and reads its numbers.
  ///
  /// @throws IllegalArgumentException if it does not, or is damaged
  void requireReadable() throws IOException {
    var of = CheckpointConfig.read(directory);
    try (var _ = Scope.open()) {
      var _ = read(fitting(StoredLayer.of(of.family(), of.shape()), of), Device.CPU);
    }
  }

  private void merge(Fitting fitting, Parameters parameters) throws IOException {
    try (var _ = Scope.open()) {
      var adapter = read(fitting, parameters.flat().device());
      adapter.mergeInto(parameters);
      if (fitting.width > 0) {
        Scope.constant(() ->
            parameters.get(ScalarModel.HEAD).copy_(adapter.parameters().get(ScalarModel.HEAD)));
      }
    }
  }

  /// What the file holds, all of which belongs to the model.
  ///
  /// @param stored its tensors
  /// @param adapted the layers that it changes
  /// @param layers where they are in files, by their names
  /// @param width of the head, if it has one; else 0
  private record Fitting(
      Map<String, SafetensorsHeader.Entry> stored,
      List<Adapter.Layer> adapted,
      Map<String, StoredLayer> layers,
      int width) {}

  private Fitting fitting(List<StoredLayer> layers, CheckpointConfig of) throws IOException {
    var file = directory.resolve(WEIGHTS);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "%s is missing: the adapter's folder is not whole; copy it again".formatted(file));
    }
    boolean reward = config.isRewardModel();
    var stored = Safetensors.header(file).tensors();
    var left = new TreeSet<>(stored.keySet());
    var adapted = new ArrayList<Adapter.Layer>();
    var found = new LinkedHashMap<String, StoredLayer>();
    for (var layer : layers) {
      if (left.removeAll(List.of(PREFIX + layer.name() + A, PREFIX + layer.name() + B))) {
        int rank = rank(file, layer, stored);
        config.requireRank(rank, file, layer.name());
        adapted.add(layer.adapted(rank, config.scale(layer.name(), rank)));
        found.put(layer.name(), layer);
      }
    }
    int width = reward ? of.shape().width() : 0;
    if (reward) {
      left.remove(PREFIX + ScalarModel.HEAD);
      check(file, stored, PREFIX + ScalarModel.HEAD, List.of(1L, (long) width));
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "%s holds %s, which is no adapter of a layer of a %s model of this shape: is it another base's?"
              .formatted(file, left.first(), of.family().type()));
    }
    if (adapted.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: expected the adapter of a layer of the model, found none".formatted(file));
    }
    return new Fitting(stored, adapted, found, width);
  }

  /// The adapter as it is. It belongs to the scope that is open.
  private Adapter read(Fitting fitting, Device device) throws IOException {
    var file = directory.resolve(WEIGHTS);
    var adapter = new Adapter(config.base(), fitting.adapted, fitting.width, DType.FLOAT32, device);
    Safetensors.readEach(
        file,
        fitting.stored.keySet(),
        (name, tensor) -> {
          if (!tensor.allFinite()) {
            throw new IllegalArgumentException(
                "%s: %s holds numbers that are not finite (NaN or infinity): the adapter is damaged or its training diverged"
                    .formatted(file, name));
          }
          Scope.constant(() -> put(adapter, fitting.layers, name, tensor.to(device)));
        });
    return adapter;
  }

  private static void put(
      Adapter adapter, Map<String, StoredLayer> layers, String name, Tensor tensor) {
    var own = name.substring(PREFIX.length());
    var parameters = adapter.parameters();
    if (own.endsWith(A)) {
      parameters.get(own.replaceFirst("\\.weight$", "")).copy_(tensor.transpose(0, 1));
    } else if (own.endsWith(B)) {
      var layer = Objects.requireNonNull(layers.get(own.substring(0, own.length() - B.length())));
      parameters.get(own.replaceFirst("\\.weight$", "")).copy_(layer.ours(tensor));
    } else {
      parameters.get(own).copy_(tensor);
    }
  }

  private static int rank(
      Path file, StoredLayer layer, Map<String, SafetensorsHeader.Entry> stored) {
    var a = stored.get(PREFIX + layer.name() + A);
    long rank = a == null || a.shape().isEmpty() ? 1 : Math.max(1, a.shape().getFirst());
    check(file, stored, PREFIX + layer.name() + A, List.of(rank, layer.in()));
    check(file, stored, PREFIX + layer.name() + B, List.of((long) layer.columns().length, rank));
    return Math.toIntExact(rank);
  }

  private static void check(
      Path file, Map<String, SafetensorsHeader.Entry> stored, String name, List<Long> shape) {
    var entry = stored.get(name);
    if (entry == null || !entry.shape().equals(shape) || !entry.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "%s: expected floating-point numbers of the shape %s for %s, found %s"
              .formatted(
                  file,
                  shape,
                  name,
                  entry == null ? "nothing of that name" : entry.dtype() + " " + entry.shape()));
    }
  }

  /// Writes an adapter into a folder.
  static void write(Adapter adapter, Family family, Path directory) throws IOException {
    var base = CheckpointConfig.read(Path.of(adapter.base()));
    var parameters = adapter.parameters();
    boolean reward = parameters.byName().containsKey(ScalarModel.HEAD);
    ObjectNode config = AdapterConfig.of(adapter, reward, family instanceof Gpt2Family);
    Files.writeString(
        directory.resolve(AdapterConfig.FILE),
        Json.LENIENT.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
    var layers = new LinkedHashMap<String, StoredLayer>();
    StoredLayer.of(family, base.shape()).forEach(layer -> layers.put(layer.name(), layer));
    try (var _ = Scope.open()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      Scope.constant(() -> {
        for (var layer : adapter.layers()) {
          var stored = Objects.requireNonNull(layers.get(layer.name()));
          var a = parameters.get(layer.a()).transpose(0, 1);
          var b = stored.stored(parameters.get(layer.b()));
          tensors.put(PREFIX + layer.name() + A, a.contiguous().to(Device.CPU));
          tensors.put(PREFIX + layer.name() + B, b.contiguous().to(Device.CPU));
        }
        if (reward) {
          var head = parameters.get(ScalarModel.HEAD);
          tensors.put(PREFIX + ScalarModel.HEAD, head.to(Device.CPU));
        }
      });
      Safetensors.write(directory.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
    }
  }
}
