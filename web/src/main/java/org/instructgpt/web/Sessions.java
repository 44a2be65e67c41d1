package org.instructgpt.web;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// The sessions of signed-in people. A session is a row under the hash of a token that only the
/// browser has; it ends by signing out, after [#IDLE] without a request, or [#LIFE] after it began.
final class Sessions {
  static final Duration IDLE = Duration.ofHours(12);
  static final Duration LIFE = Duration.ofDays(7);

  /// The time of the last request is written at most this often.
  private static final Duration SEEN_STEP = Duration.ofMinutes(5);

  private final Store store;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Audit audit;

  Sessions(Store store, InstantSource clock, SecureRandom random, Audit audit) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.audit = audit;
  }

  /// Begins a session and returns its token. The browser's earlier session, whoever's, ends.
  String begin(Account account, Optional<String> before) {
    String token = SecretTokens.fresh(random);
    long now = clock.millis();
    store.writeNow(handle -> {
      before.ifPresent(old -> end(handle, old));
      removeOld(handle);
      audit.append(handle, account.id(), "signed-in", account.id());
      return handle
          .createUpdate(
              """
              INSERT INTO web_session (hash, account, created, seen)
              VALUES (:hash, :account, :now, :now)\
              """)
          .bind("hash", SecretTokens.hash(token))
          .bind("account", account.id())
          .bind("now", now)
          .execute();
    });
    return token;
  }

  /// The account of a session that has not ended.
  Optional<Account> find(String token) {
    String hash = SecretTokens.hash(token);
    Instant now = clock.instant();
    var found =
        store.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT a.*, s.seen FROM web_session s JOIN web_account a ON a.id = s.account
                    WHERE s.hash = :hash AND s.seen > :idle AND s.created > :old
                      AND a.disabled = 0\
                    """)
                .bind("hash", hash)
                .bind("idle", now.minus(IDLE).toEpochMilli())
                .bind("old", now.minus(LIFE).toEpochMilli())
                .map((row, _) ->
                    new Seen(AccountTable.account(row), Instant.ofEpochMilli(row.getLong("seen"))))
                .findOne());
    if (found.filter(seen -> seen.at().plus(SEEN_STEP).isBefore(now)).isPresent()) {
      store.writeNow(handle ->
          handle
              .createUpdate("UPDATE web_session SET seen = :now WHERE hash = :hash")
              .bind("now", now.toEpochMilli())
              .bind("hash", hash)
              .execute());
    }
    return found.map(Seen::account);
  }

  void end(String token) {
    store.writeNow(handle -> end(handle, token));
  }

  static int endAll(Handle handle, String account) {
    return handle
        .createUpdate("DELETE FROM web_session WHERE account = :account")
        .bind("account", account)
        .execute();
  }

  private record Seen(Account account, Instant at) {}

  private static int end(Handle handle, String token) {
    return handle
        .createUpdate("DELETE FROM web_session WHERE hash = :hash")
        .bind("hash", SecretTokens.hash(token))
        .execute();
  }

  private void removeOld(Handle handle) {
    handle
        .createUpdate("DELETE FROM web_session WHERE seen <= :idle OR created <= :old")
        .bind("idle", clock.instant().minus(IDLE).toEpochMilli())
        .bind("old", clock.instant().minus(LIFE).toEpochMilli())
        .execute();
  }
}
