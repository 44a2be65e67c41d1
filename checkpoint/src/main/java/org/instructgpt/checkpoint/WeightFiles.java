package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.SafetensorsHeader;

/// The weights of a checkpoint: a safetensors file, or several and an index that says which tensor
/// is in which.
///
/// @param directory of the checkpoint
/// @param files which file each tensor is in
/// @param tensors what the files say of each
record WeightFiles(
    Path directory,
    SequencedMap<String, Path> files,
    Map<String, SafetensorsHeader.Entry> tensors) {
  /// The index of several files.
  static final String INDEX = "model.safetensors.index.json";

  /// The longest index that is read, in bytes.
  private static final long INDEX_LIMIT = 20_000_000;

  /// Reads the headers of a checkpoint's files.
  ///
  /// @throws NoSuchFileException if a file is missing
  /// @throws IllegalArgumentException if files and index do not belong together
  static WeightFiles of(Path directory) throws IOException {
    var whole = directory.resolve(CheckpointFiles.WEIGHTS);
    var single = Files.exists(whole) ? whole : MetaLayout.weights(directory).orElse(whole);
    var index = directory.resolve(INDEX);
    if (Files.exists(single)) {
      return single(directory, String.valueOf(single.getFileName()));
    }
    if (Files.exists(index)) {
      return indexed(directory, index);
    }
    throw new NoSuchFileException(
        single.toString(), null, "the checkpoint has no weights; copy it again");
  }

  /// Reads the header of a file that holds all.
  static WeightFiles single(Path directory, String name) throws IOException {
    var file = directory.resolve(name);
    var header = Safetensors.header(file).tensors();
    var files = new LinkedHashMap<String, Path>();
    header.keySet().forEach(tensor -> files.put(tensor, file));
    return new WeightFiles(directory, files, header);
  }

  /// The file of one that holds all weights.
  ///
  /// @throws NoSuchFileException if there is none
  static Path only(Path directory) throws IOException {
    var all = of(directory).all();
    if (all.size() != 1) {
      throw new IllegalArgumentException(
          "%s: expected one safetensors file beside a description with the key dim, found %d"
              .formatted(directory, all.size()));
    }
    return all.iterator().next();
  }

  private static WeightFiles indexed(Path directory, Path index) throws IOException {
    var map = parse(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: expected an object weight_map with a file for each tensor, found %s"
              .formatted(index, map.isMissingNode() ? "none" : map));
    }
    var files = new LinkedHashMap<String, Path>();
    var shards = new TreeSet<String>();
    for (var entry : map.properties()) {
      files.put(entry.getKey(), shard(directory, index, entry.getValue()));
      shards.add(entry.getValue().asText());
    }
    var tensors = new HashMap<String, SafetensorsHeader.Entry>();
    for (var shard : shards) {
      var path = directory.resolve(shard);
      if (!Files.exists(path)) {
        throw new NoSuchFileException(
            path.toString(), null, index + " names this file; copy the checkpoint again");
      }
      var header = Safetensors.header(path).tensors();
      header.forEach((name, entry) -> {
        if (!path.equals(files.get(name))) {
          throw new IllegalArgumentException(
              "%s holds the tensor %s, which %s %s: they do not belong together"
                  .formatted(
                      path,
                      name,
                      index,
                      files.containsKey(name)
                          ? "says is in " + Objects.requireNonNull(files.get(name)).getFileName()
                          : "does not name"));
        }
        tensors.put(name, entry);
      });
    }
    for (var name : files.keySet()) {
      if (!tensors.containsKey(name)) {
        throw new IllegalArgumentException(
            "%s says that %s is in %s, which does not hold it: they do not belong together"
                .formatted(index, name, files.get(name)));
      }
    }
    return new WeightFiles(directory, files, tensors);
  }

  private static JsonNode parse(Path index) throws IOException {
    if (Files.size(index) > INDEX_LIMIT) {
      throw new IllegalArgumentException(
          "%s: expected an index of at most %d bytes, found %d: is it one?"
              .formatted(index, INDEX_LIMIT, Files.size(index)));
    }
    return ForeignTexts.object(index, Json.LENIENT);
  }

  /// A file that an index names, which must lie beside it.
  private static Path shard(Path directory, Path index, JsonNode name) {
    if (!name.isTextual() || !name.asText().matches("[\\w.-]+\\.safetensors")) {
      throw new IllegalArgumentException(
          "%s: expected the name of a safetensors file beside it, found %s".formatted(index, name));
    }
    return directory.resolve(name.asText());
  }

  /// The names of all tensors.
  Set<String> names() {
    return Collections.unmodifiableSet(files.keySet());
  }

  /// The file that a tensor is in.
  Path file(String name) {
    return Objects.requireNonNull(files.get(name));
  }

  /// All files, in the order in which tensors name them.
  Set<Path> all() {
    return new LinkedHashSet<>(files.values());
  }

  /// What the files say of a tensor.
  SafetensorsHeader.Entry entry(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /// The type that most of the numbers of some tensors have.
  DType mostCommonType(List<StoredTensor> of) {
    var numbers = new EnumMap<DType, Long>(DType.class);
    for (var tensor : of) {
      var entry = entry(tensor.name());
      numbers.merge(entry.dtype(), entry.bytes() / entry.dtype().bytes(), Long::sum);
    }
    return Collections.max(numbers.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  /// Whether two tensors have the same type, shape and bytes.
  boolean sameBits(String one, String other) throws IOException {
    return Safetensors.sameBits(file(one), one, file(other), other);
  }

  /// The file of one that holds all, else the index: for messages.
  Path main() {
    var all = all();
    return all.size() == 1 ? all.iterator().next() : directory.resolve(INDEX);
  }
}
