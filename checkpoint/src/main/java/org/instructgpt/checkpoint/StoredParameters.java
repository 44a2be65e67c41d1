package org.instructgpt.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.ParameterShapes;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// The parameters of a language model, read from its files one at a time: for programs that pass
/// them on and need no more memory than the largest takes.
///
/// They have the decoder's names and shapes ([ParameterShapes]), the same for all families.
public final class StoredParameters {
  private final GptConfig config;
  private final StoredWeights.Located located;
  private final Map<String, List<StoredTensor>> parts = new LinkedHashMap<>();
  private final DType type;

  private StoredParameters(GptConfig config, StoredWeights.Located located) {
    this.config = config;
    this.located = located;
    located
        .tensors()
        .forEach(tensor ->
            parts.computeIfAbsent(tensor.parameter(), _ -> new ArrayList<>()).add(tensor));
    this.type = located.files().mostCommonType(located.tensors());
  }

  /// Those of the model in a folder; names and shapes are compared, and no weight is read.
  ///
  /// @throws IllegalArgumentException if the folder holds a reward model, or something damaged
  public static StoredParameters of(Path directory) throws IOException {
    var config = CheckpointConfig.read(directory);
    if (config.config().isRewardModel()) {
      throw new IllegalArgumentException(
          directory + " holds a reward model, but a language model was expected");
    }
    var shape = config.shape();
    var weights = StoredWeights.of(config.family(), shape, false);
    return new StoredParameters(shape, weights.locate(directory));
  }

  /// The decoder.
  public GptConfig config() {
    return config;
  }

  /// The type that most of the numbers have in the files.
  public DType type() {
    return type;
  }

  /// A parameter in float32, on the processor; it belongs to the scope that is open.
  ///
  /// @throws IllegalArgumentException if it holds a number that is not finite
  public Tensor read(String name) throws IOException {
    var shape = Objects.requireNonNull(ParameterShapes.of(config).get(name), name);
    var whole = Tensor.empty(DType.FLOAT32, shape);
    for (var part : Objects.requireNonNull(parts.get(name), name)) {
      var file = located.files().file(part.name());
      try (var _ = Scope.open()) {
        var read = Safetensors.read(file, part.name());
        StoredWeights.checkFinite(part.name(), read, file);
        Scope.constant(() -> part.put(whole, read));
      }
    }
    return whole;
  }
}
