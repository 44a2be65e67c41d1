package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/// Who asks next: a Pitman-Yor process (the Chinese restaurant with a discount).
///
/// After n prompts by K users the next comes from a new user with probability (s + d K) / (n + s),
/// else from user u in proportion to n_u - d. That gives a power law: most ask once or twice, a few
/// ask hundreds of times, and the n-th asker does not depend on how many will ask after. With the
/// values below 6,000 prompts have some 1,500 users with 4 prompts each on average; Table 8 of the
/// paper has 1.8 to 6.
///
/// Source: Pitman and Yor 1997.
final class PitmanYor {
  private static final double STRENGTH = 60;
  private static final double DISCOUNT = 0.6;

  private final String name;

  /// Who asked each prompt so far, by number.
  private final List<Integer> askers = new ArrayList<>();

  /// How many prompts each user asked.
  private final List<Integer> asked = new ArrayList<>();

  /// @param name how the users' names begin
  PitmanYor(String name) {
    this.name = name;
  }

  /// The next user's name: "customer-00017".
  String next(RandomGenerator random) {
    double fresh = (STRENGTH + DISCOUNT * asked.size()) / (askers.size() + STRENGTH);
    int user = RandomChoice.chance(fresh, random) ? asked.size() : known(random);
    if (user == asked.size()) {
      asked.add(0);
    }
    askers.add(user);
    asked.set(user, asked.get(user) + 1);
    return String.format(Locale.ROOT, "%s-%05d", name, user);
  }

  /// Whoever asked a random earlier prompt, kept with probability 1 - d / n_u: a draw in proportion
  /// to n_u - d.
  private int known(RandomGenerator random) {
    int user = RandomChoice.one(askers, random);
    while (RandomChoice.chance(DISCOUNT / asked.get(user), random)) {
      user = RandomChoice.one(askers, random);
    }
    return user;
  }
}
