package org.instructgpt.experiment;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.instructgpt.statistics.Estimate;

/// The file of the [Measurements] of a workspace: JSON, one entry for each key, sorted.
///
/// @param file which need not exist yet
record MeasurementsFile(Path file) {
  private static final ObjectMapper JSON = Json.LENIENT;

  /// Adds measurements, or replaces those of the same keys.
  void add(Map<MeasureKey, Estimate> found) throws IOException {
    var all = byPath();
    found.forEach((key, estimate) -> all.put(key.path(), estimate));
    AtomicFiles.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n");
  }

  /// All measurements.
  Measurements read() throws IOException {
    return new Measurements(byPath());
  }

  private TreeMap<String, Estimate> byPath() throws IOException {
    return Files.exists(file)
        ? JSON.readValue(Files.readString(file), new TypeReference<>() {})
        : new TreeMap<>();
  }
}
