package org.instructgpt.torch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiConsumer;
import org.instructgpt.files.AtomicFiles;

/// Tensors in files that other tools read too: Hugging Face's safetensors format.
///
/// A file is eight bytes with the length of the header (little-endian), the header (a JSON object
/// padded with spaces), and the bytes of the tensors without gaps:
///
/// ```
/// {"__metadata__": {"format": "pt"},
///  "wte.weight": {"dtype": "F32", "shape": [50257, 768], "data_offsets": [0, 154389504]}, ...}
/// ```
///
/// A file comes from anywhere, so nothing in it is trusted before the whole header is checked
/// against the length of the file: every byte of the data belongs to exactly one tensor, and every
/// tensor has exactly the bytes that its shape asks for. What passes can be copied without a
/// further test; what does not is refused before memory for a tensor is asked for. The format lets
/// a header be 100 MB long, which is long enough to stall a reader; ours stops at
/// [SafetensorsHeader#HEADER_LIMIT], twenty times what the largest published checkpoints need, and
/// stops reading at the first token that is out of place, so a malicious header is refused in
/// milliseconds.
///
/// Flipped bits among the numbers themselves cannot be seen here: a checkpoint's checksum finds
/// those. Source: https://github.com/huggingface/safetensors, section Format.
public final class Safetensors {
  private Safetensors() {}

  /// All tensors of a file by name, in the order of their bytes, on the processor; they belong to
  /// the scope that is open.
  ///
  /// @throws IllegalArgumentException if there is no such file or it is damaged
  /// @throws IOException if it cannot be read
  public static SequencedMap<String, Tensor> read(Path path) throws IOException {
    try (var file = SafetensorsFile.open(path)) {
      var tensors = new LinkedHashMap<String, Tensor>();
      for (var name : file.names()) {
        tensors.put(name, file.tensor(name));
      }
      return tensors;
    }
  }

  /// One tensor of a file as it is in it, on the processor; it belongs to the scope that is open.
  ///
  /// @throws IllegalArgumentException if there is no such file or tensor, or it is damaged
  /// @throws IOException if it cannot be read
  public static Tensor read(Path path, String name) throws IOException {
    try (var file = SafetensorsFile.open(path)) {
      return file.tensor(name);
    }
  }

  /// Overwrites tensors, on any device, with those of the same names in a file, which may hold
  /// more; elements are converted to the types at hand. What is read goes straight into its place:
  /// no second copy is made, whatever the size.
  ///
  /// @throws IllegalArgumentException if there is no such file, it is damaged, or it lacks a tensor
  ///   of such a name and shape; nothing is overwritten then
  /// @throws IOException if it cannot be read; tensors may be partly overwritten then
  public static void readInto(Path path, Map<String, Tensor> tensors) throws IOException {
    try (var file = SafetensorsFile.open(path)) {
      tensors.forEach(file::check);
      for (var name : file.names()) {
        var tensor = tensors.get(name);
        if (tensor != null) {
          file.copyInto(name, tensor);
        }
      }
    }
  }

  /// Gives tensors of a file one after the other, as they are in it, each on the processor and
  /// until the next comes.
  ///
  /// @param names which
  /// @throws IllegalArgumentException if there is no such file or tensor, or it is damaged
  /// @throws IOException if it cannot be read
  public static void readEach(Path path, Set<String> names, BiConsumer<String, Tensor> use)
      throws IOException {
    try (var file = SafetensorsFile.open(path)) {
      for (var name : names) {
        try (var _ = Scope.open()) {
          use.accept(name, file.tensor(name));
        }
      }
    }
  }

  /// Whether two tensors of files have the same type, shape and bytes.
  ///
  /// @throws IllegalArgumentException if there is no such file or tensor, or it is damaged
  /// @throws IOException if they cannot be read
  public static boolean sameBits(Path path, String one, Path otherPath, String other)
      throws IOException {
    try (var file = SafetensorsFile.open(path);
        var otherFile = SafetensorsFile.open(otherPath)) {
      return file.sameBits(one, otherFile, other);
    }
  }

  /// The checked header of a file; no tensor is read.
  ///
  /// @throws IllegalArgumentException if there is no such file or it is damaged
  /// @throws IOException if it cannot be read
  public static SafetensorsHeader header(Path path) throws IOException {
    try (var file = SafetensorsFile.open(path)) {
      return file.header();
    }
  }

  /// Writes a file that is whole or not there: until its last byte is on the disk, `path` is what
  /// it was before. The same tensors and metadata give the same bytes, whatever the order of the
  /// maps.
  ///
  /// @throws IllegalArgumentException if a name cannot be written
  /// @throws IOException if it cannot be written
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    var layout = new LinkedHashMap<String, SafetensorsHeader.Entry>();
    tensors.forEach((name, tensor) ->
        layout.put(name, SafetensorsHeader.Entry.of(tensor.dtype(), tensor.shape())));
    write(path, layout, name -> Objects.requireNonNull(tensors.get(name)), metadata);
  }

  /// Where the tensors of a file come from, one at a time.
  @FunctionalInterface
  public interface Source {
    /// The tensor of a name; it is dropped when it has been written.
    Tensor tensor(String name) throws IOException;
  }

  /// The same with no more than one tensor in memory.
  ///
  /// @param layout types and shapes; where they lie in another file does not matter
  public static void write(
      Path path,
      Map<String, SafetensorsHeader.Entry> layout,
      Source source,
      Map<String, String> metadata)
      throws IOException {
    AtomicFiles.writeChannel(path, new SafetensorsWriter(layout, source, metadata)::writeTo);
  }
}
