package org.instructgpt.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The reader on files that are sound, damaged and hostile.
class GgufFileTest {
  @TempDir Path folder;

  /// Bytes of a file, value by value.
  private static final class Bytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes int32(long value) {
      out.writeBytes(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array());
      return this;
    }

    Bytes int64(long value) {
      out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
      return this;
    }

    Bytes text(String text) {
      var utf8 = text.getBytes(StandardCharsets.UTF_8);
      int64(utf8.length);
      out.writeBytes(utf8);
      return this;
    }

    Bytes raw(int... bytes) {
      for (int each : bytes) {
        out.write(each);
      }
      return this;
    }

    Bytes zeros(int count) {
      out.writeBytes(new byte[count]);
      return this;
    }

    Bytes align() {
      return zeros((32 - out.size() % 32) % 32);
    }

    static Bytes header(long tensors, long keys) {
      return new Bytes().raw('G', 'G', 'U', 'F').int32(3).int64(tensors).int64(keys);
    }
  }

  private GgufFile read(Bytes bytes) throws IOException {
    return GgufFile.read(Files.write(folder.resolve("x.gguf"), bytes.out.toByteArray()));
  }

  private void refused(Bytes bytes, String... said) {
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x.gguf, byte ")
        .hasMessageContainingAll(said);
  }

  @Test
  void everyKindOfValueIsRead() throws IOException {
    var bytes = Bytes.header(1, 15);
    bytes.text("a").int32(0).raw(200);
    bytes.text("b").int32(1).raw(200);
    bytes.text("c").int32(2).raw(255, 255);
    bytes.text("d").int32(3).raw(255, 255);
    bytes.text("e").int32(4).int32(-1);
    bytes.text("f").int32(5).int32(-1);
    bytes.text("g").int32(6).int32(Float.floatToIntBits(1.5f));
    bytes.text("h").int32(7).raw(1);
    bytes.text("i").int32(8).text("grüß\nGott");
    bytes.text("j").int32(9).int32(8).int64(2).text("x").text("");
    bytes.text("k").int32(9).int32(5).int64(2).int32(-7).int32(8);
    bytes.text("l").int32(10).int64(-1);
    bytes.text("m").int32(11).int64(-5);
    bytes.text("n").int32(12).int64(Double.doubleToLongBits(0.1));
    bytes.text("o").int32(9).int32(7).int64(2).raw(1, 0);
    bytes.text("w").int32(2).int64(32).int64(2).int32(8).int64(0).align().zeros(68);
    var file = read(bytes);
    assertThat(file.lines())
        .contains(
            "  a: 200",
            "  b: -56",
            "  c: 65535",
            "  d: -1",
            "  e: 4294967295",
            "  f: -1",
            "  g: 1.5",
            "  h: true",
            "  i: grüß\\nGott",
            "  j: 2 texts, such as [x, ]",
            "  k: 2 numbers of int32, such as [-7, 8]",
            "  l: 18446744073709551615",
            "  m: -5",
            "  n: 0.1",
            "tensors: 1 with 64 q8_0 numbers",
            "  w: q8_0 [32, 2]");
    assertThat(file.dataStart() % 32).isZero();
  }

  @Test
  void whatIsOutOfPlaceIsToldWithItsPlace() {
    refused(new Bytes().raw('G', 'G', 'M', 'L').int32(3).int64(0).int64(0), "the letters GGUF");
    refused(new Bytes().raw('G', 'G', 'U', 'F').int32(1).int64(0).int64(0), "version 2 or 3");
    refused(new Bytes().raw('G', 'G', 'U', 'F', 0, 0, 0, 3).int64(0).int64(0), "big-endian");
    refused(new Bytes().raw('G', 'G', 'U', 'F'), "24 bytes");
    refused(Bytes.header(0, 1).int64(1 << 20), "a key of at most 65535 bytes");
    refused(Bytes.header(0, 1).text(""), "an empty one");
    refused(Bytes.header(0, 1).text("a").int32(13), "a kind of value from 0 to 12 for a");
    refused(Bytes.header(0, 1).text("a").int32(7).raw(2), "0 or 1 for a", "2");
    refused(Bytes.header(0, 1).text("a").int32(8).int64(3).raw(0xff, 0xfe, 0xfd), "in UTF-8");
    refused(Bytes.header(0, 1).text("a").int32(9).int32(9).int64(1), "no lists in a list");
    refused(
        Bytes.header(0, 2).text("a").int32(7).raw(1).text("a").int32(7).raw(1), "each key once");
    refused(Bytes.header(0, 1).text("general.alignment").int32(4).int32(33), "a power of two");
    var tensor = Bytes.header(1, 0).text("w");
    refused(tensor.int32(5).zeros(90), "tensor w to have 1 to 4 dimensions", "5");
  }

  @Test
  void countsThatNoFileHasAskForNoMemory() {
    refused(Bytes.header(Long.MAX_VALUE, 0), "at most 100000 tensors");
    refused(Bytes.header(0, -1), "at most 10000 metadata", "18446744073709551615");
    refused(
        Bytes.header(0, 1).text("a").int32(9).int32(8).int64(Long.MAX_VALUE),
        "a list within the 0 bytes that are left");
    refused(Bytes.header(0, 1).text("a").int32(9).int32(12).int64(1 << 28), "a list within");
    refused(Bytes.header(0, 1).text("a").int32(8).int64(1 << 24), "within the 0 bytes");
    refused(
        Bytes.header(1, 0).text("w").int32(2).int64(1L << 40).int64(1L << 40).int32(0).int64(0),
        "sizes from 1 on that fit any memory");
    refused(
        Bytes.header(1, 0).text("w").int32(1).int64(Long.MAX_VALUE).int32(0).int64(0).align(),
        "tensor w to fit any memory");
  }

  @Test
  void tensorsLieOneBehindTheOtherAndWithinTheFile() {
    refused(
        Bytes.header(1, 0).text("w").int32(1).int64(8).int32(0).int64(32).align().zeros(64),
        "tensor w to begin at byte 0");
    refused(
        Bytes.header(1, 0).text("w").int32(1).int64(8).int32(0).int64(0).align().zeros(28),
        "tensor w to end within the file's");
    refused(
        Bytes.header(1, 0).text("w").int32(1).int64(8).int32(0).int64(0).align().zeros(64),
        "the file to end with its last tensor",
        "32 bytes more");
    refused(
        Bytes.header(1, 0).text("w").int32(1).int64(33).int32(8).int64(0).align().zeros(64),
        "rows of whole blocks of 32");
    refused(
        Bytes.header(1, 0).text("w").int32(1).int64(33).int32(4).int64(0).align().zeros(64),
        "a known type",
        "number 4");
    refused(
        Bytes.header(2, 0)
            .text("w")
            .int32(1)
            .int64(8)
            .int32(0)
            .int64(0)
            .text("w")
            .int32(1)
            .int64(8)
            .int32(0)
            .int64(32),
        "tensor w once");
  }

  @Test
  void noOtherFileIsRead() throws IOException {
    assertThatThrownBy(() -> GgufFile.read(folder))
        .hasMessageContaining("expected a GGUF file, found no ordinary file");
    assertThatThrownBy(() -> GgufFile.read(folder.resolve("none")))
        .hasMessageContaining("nothing of this name");
  }

  /// Cut short at every byte of the header, and with bytes changed at random: a message, or a file
  /// that is read, and nothing else.
  @Test
  void aDamagedFileIsRefusedOrReadAndNeverCrashes() throws IOException {
    var out = folder.resolve("whole.gguf");
    GgufExport.write(
        SmallModels.write(folder, "gemma 3"), Optional.of(GgufExport.Type.Q8_0), out, () -> false);
    var whole = Files.readAllBytes(out);
    int header = (int) GgufFile.read(out).dataStart();
    var damaged = folder.resolve("damaged.gguf");
    int refused = 0;
    var lengths = new Random(1).ints(300, 0, header).toArray();
    for (int length : lengths) {
      Files.write(damaged, Arrays.copyOf(whole, length));
      refused += isRefused(damaged) ? 1 : 0;
    }
    assertThat(refused).isEqualTo(lengths.length);
    Files.write(damaged, Arrays.copyOf(whole, whole.length - 32));
    assertThat(isRefused(damaged)).isTrue();
    var random = new Random(2);
    for (int i = 0; i < 1000; i++) {
      var changed = whole.clone();
      for (int k = random.nextInt(1, 4); k > 0; k--) {
        int place = i % 2 == 0 ? random.nextInt(64) : random.nextInt(header);
        changed[place] =
            List.of((byte) 0, (byte) -1, (byte) 127, (byte) random.nextInt())
                .get(random.nextInt(4));
      }
      Files.write(damaged, changed);
      refused += isRefused(damaged) ? 1 : 0;
    }
    assertThat(refused).isGreaterThan(lengths.length + 300);
  }

  private static boolean isRefused(Path file) throws IOException {
    try {
      assertThat(GgufFile.read(file).lines()).isNotEmpty();
      return false;
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining(file.toString());
      return true;
    }
  }
}
