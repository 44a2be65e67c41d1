package org.instructgpt.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Reads the header of a GGUF file, and refuses what is out of place where it stands.
///
/// @param path of the file
/// @param in its bytes
record GgufHeaderReader(Path path, BoundedInput in) {
  private static final byte[] MAGIC = {'G', 'G', 'U', 'F'};

  /// The key of the number at whose multiples tensors begin.
  static final String ALIGNMENT = "general.alignment";

  /// That number where the file gives none.
  static final int USUAL_ALIGNMENT = 32;

  private static final int MOST_KEYS = 10_000;
  private static final int MOST_TENSORS = 100_000;
  private static final int LONGEST_KEY = 65_535;
  private static final int LONGEST_NAME = 64;
  private static final int MOST_DIMENSIONS = 4;

  GgufFile read() throws IOException {
    if (in.size() < 24) {
      throw in.refused("a header of 24 bytes at least", in.size() + " bytes");
    }
    var magic = new byte[4];
    in.bytes(4, "the letters GGUF").get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw in.refused("the letters GGUF at the beginning", Arrays.toString(magic));
    }
    long version = in.uint32();
    if (version != 2 && version != 3) {
      throw in.refused(
          "version 2 or 3",
          version + ((version & 0xffff) == 0 ? " (big-endian files are not read)" : ""));
    }
    long tensors = count("tensors", MOST_TENSORS);
    long keys = count("metadata", MOST_KEYS);
    var metadata = new LinkedHashMap<String, GgufValue>();
    for (long i = 0; i < keys; i++) {
      var key = in.text(LONGEST_KEY, "a key");
      if (key.isEmpty()) {
        throw in.refused("a key", "an empty one");
      }
      if (metadata.put(key, value(key)) != null) {
        throw in.refused("each key once", GgufFile.shortened(key) + " twice");
      }
    }
    long alignment = alignment(metadata);
    var entries = new LinkedHashMap<String, GgufFile.Entry>();
    for (long i = 0; i < tensors; i++) {
      tensor(entries);
    }
    long start = Math.ceilDiv(in.position(), alignment) * alignment;
    checkPlaces(entries, alignment, start);
    return new GgufFile(path, (int) version, metadata, entries, start);
  }

  private long count(String what, long most) throws IOException {
    long count = in.int64();
    if (count < 0 || count > most) {
      throw in.refused("at most %d %s".formatted(most, what), Long.toUnsignedString(count));
    }
    return count;
  }

  private GgufKind kind(String key) throws IOException {
    long code = in.uint32();
    return GgufKind.of(code)
        .orElseThrow(() ->
            in.refused("a kind of value from 0 to 12 for " + GgufFile.shortened(key), "" + code));
  }

  private GgufValue value(String key) throws IOException {
    var kind = kind(key);
    return switch (kind) {
      case STRING -> new GgufValue.Text(in.text(BoundedInput.LIMIT, GgufFile.shortened(key)));
      case ARRAY -> list(key);
      case BOOL -> {
        var raw = in.bytes(1, key);
        checkTruth(key, raw);
        yield new GgufValue.Truth(raw.get(0) == 1);
      }
      case FLOAT32 -> new GgufValue.Real(kind, in.bytes(4, key).getFloat(0));
      case FLOAT64 -> new GgufValue.Real(kind, in.bytes(8, key).getDouble(0));
      case UINT64, INT64 -> new GgufValue.Whole(kind, in.int64());
      default -> {
        var one = new GgufValue.Numbers(kind, in.bytes(kind.bytes(), key));
        yield new GgufValue.Whole(kind, (long) one.at(0));
      }
    };
  }

  private void checkTruth(String key, ByteBuffer raw) {
    for (int i = 0; i < raw.limit(); i++) {
      if (raw.get(i) != 0 && raw.get(i) != 1) {
        throw in.refused("0 or 1 for " + GgufFile.shortened(key), "" + raw.get(i));
      }
    }
  }

  private GgufValue list(String key) throws IOException {
    var kind = kind(key);
    if (kind == GgufKind.ARRAY) {
      throw in.refused("no lists in a list for " + GgufFile.shortened(key), "one");
    }
    long count = in.int64();
    if (count < 0 || count > in.left() / kind.bytes()) {
      throw in.refused(
          "a list within the %d bytes that are left for %s"
              .formatted(in.left(), GgufFile.shortened(key)),
          Long.toUnsignedString(count) + " entries");
    }
    if (kind != GgufKind.STRING) {
      var raw = in.bytes(count * kind.bytes(), key);
      if (kind == GgufKind.BOOL) {
        checkTruth(key, raw);
      }
      return new GgufValue.Numbers(kind, raw);
    }
    var texts = new ArrayList<String>();
    for (long i = 0; i < count; i++) {
      texts.add(in.text(BoundedInput.LIMIT, GgufFile.shortened(key)));
    }
    return new GgufValue.Texts(texts);
  }

  private long alignment(SequencedMap<String, GgufValue> metadata) {
    var said = metadata.get(ALIGNMENT);
    if (said == null) {
      return USUAL_ALIGNMENT;
    }
    if (said instanceof GgufValue.Whole(GgufKind kind, long value)
        && kind == GgufKind.UINT32
        && value > 0
        && value <= 1 << 20
        && Long.bitCount(value) == 1) {
      return value;
    }
    throw in.refused("a power of two for " + ALIGNMENT, said.toString());
  }

  private void tensor(SequencedMap<String, GgufFile.Entry> entries) throws IOException {
    var name = in.text(LONGEST_NAME, "the name of a tensor");
    var shown = "tensor " + GgufFile.shortened(name);
    long dimensions = in.uint32();
    if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
      throw in.refused(shown + " to have 1 to 4 dimensions", "" + dimensions);
    }
    var sizes = new ArrayList<Long>();
    for (long i = 0; i < dimensions; i++) {
      sizes.add(in.int64());
    }
    long code = in.uint32();
    var type =
        GgmlType.of(code)
            .orElseThrow(() -> in.refused(shown + " to have a known type", "number " + code));
    var entry = new GgufFile.Entry(sizes, type, in.int64());
    checkSizes(shown, sizes, type);
    if (entries.put(name, entry) != null) {
      throw in.refused(shown + " once", "it twice");
    }
  }

  private void checkSizes(String shown, List<Long> sizes, GgmlType type) {
    long elements = 1;
    for (long size : sizes) {
      if (size < 1 || size > Long.MAX_VALUE / elements) {
        throw in.refused(shown + " to have sizes from 1 on that fit any memory", "" + sizes);
      }
      elements *= size;
    }
    if (sizes.getFirst() % type.block() != 0) {
      throw in.refused(
          "%s to have rows of whole blocks of %d".formatted(shown, type.block()),
          "rows of " + sizes.getFirst());
    }
    try {
      var _ = type.bytes(elements);
    } catch (ArithmeticException e) {
      throw in.refused(shown + " to fit any memory", "" + sizes);
    }
  }

  /// Tensors follow one another, each from the next multiple of the alignment on, to the file's
  /// end.
  private void checkPlaces(
      SequencedMap<String, GgufFile.Entry> entries, long alignment, long start) {
    long next = 0;
    long end = 0;
    for (var entry : entries.entrySet()) {
      var shown = "tensor " + GgufFile.shortened(entry.getKey());
      var tensor = entry.getValue();
      if (tensor.begin() != next) {
        throw in.refused(
            "%s to begin at byte %d, behind the one before it".formatted(shown, next),
            "byte " + tensor.begin());
      }
      if (tensor.bytes() > in.size() - start - next) {
        throw in.refused(
            "%s to end within the file's %d bytes".formatted(shown, in.size()),
            "%d bytes from byte %d on".formatted(tensor.bytes(), start + next));
      }
      end = next + tensor.bytes();
      next = Math.ceilDiv(end, alignment) * alignment;
    }
    long rest = in.size() - start - end;
    if (!entries.isEmpty() && rest >= alignment) {
      throw in.refused(
          "the file to end with its last tensor", rest + " bytes more: something was added");
    }
  }
}
