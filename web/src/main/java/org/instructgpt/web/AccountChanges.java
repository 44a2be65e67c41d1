package org.instructgpt.web;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// The writes that [Accounts], [SignUp] and [Credentials] have in common: one transaction with its
/// entry in the [Audit], after which no cached token is trusted.
///
/// @param tokenCache accounts of tokens that were looked up a moment ago
record AccountChanges(
    Store store, InstantSource clock, SecureRandom random, Audit audit, TokenCache tokenCache) {

  Instant now() {
    return clock.instant();
  }

  /// A write after which tokens may mean something else.
  <T> T write(Function<Handle, T> work) {
    try {
      return store.writeNow(work);
    } finally {
      tokenCache.forget();
    }
  }

  /// A write on an existing account; [ApiError] 404 when there is none of this id.
  void write(String id, Account by, String action, Function<Handle, Integer> work) {
    write(handle -> {
      requireAccount(handle, id);
      audit.append(handle, by.id(), action, id);
      return work.apply(handle);
    });
  }

  /// Writes nothing but an entry of the audit log.
  void record(String account, String action) {
    write(handle -> {
      audit.append(handle, account, action, account);
      return 0;
    });
  }

  /// Adds a one-time link; returns its token.
  String addLink(Handle handle, OneTimeLinks.Link link) {
    return OneTimeLinks.add(handle, link, now(), random);
  }

  /// The link of a token that has not been used and has not expired; [ApiError] 400 otherwise.
  OneTimeLinks.Link link(String token) {
    return store
        .read(handle -> OneTimeLinks.find(handle, token, now()))
        .orElseThrow(AccountChanges::linkGone);
  }

  /// Uses up a one-time link; [ApiError] 400 when it is gone.
  void takeLink(Handle handle, String token) {
    if (OneTimeLinks.take(handle, token, now()).isEmpty()) {
      throw linkGone();
    }
  }

  static ApiError linkGone() {
    return ApiError.invalid("token", "join.token-gone");
  }

  /// A fresh id for a row that is made now.
  String freshId(Instant now) {
    return Ids.fresh(now, random);
  }

  /// Adds the labeler of an account that gives records; [ApiError] 409 when the person has already
  /// worked in another pool.
  void addLabeler(Handle handle, Account account) {
    account
        .labeler()
        .ifPresent(labeler -> {
          try {
            store.insert(handle, labeler);
          } catch (IllegalArgumentException taken) {
            throw ApiError.conflict("people.pool-fixed");
          }
        });
  }

  Optional<AccountTable.Row> find(String id) {
    return store.read(handle -> AccountTable.find(handle, id));
  }

  static void requireAccount(Handle handle, String id) {
    if (AccountTable.find(handle, id).isEmpty()) {
      throw ApiError.missing();
    }
  }

  /// Deletes all sessions and tokens of an account; returns how many there were.
  static int endSessionsAndTokens(Handle handle, String id) {
    return Sessions.endAll(handle, id) + ApiTokens.removeAll(handle, id);
  }
}
