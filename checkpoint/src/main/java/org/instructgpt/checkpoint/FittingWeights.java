package org.instructgpt.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import org.instructgpt.torch.Parameters;

/// Weights in files, whose names and shapes have been compared with the model's description.
///
/// They are compared before there is room for them: what a damaged description asks for need not
/// fit into memory.
@FunctionalInterface
interface FittingWeights {
  /// Reads them, those that are among `parameters`.
  void readInto(Parameters parameters) throws IOException;

  /// Those in a folder. An adapter is merged into its base when they are read.
  ///
  /// @throws IllegalArgumentException if they do not belong to the description
  static FittingWeights of(Path directory, CheckpointConfig config) throws IOException {
    if (AdapterConfig.isIn(directory)) {
      return AdapterFiles.in(directory).weights(config);
    }
    boolean reward = config.config().isRewardModel();
    var stored = StoredWeights.of(config.family(), config.shape(), reward);
    var located = stored.locate(directory);
    return parameters -> stored.read(located, parameters);
  }
}
