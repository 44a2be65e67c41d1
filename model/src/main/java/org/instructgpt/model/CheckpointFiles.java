package org.instructgpt.model;

/// The names of the files of a checkpoint.
final class CheckpointFiles {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.safetensors";

  private CheckpointFiles() {}
}
