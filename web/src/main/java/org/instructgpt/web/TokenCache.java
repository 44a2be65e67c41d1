package org.instructgpt.web;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// A short-lived cache of the accounts of access tokens, so that a program that sends many requests
/// does not cause a query of the store for each.
///
/// It is cleared when this process changes an account or a token. A change by an erasure or by
/// another process takes effect after [#MEMORY].
final class TokenCache {
  static final Duration MEMORY = Duration.ofSeconds(3);
  private static final int MOST = 10_000;

  /// By the hash of the token. A lookup that began before a change ends up in the map that the
  /// change discarded.
  private volatile Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(Account account, Instant until) {}

  /// @param look queries the store for the account of a token's hash
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
