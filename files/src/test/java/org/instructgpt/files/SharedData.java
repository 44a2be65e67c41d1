package org.instructgpt.files;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/// The real data beside the project; a test that needs it is skipped where it is missing.
public final class SharedData {

  private SharedData() {}

  public static Path file(String name) {
    String root = System.getProperty("instructgpt.root", "..");
    Path file = Path.of(root).resolve("../shared/data").resolve(name);
    assumeTrue(Files.exists(file), "shared/data is missing");
    return file;
  }
}
