package org.instructgpt.web;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// Whom tokens were found to belong to a moment ago, so that a program that asks and asks does not
/// send each call to the store twice.
///
/// All is forgotten at once when this program changes an account or a token. What an erasure or
/// another program changes holds after [#MEMORY].
final class TokenCache {
  static final Duration MEMORY = Duration.ofSeconds(3);
  private static final int MOST = 10_000;

  /// By the hash of the token. What was looked up before a change comes to lie in the map that the
  /// change threw away.
  private volatile Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(Account account, Instant until) {}

  /// @param look asks the store whose the token is that has a hash
  Optional<Account> find(String token, Instant now, Function<String, Optional<Account>> look) {
    Map<String, Known> memory = known;
    String hash = SecretTokens.hash(token);
    Known before = memory.get(hash);
    if (before != null && now.isBefore(before.until())) {
      return Optional.of(before.account());
    }
    Optional<Account> account = look.apply(hash);
    if (memory.size() >= MOST) {
      memory.clear();
    }
    account.ifPresent(found -> memory.put(hash, new Known(found, now.plus(MEMORY))));
    return account;
  }

  void forget() {
    known = new ConcurrentHashMap<>();
  }
}
