package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Random choices.
final class RandomChoice {
  private RandomChoice() {}

  /// One element, all equally likely.
  static <T> T one(List<T> list, RandomGenerator random) {
    return list.get(random.nextInt(list.size()));
  }

  /// Different elements in random order; all of them if there are fewer than asked for.
  static <T> List<T> some(int count, List<T> list, RandomGenerator random) {
    List<T> rest = new ArrayList<>(list);
    List<T> chosen = new ArrayList<>();
    while (chosen.size() < count && !rest.isEmpty()) {
      chosen.add(rest.remove(random.nextInt(rest.size())));
    }
    return List.copyOf(chosen);
  }

  /// Any element but this one.
  static <T> T other(T not, List<T> list, RandomGenerator random) {
    return one(list.stream().filter(x -> !x.equals(not)).toList(), random);
  }

  /// True with this probability.
  static boolean chance(double probability, RandomGenerator random) {
    return random.nextDouble() < probability;
  }
}
