package org.instructgpt.model;

/// The names of the files of a checkpoint.
public final class CheckpointFiles {
  /// The description of the model.
  public static final String CONFIG = "config.json";

  /// Its weights.
  public static final String WEIGHTS = "model.safetensors";

  private CheckpointFiles() {}
}
