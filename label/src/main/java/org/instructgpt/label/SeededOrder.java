package org.instructgpt.label;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/// Reproducible random orders, which depend on the task and the labeler.
final class SeededOrder {
  private static final RandomGeneratorFactory<RandomGenerator> FACTORY =
      RandomGeneratorFactory.of("L64X128MixRandom");

  private SeededOrder() {}

  /// A random generator seeded by these words alone.
  static RandomGenerator random(String... words) {
    return FACTORY.create(ByteBuffer.wrap(sha256(words)).getLong());
  }

  /// The indices 0 to n - 1 in the order in which this labeler sees the outputs of this task. The
  /// order differs between labelers, so that no model profits from its position.
  static List<Integer> order(String item, String labeler, int n) {
    var order = new ArrayList<>(IntStream.range(0, n).boxed().toList());
    Collections.shuffle(order, random("order", item, labeler));
    return List.copyOf(order);
  }

  /// Of the text alone, as other tools compute it.
  static byte[] plain(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }

  private static byte[] sha256(String... words) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String word : words) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        sha.update(bytes);
      }
      return sha.digest();
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }
}
