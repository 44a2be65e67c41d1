package org.instructgpt.gguf;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.TreeMap;

/// What a GGUF file says of itself: metadata, and where which tensor lies.
///
/// A file is, little-endian: the letters GGUF; a version; how many tensors and how many metadata
/// there are; the metadata; name, sizes, type and place of each tensor; and from the next multiple
/// of the alignment on the tensors, each beginning at a multiple of it.
///
/// A file comes from anywhere, so nothing in it is trusted: [GgufHeaderReader] asks for no more
/// memory than the file has bytes, and refuses whatever is out of place. Of a tensor every byte
/// lies in the file, none belongs to two, and none is left over.
///
/// Source: the format's documentation in ggml, docs/gguf.md.
///
/// @param path of it
/// @param version of the format: 2 or 3, which differ in nothing that is read
/// @param metadata by key
/// @param tensors by name, in the order of their bytes
/// @param dataStart where the first tensor lies, in bytes from the start
record GgufFile(
    Path path,
    int version,
    SequencedMap<String, GgufValue> metadata,
    SequencedMap<String, Entry> tensors,
    long dataStart) {

  /// Makes both maps unchangeable.
  GgufFile {
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
  }

  /// A tensor.
  ///
  /// @param sizes of its dimensions, that of a row first: a matrix (out, in) has the sizes in, out
  /// @param type of its elements
  /// @param begin its first byte, counted from the first tensor's
  record Entry(List<Long> sizes, GgmlType type, long begin) {
    /// Makes the sizes unchangeable.
    Entry {
      sizes = List.copyOf(sizes);
    }

    /// How many elements it has.
    long elements() {
      return sizes.stream().reduce(1L, Math::multiplyExact);
    }

    /// How many bytes it takes.
    long bytes() {
      return type.bytes(elements());
    }
  }

  /// Reads a file's header.
  ///
  /// @throws IllegalArgumentException if there is no such file, it is no GGUF file, or it is
  ///   damaged
  /// @throws IOException if it cannot be read
  static GgufFile read(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          "%s: expected a GGUF file, found %s"
              .formatted(path, Files.exists(path) ? "no ordinary file" : "nothing of this name"));
    }
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return new GgufHeaderReader(path, new BoundedInput(path, channel)).read();
    }
  }

  /// What the file says, in lines for people.
  List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add("%s: a GGUF file, version %d".formatted(path, version));
    metadata.forEach((key, value) -> lines.add("  %s: %s".formatted(key, text(value))));
    var numbers = new TreeMap<GgmlType, Long>();
    tensors.values().forEach(tensor -> numbers.merge(tensor.type(), tensor.elements(), Long::sum));
    var counts =
        numbers.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey().name().toLowerCase(Locale.ROOT))
            .toList();
    lines.add("tensors: %d with %s numbers".formatted(tensors.size(), String.join(", ", counts)));
    tensors.forEach((name, tensor) ->
        lines.add(
            "  %s: %s %s"
                .formatted(name, tensor.type().name().toLowerCase(Locale.ROOT), tensor.sizes())));
    return lines;
  }

  private static String text(GgufValue value) {
    return switch (value) {
      case GgufValue.Whole whole ->
          whole.kind() == GgufKind.UINT64
              ? Long.toUnsignedString(whole.value())
              : Long.toString(whole.value());
      case GgufValue.Real real ->
          real.kind() == GgufKind.FLOAT32
              ? Float.toString((float) real.value())
              : Double.toString(real.value());
      case GgufValue.Truth truth -> Boolean.toString(truth.value());
      case GgufValue.Text text -> shortened(text.value());
      case GgufValue.Texts texts ->
          "%d texts, such as %s"
              .formatted(
                  texts.values().size(),
                  texts.values().stream().limit(4).map(GgufFile::shortened).toList());
      case GgufValue.Numbers numbers -> {
        var some = new ArrayList<String>();
        for (int i = 0; i < Math.min(8, numbers.size()); i++) {
          double number = numbers.at(i);
          some.add(number == Math.rint(number) ? Long.toString((long) number) : "" + number);
        }
        yield "%d numbers of %s, such as %s"
            .formatted(numbers.size(), numbers.kind().name().toLowerCase(Locale.ROOT), some);
      }
    };
  }

  /// A text of unknown origin on one line.
  static String shortened(String text) {
    var line = text.replace("\n", "\\n").replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 80 ? line : line.substring(0, 77) + "...";
  }
}
