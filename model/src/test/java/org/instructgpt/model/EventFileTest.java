package org.instructgpt.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reads event files with a reader of its own: bit by bit CRC, generic protocol buffer fields.
class EventFileTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.250Z"));
  private static final double WALL_TIME = 1767323045.25;

  @TempDir Path folder;

  @Test
  void theFileBeginsLikeEveryTensorBoardFile() throws IOException {
    EventFile.open(folder, 1, CLOCK).close();
    Path file = files().getFirst();
    assertThat(file.getFileName()).hasToString("events.out.tfevents.1767323045.0000");
    byte[] bytes = Files.readAllBytes(file);
    // Length 24, its masked CRC, and the key of wall_time, as TensorFlow writes them.
    assertThat(HexFormat.of().formatHex(bytes, 0, 13)).isEqualTo("1800000000000000a37f4b2209");
    assertThat(new String(bytes, 21, 15, UTF_8)).isEqualTo("\u001a\rbrain.Event:2");
  }

  @Test
  void scalarsComeBackWithTagStepTimeAndValue() throws IOException {
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("loss", 2.5);
    metrics.put("kl", -0.125);
    try (var events = EventFile.open(folder, 1, CLOCK)) {
      events.scalars(300, "train/", metrics);
    }
    List<Fields> read = read(files().getFirst());
    assertThat(read).hasSize(2);
    Fields event = read.get(1);
    assertThat(event.real(1)).isEqualTo(WALL_TIME);
    assertThat(event.whole(2)).isEqualTo(300);
    List<Fields> values = event.message(5).messages(1);
    assertThat(values).extracting(value -> value.text(1)).containsExactly("train/loss", "train/kl");
    assertThat(values).extracting(value -> value.single(2)).containsExactly(2.5f, -0.125f);
  }

  @Test
  void aResumedRunStartsANewFileThatMakesOlderStepsVoid() throws IOException {
    try (var events = EventFile.open(folder, 1, CLOCK)) {
      events.scalars(1, "", Map.of("loss", 1.0));
      events.scalars(2, "", Map.of("loss", 2.0));
    }
    EventFile.open(folder, 2, CLOCK).close();
    assertThat(files()).hasSize(2).isSorted();
    Fields started = read(files().getLast()).get(1);
    assertThat(started.whole(2)).isEqualTo(2);
    assertThat(started.message(7).whole(1)).as("SessionLog.START").isEqualTo(1);
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /// The events of a file, every CRC checked.
  private static List<Fields> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Fields> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(bytes.position(), length);
      byte[] event = new byte[(int) bytes.getLong()];
      assertThat(bytes.getInt()).isEqualTo(masked(crc32c(length)));
      bytes.get(event);
      assertThat(bytes.getInt()).isEqualTo(masked(crc32c(event)));
      events.add(Fields.parse(ByteBuffer.wrap(event)));
    }
    return events;
  }

  private static int masked(int crc) {
    return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
  }

  /// Castagnoli's polynomial, bit-reflected, a bit at a time.
  private static int crc32c(byte[] bytes) {
    int crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      }
    }
    return ~crc;
  }

  /// The fields of a protocol buffer message by number.
  private record Fields(Map<Integer, List<byte[]>> raw) {
    static Fields parse(ByteBuffer bytes) {
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      Map<Integer, List<byte[]>> raw = new LinkedHashMap<>();
      while (bytes.hasRemaining()) {
        long key = varint(bytes);
        byte[] value =
            switch ((int) key & 7) {
              case 0 -> ByteBuffer.allocate(8).putLong(varint(bytes)).array();
              case 1 -> take(bytes, 8);
              case 2 -> take(bytes, (int) varint(bytes));
              case 5 -> take(bytes, 4);
              default -> throw new AssertionError("wire type of key " + key);
            };
        raw.computeIfAbsent((int) (key >>> 3), _ -> new ArrayList<>()).add(value);
      }
      return new Fields(raw);
    }

    long whole(int field) {
      return ByteBuffer.wrap(only(field)).getLong();
    }

    double real(int field) {
      return ByteBuffer.wrap(only(field)).order(ByteOrder.LITTLE_ENDIAN).getDouble();
    }

    float single(int field) {
      return ByteBuffer.wrap(only(field)).order(ByteOrder.LITTLE_ENDIAN).getFloat();
    }

    String text(int field) {
      return new String(only(field), UTF_8);
    }

    Fields message(int field) {
      return parse(ByteBuffer.wrap(only(field)));
    }

    List<Fields> messages(int field) {
      return values(field).stream().map(value -> parse(ByteBuffer.wrap(value))).toList();
    }

    private byte[] only(int field) {
      assertThat(values(field)).hasSize(1);
      return values(field).getFirst();
    }

    private List<byte[]> values(int field) {
      return raw.getOrDefault(field, List.of());
    }

    private static byte[] take(ByteBuffer bytes, int count) {
      byte[] value = new byte[count];
      bytes.get(value);
      return value;
    }

    private static long varint(ByteBuffer bytes) {
      long value = 0;
      int shift = 0;
      byte next;
      do {
        next = bytes.get();
        value |= (long) (next & 0x7f) << shift;
        shift += 7;
      } while (next < 0);
      return value;
    }
  }
}
