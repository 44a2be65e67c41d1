package org.instructgpt.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Collects the mistakes of one file, so that they are reported together.
final class FileProblems {

  private static final int SHOWN = 20;

  private final Path file;
  private final List<String> found = new ArrayList<>();
  private int count;

  FileProblems(Path file) {
    this.file = file;
  }

  void add(String where, String what) {
    count++;
    if (found.size() < SHOWN) {
      found.add(where + ": " + what);
    }
  }

  void throwIfAny() {
    if (count == 0) {
      return;
    }
    String rest = count > SHOWN ? "\n  and %d more".formatted(count - SHOWN) : "";
    throw new IllegalArgumentException(
        "%s is not a tokenizer that can be used:\n  %s%s"
            .formatted(file, String.join("\n  ", found), rest));
  }
}
