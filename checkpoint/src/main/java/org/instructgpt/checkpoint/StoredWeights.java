package org.instructgpt.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ParameterShapes;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.SafetensorsHeader;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// The tensors of a model's files, and the parameters that they are.
///
/// @param family of the model
/// @param body its tensors, named without the prefix
/// @param heads those that never have it
record StoredWeights(Family family, List<StoredTensor> body, List<StoredTensor> heads) {

  /// Those of a model.
  ///
  /// @param shape of it; without an unembedding of its own for a reward model
  /// @param reward whether it is a reward model
  static StoredWeights of(Family family, GptConfig shape, boolean reward) {
    var heads = new ArrayList<StoredTensor>();
    if (reward) {
      heads.add(StoredTensor.same(ScalarModel.HEAD, ScalarModel.HEAD, 1, shape.width()));
    } else if (!shape.effective().tied()) {
      heads.add(
          StoredTensor.same(
              family.names().unembedding(),
              ParameterShapes.UNEMBEDDING,
              shape.vocabulary(),
              shape.width()));
    }
    return new StoredWeights(family, family.body(shape), heads);
  }

  /// Where the tensors are.
  ///
  /// @param files that hold them
  /// @param tensors with the names that they have there, in the order of [#all]
  record Located(WeightFiles files, List<StoredTensor> tensors) {}

  /// Finds the tensors in a checkpoint's files, whose sums, names and shapes are compared; no
  /// weight is read.
  Located locate(Path directory) throws IOException {
    Lineage.verify(directory);
    var files = WeightFiles.of(directory);
    return new Located(files, checked(files));
  }

  /// All, with the names that they have in files.
  List<StoredTensor> all(boolean prefixed) {
    var prefix = prefixed ? family.names().prefix() : "";
    var all = new ArrayList<StoredTensor>();
    body.forEach(tensor -> all.add(tensor.named(prefix + tensor.name())));
    all.addAll(heads);
    return all;
  }

  /// Reads the weights into `parameters`, those that are among them: the body of a language model
  /// can be read without its unembedding.
  void read(Located located, Parameters parameters) throws IOException {
    var files = located.files;
    var wanted = new ArrayList<>(located.tensors);
    wanted.removeIf(tensor -> !parameters.byName().containsKey(tensor.parameter()));
    for (var file : files.all()) {
      read(
          file,
          wanted.stream().filter(t -> file.equals(files.file(t.name()))).toList(),
          parameters);
    }
    for (var tensor : wanted) {
      checkFinite(tensor.name(), parameters.get(tensor.parameter()), files.file(tensor.name()));
    }
  }

  /// Compares names, shapes and types with the files, and reads no weight.
  ///
  /// @throws IllegalArgumentException if they do not belong together
  void check(Path directory) throws IOException {
    checked(WeightFiles.of(directory));
  }

  /// The tensors as the files name them, all of which are there.
  private List<StoredTensor> checked(WeightFiles files) throws IOException {
    boolean prefixed =
        files.names().stream().anyMatch(name -> name.startsWith(family.names().prefix()));
    var wanted = all(prefixed);
    wanted.forEach(tensor -> check(files, tensor));
    refuseOthers(files, wanted, prefixed);
    return wanted;
  }

  private static void check(WeightFiles files, StoredTensor tensor) {
    SafetensorsHeader.@Nullable Entry source = files.tensors().get(tensor.name());
    if (source == null) {
      throw new IllegalArgumentException(
          "%s has no tensor %s: config.json and weights do not belong together"
              .formatted(files.main(), tensor.name()));
    }
    var expected = Arrays.toString(tensor.shape());
    if (!source.shape().toString().equals(expected)) {
      throw new IllegalArgumentException(
          "%s: %s should have the shape %s by config.json, but has %s"
              .formatted(files.file(tensor.name()), tensor.name(), expected, source.shape()));
    }
    if (!source.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "%s: expected floating-point numbers for %s, found %s: quantized weights are not read"
              .formatted(files.file(tensor.name()), tensor.name(), source.dtype().code()));
    }
  }

  /// Masks that old checkpoints store, and an unembedding that repeats the embedding, may be there.
  private void refuseOthers(WeightFiles files, List<StoredTensor> wanted, boolean prefixed)
      throws IOException {
    var known = new HashSet<String>();
    wanted.forEach(tensor -> known.add(tensor.name()));
    var unembedding = family.names().unembedding();
    for (var name : files.names()) {
      if (known.contains(name) || family.isBuffer(name)) {
        continue;
      }
      if (!name.equals(unembedding)) {
        throw new IllegalArgumentException(
            "%s holds a tensor %s that a %s model of this shape does not have: config.json and weights do not belong together"
                .formatted(files.file(name), name, family.type()));
      }
      var embedding = (prefixed ? family.names().prefix() : "") + body.getFirst().name();
      if (!files.sameBits(name, embedding)) {
        throw new IllegalArgumentException(
            "%s: %s differs from %s, but by config.json (tie_word_embeddings) they are the same: set it to false if the model has both"
                .formatted(files.file(name), name, embedding));
      }
    }
  }

  private static void read(Path file, List<StoredTensor> tensors, Parameters parameters)
      throws IOException {
    var whole = new LinkedHashMap<String, Tensor>();
    var others = new LinkedHashMap<String, StoredTensor>();
    for (var tensor : tensors) {
      var parameter = parameters.get(tensor.parameter());
      if (tensor.isWhole(parameter)) {
        whole.put(tensor.name(), parameter);
      } else {
        others.put(tensor.name(), tensor);
      }
    }
    Safetensors.readInto(file, whole);
    Safetensors.readEach(
        file,
        new LinkedHashSet<>(others.keySet()),
        (name, read) -> {
          var tensor = Objects.requireNonNull(others.get(name));
          var parameter = parameters.get(tensor.parameter());
          Scope.constant(() -> tensor.put(parameter, read.to(parameter.device())));
        });
  }

  static void checkFinite(String name, Tensor tensor, Path file) {
    if (!tensor.allFinite()) {
      throw new IllegalArgumentException(
          "%s: %s holds numbers that are not finite (NaN or infinity): the checkpoint is damaged or its training diverged"
              .formatted(file, name));
    }
  }

  /// Writes the weights, float32, into one file.
  void write(Path directory, Parameters parameters) throws IOException {
    try (var _ = Scope.open()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      Scope.constant(() ->
          all(true)
              .forEach(tensor ->
                  tensors.put(
                      tensor.name(),
                      tensor.of(parameters.get(tensor.parameter())).to(Device.CPU))));
      Safetensors.write(
          directory.resolve(CheckpointFiles.WEIGHTS), tensors, Map.of("format", "pt"));
    }
  }
}
