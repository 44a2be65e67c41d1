package org.instructgpt.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Tells what a GGUF file says of itself.
public final class GgufInspection {
  private GgufInspection() {}

  /// Lines for people: metadata, types and sizes of tensors. No tensor is read.
  ///
  /// @throws IllegalArgumentException if the file is damaged, or no GGUF file
  /// @throws IOException if it cannot be read
  public static List<String> lines(Path file) throws IOException {
    return GgufFile.read(file).lines();
  }
}
