package org.instructgpt.files;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Text files that people hand in.
public final class Utf8File {
  private Utf8File() {}

  /// The text of a file.
  ///
  /// @throws IllegalArgumentException if it is a folder, or not in UTF-8
  public static String read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + ": expected a file, found a folder");
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException broken) {
      throw new IllegalArgumentException(
          file + ": expected UTF-8 text, found other bytes; copy or download the file again",
          broken);
    }
  }
}
