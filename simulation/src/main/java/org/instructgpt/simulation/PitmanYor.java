package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/// A Pitman-Yor process that draws which user asks next (the Chinese restaurant process with a
/// discount).
///
/// After n prompts by K users the next comes from a new user with probability (s + d K) / (n + s),
/// else from user u in proportion to n_u - d. That gives a power law: most ask once or twice, a few
/// ask hundreds of times, and the n-th user does not depend on how many will ask after. With the
/// values below 6,000 prompts have some 1,500 users with 4 prompts each on average; Table 8 of the
/// paper has 1.8 to 6.
///
/// Source: Pitman and Yor 1997.
final class PitmanYor {
  private static final double STRENGTH = 60;
  private static final double DISCOUNT = 0.6;

  private final String name;

  /// The number of the user of each prompt so far.
  private final List<Integer> users = new ArrayList<>();

  /// How many prompts each user has asked.
  private final List<Integer> asked = new ArrayList<>();

  /// @param name prefix of the users' names
  PitmanYor(String name) {
    this.name = name;
  }

  /// The next user's name: "customer-00017".
  String next(RandomGenerator random) {
    double newUser = (STRENGTH + DISCOUNT * asked.size()) / (users.size() + STRENGTH);
    int user = RandomChoice.chance(newUser, random) ? asked.size() : earlierUser(random);
    if (user == asked.size()) {
      asked.add(0);
    }
    users.add(user);
    asked.set(user, asked.get(user) + 1);
    return String.format(Locale.ROOT, "%s-%05d", name, user);
  }

  /// The user of a random earlier prompt, kept with probability 1 - d / n_u: a draw in proportion
  /// to n_u - d.
  private int earlierUser(RandomGenerator random) {
    int user = RandomChoice.one(users, random);
    while (RandomChoice.chance(DISCOUNT / asked.get(user), random)) {
      user = RandomChoice.one(users, random);
    }
    return user;
  }
}
