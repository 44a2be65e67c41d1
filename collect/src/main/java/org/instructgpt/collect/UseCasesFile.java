package org.instructgpt.collect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.instructgpt.files.AtomicFiles;

/// The file format of [UseCases]: a line of text that names the format, the weights as big-endian
/// 32-bit floats, and the CRC-32 of them.
final class UseCasesFile {
  private static final byte[] HEAD =
      "instructgpt use cases, version 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int WEIGHTS = TextFeatures.BUCKETS * UseCases.CLASSES;
  private static final int BYTES = HEAD.length + WEIGHTS * Float.BYTES + Long.BYTES;

  private UseCasesFile() {}

  static void write(Path file, float[] weights) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).put(HEAD);
    for (float weight : weights) {
      bytes.putFloat(weight);
    }
    bytes.putLong(checksum(bytes)).flip();
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          file + ": expected the name of a file in an existing folder, found no folder " + folder);
    }
    AtomicFiles.writeChannel(
        file,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  static float[] read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          file + ": expected a use-case classifier, found no such file; train one first");
    }
    byte[] content = Files.readAllBytes(file);
    boolean ours =
        content.length == BYTES && Arrays.equals(content, 0, HEAD.length, HEAD, 0, HEAD.length);
    ByteBuffer bytes = ByteBuffer.wrap(content);
    if (!ours || bytes.getLong(BYTES - Long.BYTES) != checksum(bytes)) {
      throw new IllegalArgumentException(
          file + ": expected a whole use-case classifier, found something else; train it again");
    }
    float[] weights = new float[WEIGHTS];
    bytes.position(HEAD.length).asFloatBuffer().get(weights);
    return weights;
  }

  private static long checksum(ByteBuffer bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes.slice(HEAD.length, WEIGHTS * Float.BYTES));
    return sum.getValue();
  }
}
