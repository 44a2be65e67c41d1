package org.instructgpt.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.instructgpt.checkpoint.StoredParameters;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Writes one GGUF file of version 3 (see [GgufFile]).
///
/// Parameters are read one at a time; tensors that are made of the same one stand together.
final class GgufWriter {
  private static final int VERSION = 3;

  /// Bytes handled at once: whole blocks of 32 elements in float32.
  private static final long PIECE = 16 << 20;

  private final SequencedMap<String, GgufValue> metadata;
  private final List<PlannedTensor> tensors;
  private final GgmlType wanted;
  private final SequencedMap<String, Long> sums = new LinkedHashMap<>();

  GgufWriter(
      SequencedMap<String, GgufValue> metadata, List<PlannedTensor> tensors, GgmlType wanted) {
    this.metadata = metadata;
    this.tensors = List.copyOf(tensors);
    this.wanted = wanted;
  }

  /// The sums (CRC-32C) of the bytes of each tensor that was written, by name.
  SequencedMap<String, Long> sums() {
    return sums;
  }

  /// Writes everything from the beginning of a file on.
  ///
  /// @param stopped is asked before each parameter
  /// @throws java.util.concurrent.CancellationException if it was stopped
  void write(StoredParameters parameters, FileChannel channel, BooleanSupplier stopped)
      throws IOException {
    AtomicFiles.writeFully(channel, ByteBuffer.wrap(header()));
    for (int from = 0; from < tensors.size(); ) {
      var parameter = tensors.get(from).parameter();
      int to = from;
      while (to < tensors.size() && tensors.get(to).parameter().equals(parameter)) {
        to++;
      }
      if (stopped.getAsBoolean()) {
        throw new CancellationException("stopped");
      }
      try (var _ = Scope.open()) {
        var whole = parameters.read(parameter);
        for (var tensor : tensors.subList(from, to)) {
          write(tensor, whole, channel);
        }
      }
      from = to;
    }
  }

  private void write(PlannedTensor tensor, Tensor whole, FileChannel channel) throws IOException {
    var sum = new CRC32C();
    try (var _ = Scope.open()) {
      var floats = Scope.constant(() -> tensor.of(whole));
      var type = tensor.type(wanted);
      if (type == GgmlType.Q8_0) {
        quantized(tensor.name(), floats.data(), channel, sum);
      } else {
        var converted = Scope.constant(() -> floats.to(converted(type)));
        if (!converted.allFinite()) {
          throw tooLarge(tensor.name(), floats.abs().max().item(), type);
        }
        write(converted.data(), channel, sum);
      }
    }
    pad(channel);
    sums.put(tensor.name(), sum.getValue());
  }

  private static DType converted(GgmlType type) {
    return switch (type) {
      case F32 -> DType.FLOAT32;
      case F16 -> DType.FLOAT16;
      case BF16 -> DType.BFLOAT16;
      default -> throw new IllegalStateException(type + " is never written");
    };
  }

  private static IllegalArgumentException tooLarge(String name, double number, GgmlType type) {
    return new IllegalArgumentException(
        "%s holds the number %s, which is too large for %s: choose bfloat16 or float32"
            .formatted(name, number, type.name().toLowerCase(Locale.ROOT)));
  }

  private static void quantized(String name, MemorySegment floats, FileChannel channel, CRC32C sum)
      throws IOException {
    for (long from = 0; from < floats.byteSize(); from += PIECE) {
      var piece = floats.asSlice(from, Math.min(PIECE, floats.byteSize() - from));
      ByteBuffer blocks;
      try {
        blocks = Quantization.q8(piece);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "%s cannot be q8_0, as %s: choose bfloat16 or float32".formatted(name, e.getMessage()),
            e);
      }
      sum.update(blocks.duplicate());
      AtomicFiles.writeFully(channel, blocks);
    }
  }

  private static void write(MemorySegment bytes, FileChannel channel, CRC32C sum)
      throws IOException {
    for (long from = 0; from < bytes.byteSize(); from += PIECE) {
      var piece = bytes.asSlice(from, Math.min(PIECE, bytes.byteSize() - from)).asByteBuffer();
      sum.update(piece.duplicate());
      AtomicFiles.writeFully(channel, piece);
    }
  }

  private static void pad(FileChannel channel) throws IOException {
    int gap = (int) (aligned(channel.position()) - channel.position());
    AtomicFiles.writeFully(channel, ByteBuffer.allocate(gap));
  }

  private static long aligned(long place) {
    int to = GgufHeaderReader.USUAL_ALIGNMENT;
    return Math.ceilDiv(place, to) * to;
  }

  private byte[] header() {
    var out = new Little();
    out.bytes.writeBytes(new byte[] {'G', 'G', 'U', 'F'});
    out.int32(VERSION);
    out.int64(tensors.size());
    out.int64(metadata.size());
    metadata.forEach((key, value) -> {
      out.text(key);
      out.value(value);
    });
    long begin = 0;
    for (var tensor : tensors) {
      var entry = new GgufFile.Entry(tensor.sizes(), tensor.type(wanted), begin);
      out.text(tensor.name());
      out.int32(entry.sizes().size());
      entry.sizes().forEach(out::int64);
      out.int32(entry.type().code());
      out.int64(begin);
      begin = aligned(begin + entry.bytes());
    }
    out.bytes.writeBytes(new byte[(int) (aligned(out.bytes.size()) - out.bytes.size())]);
    return out.bytes.toByteArray();
  }

  /// How many tensors could not have the wanted type, as their rows are no whole blocks.
  List<String> others() {
    var others = new ArrayList<String>();
    for (var tensor : tensors) {
      if (!tensor.exact() && tensor.type(wanted) != wanted) {
        others.add(tensor.name());
      }
    }
    return others;
  }

  /// Little-endian values.
  ///
  /// @param bytes where they go
  private record Little(ByteArrayOutputStream bytes) {
    Little() {
      this(new ByteArrayOutputStream());
    }

    void int32(int value) {
      bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    void int64(long value) {
      bytes.writeBytes(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }

    void text(String text) {
      var utf8 = text.getBytes(StandardCharsets.UTF_8);
      int64(utf8.length);
      bytes.writeBytes(utf8);
    }

    void value(GgufValue value) {
      switch (value) {
        case GgufValue.Whole(GgufKind kind, long number) when kind == GgufKind.UINT32 -> {
          int32(kind.code());
          int32((int) number);
        }
        case GgufValue.Real(GgufKind kind, double number) when kind == GgufKind.FLOAT32 -> {
          int32(kind.code());
          int32(Float.floatToRawIntBits((float) number));
        }
        case GgufValue.Truth truth -> {
          int32(GgufKind.BOOL.code());
          bytes.write(truth.value() ? 1 : 0);
        }
        case GgufValue.Text text -> {
          int32(GgufKind.STRING.code());
          text(text.value());
        }
        case GgufValue.Texts texts -> {
          int32(GgufKind.ARRAY.code());
          int32(GgufKind.STRING.code());
          int64(texts.values().size());
          texts.values().forEach(this::text);
        }
        case GgufValue.Numbers numbers -> {
          int32(GgufKind.ARRAY.code());
          int32(numbers.kind().code());
          int64(numbers.size());
          var raw = new byte[numbers.raw().remaining()];
          numbers.raw().duplicate().get(raw);
          bytes.writeBytes(raw);
        }
        case GgufValue.Whole _, GgufValue.Real _ ->
            throw new IllegalStateException(value + " is of a kind that is never written");
      }
    }
  }
}
