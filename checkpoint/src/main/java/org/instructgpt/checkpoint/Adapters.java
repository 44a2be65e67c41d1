package org.instructgpt.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.instructgpt.files.Json;
import org.instructgpt.model.Adapter;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.Lineage;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// Low-rank adapters of checkpoints.
public final class Adapters {
  private Adapters() {}

  /// A new adapter for the model in a folder. It belongs to the scope that is open.
  ///
  /// @param base the folder
  /// @param reward whether the model that is to be trained is a reward model, whose adapter has a
  ///   head
  /// @throws IllegalArgumentException if the settings name a module that the model does not have
  public static Adapter create(
      Path base, boolean reward, Adapter.Settings settings, Randomness random, Device device)
      throws IOException {
    var config = CheckpointConfig.read(base);
    var shape = config.shape();
    var known = new TreeSet<String>();
    var layers = new ArrayList<Adapter.Layer>();
    for (var layer : StoredLayer.of(config.family(), shape)) {
      known.add(layer.last());
      if (settings.modules().isEmpty() || settings.modules().contains(layer.last())) {
        layers.add(layer.adapted(settings.rank(), settings.alpha() / settings.rank()));
      }
    }
    for (var module : settings.modules()) {
      if (!known.contains(module)) {
        throw new IllegalArgumentException(
            "adapter.modules: expected some of %s, the layers of %s, found %s"
                .formatted(String.join(", ", known), base, module));
      }
    }
    long most = layers.stream().mapToLong(each -> Math.min(each.in(), each.out())).max().orElse(0);
    if (settings.rank() > most) {
      throw new IllegalArgumentException(
          "adapter.rank: expected at most %d, with which an adapter of the layers of %s can be any change, found %d"
              .formatted(most, base, settings.rank()));
    }
    int width = reward ? shape.width() : 0;
    var place = base.toAbsolutePath().normalize().toString();
    var adapter = new Adapter(place, layers, width, DType.FLOAT32, device);
    adapter.initialize(random);
    return adapter;
  }

  /// The folder of the model that an adapter in a folder belongs to; empty if the folder holds a
  /// whole model.
  ///
  /// @throws IllegalArgumentException if that model is not there
  public static Optional<Path> base(Path directory) throws IOException {
    return AdapterConfig.isIn(directory)
        ? Optional.of(AdapterFiles.in(directory).base())
        : Optional.empty();
  }

  /// Writes the model that an adapter and its base are together as a whole one, in float32; any
  /// other model too, in the layout that it is saved in here.
  ///
  /// @param directory of the model
  /// @param lineage of what is written
  /// @param into an empty folder
  public static void merge(Path directory, Lineage lineage, Path into) throws IOException {
    try (var _ = Scope.open()) {
      var tokenizer = Checkpoint.tokenizer(directory);
      if (Checkpoint.kind(directory) == Checkpoint.Kind.REWARD) {
        var model = Checkpoint.loadRewardModel(directory, Precision.FULL, Device.CPU);
        Checkpoint.save(model, tokenizer, lineage, into);
      } else {
        var model = Checkpoint.loadLanguageModel(directory, Precision.FULL, Device.CPU);
        Checkpoint.save(model, tokenizer, lineage, into);
      }
    }
  }

  /// Makes of an adapter that another program trained a checkpoint that can be read by itself: a
  /// folder with the adapter's files, its tokenizer or else the base's, and the base's description.
  ///
  /// @param base the folder of the model that the adapter belongs to
  /// @param adapter its folder
  /// @param into an empty folder
  /// @throws IllegalArgumentException if `adapter` holds none, or one that is not read or does not
  ///   fit the base
  public static void join(Path base, Path adapter, Path into) throws IOException {
    if (!AdapterConfig.isIn(adapter)) {
      throw new IllegalArgumentException(
          "--adapter %s: expected a folder with %s and %s, as PEFT saves them, found no %s"
              .formatted(adapter, AdapterConfig.FILE, AdapterFiles.WEIGHTS, AdapterConfig.FILE));
    }
    var description = AdapterConfig.read(adapter);
    var weights = adapter.resolve(AdapterFiles.WEIGHTS);
    if (!Files.exists(weights)) {
      throw new IllegalArgumentException(
          "%s is missing: %s"
              .formatted(
                  weights,
                  Files.exists(adapter.resolve("adapter_model.bin"))
                      ? "adapter_model.bin is PyTorch's own pickle, which is not read: save the adapter anew with peft, whose save_pretrained writes safetensors"
                      : "the adapter's folder is not whole; copy it again"));
    }
    copy(
        base,
        into,
        "(?!lineage\\.json|.*\\.(safetensors|index\\.json)).*\\.(json|jinja|txt|md)|LICEN[SC]E|NOTICE");
    copy(adapter, into, "(?!README|lineage\\.json|adapter_config\\.json).*\\.(json|jinja|txt)");
    copy(adapter, into, "adapter_model\\.safetensors");
    var config = ConfigJson.read(base.resolve(CheckpointFiles.CONFIG)).json();
    var names = CheckpointConfig.read(base).family().names();
    var architectures = config.putArray("architectures");
    if (description.isRewardModel()) {
      architectures.add(names.reward());
      config.put("num_labels", 1);
    } else {
      architectures.add(names.language());
    }
    write(into.resolve(CheckpointFiles.CONFIG), config);
    var named = description.json().deepCopy();
    named.put("base_model_name_or_path", base.toAbsolutePath().normalize().toString());
    write(into.resolve(AdapterConfig.FILE), named);
    try {
      AdapterFiles.in(into).requireReadable();
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException(
          String.valueOf(refused.getMessage()).replace(into.toString(), adapter.toString()),
          refused);
    }
  }

  /// Whether two folders hold the same adapter over the same model.
  public static boolean isSame(Path one, Path other) throws IOException {
    for (var name : List.of(AdapterConfig.FILE, AdapterFiles.WEIGHTS)) {
      var file = one.resolve(name);
      if (!Files.exists(file) || Files.mismatch(file, other.resolve(name)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static void write(Path file, Object json) throws IOException {
    Files.writeString(
        file, Json.LENIENT.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  private static void copy(Path from, Path into, String names) throws IOException {
    List<Path> all;
    try (var files = Files.list(from)) {
      all = files.filter(Files::isRegularFile).sorted().toList();
    }
    for (var file : all) {
      var name = String.valueOf(file.getFileName());
      if (name.matches(names)) {
        Files.copy(file, into.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
