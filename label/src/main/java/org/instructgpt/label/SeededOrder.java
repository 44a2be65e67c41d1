package org.instructgpt.label;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.instructgpt.files.Sha256;

/// Reproducible random orders, which depend on the task and the labeler.
final class SeededOrder {
  private static final RandomGeneratorFactory<RandomGenerator> FACTORY =
      RandomGeneratorFactory.of("L64X128MixRandom");

  private SeededOrder() {}

  /// A random generator seeded by these words alone.
  static RandomGenerator random(String... words) {
    return FACTORY.create(ByteBuffer.wrap(Sha256.ofAll(words)).getLong());
  }

  /// The indices 0 to n - 1 in the order in which this labeler sees the outputs of this task. The
  /// order differs between labelers, so that no model profits from its position.
  static List<Integer> order(String item, String labeler, int n) {
    var order = new ArrayList<>(IntStream.range(0, n).boxed().toList());
    Collections.shuffle(order, random("order", item, labeler));
    return List.copyOf(order);
  }
}
