package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.torch.Expect.holds;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.instructgpt.files.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Scoped.class)
class SafetensorsTest {
  @TempDir Path folder;

  private static Map<String, Tensor> oneOfEachType() {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (var type : DType.values()) {
      var values = Tensor.of(new double[] {0, 1, 2, 3, 100, 7}, 2, 3);
      tensors.put(type.code(), type == DType.BOOL ? values.gt(1) : values.to(type));
    }
    tensors.put("scalar", Tensor.scalar(-2.5, DType.FLOAT32));
    tensors.put("none", Tensor.zeros(DType.FLOAT32, 0, 4));
    return tensors;
  }

  @Test
  void writtenTensorsAreReadBitForBit() throws IOException {
    var path = folder.resolve("model.safetensors");
    var tensors = oneOfEachType();
    Safetensors.write(path, tensors, Map.of("format", "pt", "who", "Zoë \"\\\n"));
    var read = Safetensors.read(path);
    assertThat(read.keySet()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
    tensors.forEach((name, tensor) ->
        assertThat(java.util.Objects.requireNonNull(read.get(name)).sameBits(tensor))
            .as(name)
            .isTrue());
    assertThat(Safetensors.header(path).metadata())
        .isEqualTo(Map.of("format", "pt", "who", "Zoë \"\\\n"));
    assertThat(folder.toFile().list()).containsExactly("model.safetensors");
  }

  @Test
  void anIndependentReaderFindsEachTensorWhereTheFormatPutsIt() throws IOException {
    var path = folder.resolve("model.safetensors");
    var weight = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose(0, 1);
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("small", Tensor.of(new boolean[] {true, false, true}));
    tensors.put("weight", weight);
    tensors.put("ids", Tensor.of(new long[] {-2}));
    Safetensors.write(path, tensors, Map.of());

    var bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong();
    assertThat(length % 8).isZero();
    var json = new String(bytes.array(), 8, length, StandardCharsets.UTF_8);
    assertThat(json).startsWith("{");
    var header = new ObjectMapper().readTree(json);
    assertThat(header.properties().stream().map(Map.Entry::getKey))
        .containsExactly("ids", "weight", "small");
    assertThat(header.path("ids").toString())
        .isEqualTo("{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}");
    assertThat(header.path("weight").toString())
        .isEqualTo("{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[8,32]}");
    assertThat(header.path("small").path("data_offsets").toString()).isEqualTo("[32,35]");
    assertThat(bytes.capacity()).isEqualTo(8 + length + 35);
    assertThat(bytes.getLong(8 + length)).isEqualTo(-2);
    var floats = new ArrayList<Float>();
    for (int at = 8; at < 32; at += 4) {
      floats.add(bytes.getFloat(8 + length + at));
    }
    assertThat(floats).containsExactly(1f, 4f, 2f, 5f, 3f, 6f);
    assertThat(bytes.array()).endsWith(1, 0, 1);
  }

  @Test
  void theSameContentGivesTheSameBytesWhateverTheOrderOfTheMaps() throws IOException {
    var turned = new LinkedHashMap<String, Tensor>();
    new ArrayList<>(oneOfEachType().entrySet())
        .reversed()
        .forEach(e -> turned.put(e.getKey(), e.getValue()));
    Safetensors.write(folder.resolve("a"), oneOfEachType(), Map.of("x", "1", "y", "2"));
    Safetensors.write(folder.resolve("b"), turned, Map.of("y", "2", "x", "1"));
    assertThat(folder.resolve("a")).hasSameBinaryContentAs(folder.resolve("b"));
  }

  @Test
  void aFileWithoutTensorsIsAFile() throws IOException {
    var path = folder.resolve("empty");
    Safetensors.write(path, Map.of(), Map.of());
    assertThat(path)
        .hasBinaryContent(new byte[] {8, 0, 0, 0, 0, 0, 0, 0, '{', '}', 32, 32, 32, 32, 32, 32});
    assertThat(Safetensors.read(path)).isEmpty();
  }

  @Test
  void oneTensorIsReadIntoItsPlaceAndConverted() throws IOException {
    var path = folder.resolve("model.safetensors");
    Safetensors.write(path, oneOfEachType(), Map.of());
    try (var file = SafetensorsFile.open(path)) {
      assertThat(file.names()).contains("BF16", "scalar");
      assertThat(file.shape("BF16")).containsExactly(2, 3);
      assertThat(file.dtype("BF16")).isEqualTo(DType.BFLOAT16);
      var leaf = Tensor.zeros(DType.FLOAT32, 2, 3).requireGradient(true);
      file.copyInto("BF16", leaf);
      holds(leaf, 0, 1, 2, 3, 100, 7);
      var turned = Tensor.zeros(DType.FLOAT64, 3, 2);
      file.copyInto("I16", turned.transpose(0, 1));
      holds(turned, 0, 3, 1, 100, 2, 7);
      holds(file.tensor("scalar"), -2.5);
      assertThatThrownBy(() -> file.copyInto("F32", Tensor.zeros(DType.FLOAT32, 3, 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'F32' has shape [2, 3], but [3, 2] is expected");
      assertThatThrownBy(() -> file.tensor("wte"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("there is no tensor 'wte'; there are 12, such as [");
    }
  }

  @Test
  void conversionGoesPastItsChunk() throws IOException {
    var path = folder.resolve("long");
    int count = (1 << 20) + 3;
    var values = Tensor.range(0, count, Device.CPU).to(DType.INT32);
    Safetensors.write(path, Map.of("x", values), Map.of());
    try (var file = SafetensorsFile.open(path)) {
      var wide = Tensor.zeros(DType.INT64, count);
      file.copyInto("x", wide);
      assertThat(wide.sameBits(Tensor.range(0, count, Device.CPU))).isTrue();
    }
  }

  @Test
  void booleansOfOtherProgramsBecomeZeroOrOne() throws IOException {
    var path = folder.resolve("mask");
    var header = "{\"m\":{\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[0,4]}}";
    var bytes = ByteBuffer.allocate(8 + header.length() + 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
    Files.write(path, bytes.put(new byte[] {0, 1, 2, (byte) 255}).array());
    var mask = java.util.Objects.requireNonNull(Safetensors.read(path).get("m"));
    assertThat(mask.sameBits(Tensor.of(new boolean[] {false, true, true, true}))).isTrue();
  }

  @Test
  void tensorsAreFilledWhereTheyAreAndTheRestOfTheFileIsLeft() throws IOException {
    var path = folder.resolve("model.safetensors");
    Safetensors.write(path, oneOfEachType(), Map.of());
    var flat = Tensor.zeros(DType.FLOAT32, 8);
    Safetensors.readInto(
        path, Map.of("BF16", flat.narrow(0, 1, 6).view(2, 3), "scalar", flat.select(0, 7)));
    holds(flat, 0, 0, 1, 2, 3, 100, 7, -2.5);
  }

  @Test
  void nothingIsOverwrittenWhenTheFileHoldsOtherNamesOrShapes() throws IOException {
    var path = folder.resolve("model.safetensors");
    Safetensors.write(path, oneOfEachType(), Map.of());
    var right = Tensor.full(9, DType.FLOAT32, Device.CPU, 2, 3);
    var wrong = Tensor.zeros(DType.FLOAT32, 3, 2);
    assertThatThrownBy(() -> Safetensors.readInto(path, Map.of("BF16", right, "F32", wrong)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'F32' has shape [2, 3], but [3, 2] is expected");
    assertThatThrownBy(() -> Safetensors.readInto(path, Map.of("BF16", right, "wte", wrong)))
        .hasMessageContaining("there is no tensor 'wte'");
    holds(right, 9, 9, 9, 9, 9, 9);
  }

  @Test
  void aFileThatIsCutShortWhileItIsReadIsAnError() throws IOException {
    var path = folder.resolve("model.safetensors");
    Safetensors.write(path, Map.of("x", Tensor.zeros(DType.FLOAT32, 100_000)), Map.of());
    try (var file = SafetensorsFile.open(path);
        var other = FileChannel.open(path, StandardOpenOption.WRITE)) {
      other.truncate(5_000);
      assertThatThrownBy(() -> file.copyInto("x", Tensor.zeros(DType.FLOAT64, 100_000)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ended at byte 5000 while it was read");
    }
  }

  @Test
  void tensorsOfAFileAreComparedToTheBit() throws IOException {
    var path = folder.resolve("model.safetensors");
    var zeros = Tensor.zeros(DType.FLOAT32, 5_000_000); // more than a piece
    var other = zeros.copy();
    other.narrow(0, 4_999_999, 1).fill_(-0.0);
    Safetensors.write(
        path,
        Map.of("a", zeros, "b", zeros.copy(), "c", other, "d", zeros.view(5, 1_000_000)),
        Map.of());
    assertThat(Safetensors.sameBits(path, "a", path, "b")).isTrue();
    assertThat(Safetensors.sameBits(path, "a", path, "c")).isFalse();
    assertThat(Safetensors.sameBits(path, "a", path, "d")).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void noSecondCopyIsMadeOfWhatIsRead() throws IOException {
    var path = folder.resolve("sparse");
    int rows = 1 << 16; // 1,024 wide: 128 MB of float16 in the file, 256 MB in memory
    sparse(
        path,
        "{\"x\":{\"dtype\":\"F16\",\"shape\":[%d,1024],\"data_offsets\":[0,%d]}}"
            .formatted(rows, rows * 2048L),
        rows * 2048L);
    var x = Tensor.full(1, DType.FLOAT32, Device.CPU, rows, 1024);
    Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // the peak begins anew
    long before = peakMemory();
    Safetensors.readInto(path, Map.of("x", x));
    assertThat(x.norm().item()).isZero();
    assertThat(peakMemory() - before).isLessThan(48L << 20);
  }

  /// The greatest resident memory of the process, in bytes.
  private static long peakMemory() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      var line = lines.filter(l -> l.startsWith("VmHWM:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
  }

  /// A file of `header` and `bytes` zeros, of which the disk holds nothing.
  private static void sparse(Path path, String header, long bytes) throws IOException {
    try (var channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      var start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(start.putLong(header.length()).flip());
      channel.write(ByteBuffer.wrap(header.getBytes(StandardCharsets.UTF_8)));
      channel.write(ByteBuffer.wrap(new byte[1]), 8 + header.length() + bytes - 1);
    }
  }

  @Test
  void aTensorBeyondTwoGigabytesIsFound() throws IOException {
    var path = folder.resolve("sparse"); // 5 GB long, but the disk holds only what is written
    long big = 5_000_000_000L;
    var header =
        """
        {"big": {"dtype": "I8", "shape": [5000000, 1000], "data_offsets": [0, %d]},
         "end": {"dtype": "F32", "shape": [2], "data_offsets": [%d, %d]}}\
        """
            .formatted(big, big, big + 8);
    sparse(path, header, big + 8);
    try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      var end = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1.5f).putFloat(-2f);
      channel.write(end.flip(), 8 + header.length() + big);
    }
    try (var file = SafetensorsFile.open(path)) {
      holds(file.tensor("end"), 1.5, -2);
    }
  }

  @Test
  void namesThatTheFormatForbidsAreNotWritten() {
    var path = folder.resolve("x");
    var tensor = Tensor.of(new float[] {1});
    for (var name : new String[] {"__metadata__", "n".repeat(1001)}) {
      assertThatThrownBy(() -> Safetensors.write(path, Map.of(name, tensor), Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot be called");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void aModelOfAnotherProgramIsRead() throws IOException {
    var path = SharedData.file("stories260K/stories260K.safetensors");
    var header = Safetensors.header(path);
    assertThat(header.metadata()).containsEntry("source", "karpathy/tinyllamas stories260K");
    var tensors = Safetensors.read(path);
    var embedding = java.util.Objects.requireNonNull(tensors.get("tok_embeddings.weight"));
    Expect.shape(embedding, 512, 64);
    assertThat(tensors.values().stream().mapToLong(Tensor::count).sum()).isEqualTo(260_032);
    assertThat(tensors.values()).allMatch(Tensor::allFinite);
    var bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    int start = (int) (8 + bytes.getLong(0));
    assertThat(embedding.floats()[64]).isEqualTo(bytes.getFloat(start + 256));
    Safetensors.write(folder.resolve("again"), tensors, header.metadata());
    var again = Safetensors.read(folder.resolve("again"));
    tensors.forEach((name, tensor) ->
        assertThat(java.util.Objects.requireNonNull(again.get(name)).sameBits(tensor)).isTrue());
  }
}
