package org.instructgpt.simulation;

import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Reproducible random sources: each is a pure function of a seed and some names.
///
/// What a labeler says of an output is drawn from a source named after the labeler, the prompt and
/// the output, so it does not matter in which order, or how often, anybody is asked.
final class SeededRandom {
  private static final RandomGeneratorFactory<RandomGenerator> FACTORY =
      RandomGeneratorFactory.of("L64X128MixRandom");

  /// The mean of a Gumbel variable of scale 1 (the Euler-Mascheroni constant).
  private static final double GUMBEL_MEAN = 0.5772156649015329;

  private SeededRandom() {}

  /// The source of these names.
  static RandomGenerator of(long seed, String... names) {
    return FACTORY.create(hash(seed, names));
  }

  /// FNV-1a over the characters, each name closed by its length so that ("ab", "c") and ("a", "bc")
  /// differ, then the finaliser of SplitMix64, as FNV's high bits are weak.
  static long hash(long seed, String... names) {
    long hash = 0xcbf29ce484222325L ^ seed;
    for (String name : names) {
      for (int i = 0; i < name.length(); i++) {
        hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
      }
      hash = (hash ^ (0x10000L + name.length())) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }

  /// A key with a probability in proportion to its weight. The map must have a fixed order.
  static <T> T weighted(Map<T, Double> weights, RandomGenerator random) {
    double total = weights.values().stream().mapToDouble(Double::doubleValue).sum();
    double point = random.nextDouble() * total;
    T last = weights.keySet().iterator().next();
    for (Map.Entry<T, Double> entry : weights.entrySet()) {
      if (entry.getValue() > 0) {
        last = entry.getKey();
        point -= entry.getValue();
        if (point < 0) {
          return last;
        }
      }
    }
    return last;
  }

  /// A Gumbel variable of scale 1 and mean 0. The difference of two is logistic, so outputs ordered
  /// by utility plus tau times such noise follow the Bradley-Terry and Plackett-Luce models: a
  /// beats b with the probability sigmoid((u_a - u_b) / tau).
  static double gumbel(RandomGenerator random) {
    double uniform = Math.max(random.nextDouble(), 0x1.0p-53);
    return -StrictMath.log(-StrictMath.log(uniform)) - GUMBEL_MEAN;
  }

  /// A number with this mean and standard deviation, at most three deviations away: the scaled sum
  /// of three uniform numbers, which approximates a normal distribution without its tails.
  static double around(double mean, double deviation, RandomGenerator random) {
    double sum = random.nextDouble() + random.nextDouble() + random.nextDouble();
    return mean + deviation * (sum - 1.5) * 2;
  }
}
