package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.stream.IntStream;
import org.instructgpt.model.TokenFile.Origin;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenFileTest {
  private static final Origin ORIGIN = new Origin("0a".repeat(32), "f7".repeat(32));

  @TempDir Path folder;
  private final Arena life = Arena.ofShared();

  @AfterEach
  void unmap() {
    life.close();
  }

  private Path written(int vocabulary, int... ids) throws IOException {
    var path = folder.resolve("tokens");
    try (var writer = new TokenFile.Writer(path, vocabulary, ORIGIN)) {
      writer.add(ids);
      writer.finish();
    }
    return path;
  }

  @ParameterizedTest
  @CsvSource({"65536, 2", "65537, 4"})
  void idsComeBackInAsFewBytesAsTheVocabularyNeeds(int vocabulary, int width) throws IOException {
    int[] ids = new Random(1).ints(700_000, 0, vocabulary).toArray();
    ids[3] = vocabulary - 1;
    var path = written(vocabulary, ids);
    assertThat(Files.size(path)).isEqualTo(128 + 700_000L * width);
    var tokens = TokenFile.open(path, ORIGIN, life);
    assertThat(tokens.count()).isEqualTo(700_000);
    assertThat(tokens.bytes()).isEqualTo(Files.size(path));
    assertThat(tokens.slice(0, 700_000)).isEqualTo(ids);
    assertThat(tokens.slice(3, 1)).containsExactly(vocabulary - 1);
    assertThat(tokens.slices(1000).flatMapToInt(IntStream::of).toArray()).isEqualTo(ids);
    assertThatThrownBy(() -> tokens.slice(699_999, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void windowsOfAFileAreThoseOfAnArray() throws IOException {
    int[] ids = new Random(2).ints(1001, 0, 300).toArray();
    var mapped = new Corpus(TokenFile.open(written(300, ids), ORIGIN, life), 10);
    var array = new Corpus(ids, 10);
    assertThat(mapped.count()).isEqualTo(array.count()).isEqualTo(100);
    int[] order = {99, 0, 42};
    try (var _ = Scope.open()) {
      var read = mapped.at(order, Device.CPU);
      assertThat(read.inputs().sameBits(array.at(order, Device.CPU).inputs())).isTrue();
      assertThat(read.targets().sameBits(array.at(order, Device.CPU).targets())).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"1000, 2", "100000, 4"})
  void moreIdsThanAnArrayCanHoldAreRead(int vocabulary, int width) throws IOException {
    var path = written(vocabulary);
    long count = (1L << 31) + 7; // sparse: the disk holds what is written
    try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      var bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(bytes.putLong(count).flip(), 16);
      var last = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(999);
      channel.write(last.limit(width).position(0), 128 + (count - 1) * width);
    }
    var tokens = TokenFile.open(path, ORIGIN, life);
    assertThat(tokens.count()).isEqualTo(count);
    assertThat(tokens.slice(count - 3, 3)).containsExactly(0, 0, 999);
    assertThat(new Corpus(tokens, 1024).count()).isEqualTo(1 << 21);
  }

  @Test
  void aFileThatIsCutShortOrOfSomethingElseIsRefused() throws IOException {
    var path = written(300, 1, 2, 3);
    assertThatThrownBy(() -> TokenFile.open(path, new Origin("0b".repeat(32), ORIGIN.text()), life))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(path + ": expected ids of this tokenizer, found another's");
    assertThatThrownBy(
            () -> TokenFile.open(path, new Origin(ORIGIN.tokenizer(), "ab".repeat(32)), life))
        .hasMessage(path + ": expected ids of this text, found another's");
    var bytes = Files.readAllBytes(path);
    for (int length = 0; length < bytes.length; length++) {
      Files.write(path, java.util.Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> TokenFile.open(path, ORIGIN, life))
          .as("%d bytes", length)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected");
    }
    assertThatThrownBy(() -> TokenFile.open(folder.resolve("none"), ORIGIN, life))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aFileThatWasNotFinishedIsNone() throws IOException {
    var path = folder.resolve("tokens");
    try (var writer = new TokenFile.Writer(path, 300, ORIGIN)) {
      writer.add(1, 2, 3);
    }
    assertThatThrownBy(() -> TokenFile.open(path, ORIGIN, life))
        .hasMessage(path + ": expected a file of token ids, found something else");
  }
}
