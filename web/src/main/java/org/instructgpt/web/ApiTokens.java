package org.instructgpt.web;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.instructgpt.records.Ids;
import org.jdbi.v3.core.Handle;

/// The table of access tokens with which programs act for an account.
final class ApiTokens {
  /// Every token begins with this, so that one that leaked is easy to recognize.
  static final String PREFIX = "igt_";

  /// How long a token is valid.
  static final Duration LIFE = Duration.ofDays(365);

  private ApiTokens() {}

  static String add(
      Handle handle, Account account, String label, Instant now, SecureRandom random) {
    String token = PREFIX + SecretTokens.fresh(random);
    handle
        .createUpdate(
            """
            INSERT INTO web_token (id, hash, account, label, created, expires)
            VALUES (:id, :hash, :account, :label, :created, :expires)\
            """)
        .bind("id", Ids.fresh(now, random))
        .bind("hash", SecretTokens.hash(token))
        .bind("account", account.id())
        .bind("label", label)
        .bind("created", now.toEpochMilli())
        .bind("expires", now.plus(LIFE).toEpochMilli())
        .execute();
    return token;
  }

  static Optional<Account> find(Handle handle, String hash, Instant now) {
    return handle
        .createQuery(
            """
            SELECT a.* FROM web_token t JOIN web_account a ON a.id = t.account
            WHERE t.hash = :hash AND t.expires > :now AND a.disabled = 0\
            """)
        .bind("hash", hash)
        .bind("now", now.toEpochMilli())
        .map((row, _) -> AccountTable.account(row))
        .findOne();
  }

  static List<ApiToken> of(Handle handle, String account, Instant now) {
    return handle
        .createQuery(
            """
            SELECT * FROM web_token WHERE account = :account AND expires > :now
            ORDER BY created DESC, id\
            """)
        .bind("account", account)
        .bind("now", now.toEpochMilli())
        .map((row, _) ->
            new ApiToken(
                row.getString("id"),
                row.getString("label"),
                Instant.ofEpochMilli(row.getLong("created")),
                Instant.ofEpochMilli(row.getLong("expires"))))
        .list();
  }

  static int remove(Handle handle, String account, String id) {
    return handle
        .createUpdate("DELETE FROM web_token WHERE id = :id AND account = :account")
        .bind("id", id)
        .bind("account", account)
        .execute();
  }

  static int removeAll(Handle handle, String account) {
    return handle
        .createUpdate("DELETE FROM web_token WHERE account = :account")
        .bind("account", account)
        .execute();
  }
}
