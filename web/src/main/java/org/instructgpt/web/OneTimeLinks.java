package org.instructgpt.web;

import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Labeler;
import org.instructgpt.web.Account.Role;
import org.jdbi.v3.core.Handle;

/// The table of links that work once: invitations, and links to set a new password.
final class OneTimeLinks {
  private OneTimeLinks() {}

  /// A link that works once.
  ///
  /// @param role of the account that an invitation makes; empty for a new password
  /// @param account whose new password it sets; empty for an invitation
  record Link(
      Optional<Role> role,
      Optional<Labeler.Pool> pool,
      Optional<String> account,
      String madeBy,
      Instant expires) {

    static Link invitation(Role role, Optional<Labeler.Pool> pool, String by, Instant expires) {
      return new Link(Optional.of(role), pool, Optional.empty(), by, expires);
    }

    static Link newPassword(String account, String by, Instant expires) {
      return new Link(Optional.empty(), Optional.empty(), Optional.of(account), by, expires);
    }
  }

  /// Stores a link and returns its token, of which only the hash is stored.
  static String add(Handle handle, Link link, Instant now, SecureRandom random) {
    handle
        .createUpdate("DELETE FROM web_link WHERE expires <= :now")
        .bind("now", now.toEpochMilli())
        .execute();
    String token = SecretTokens.fresh(random);
    handle
        .createUpdate(
            """
            INSERT INTO web_link (id, hash, role, pool, account, made_by, created, expires)
            VALUES (:id, :hash, :role, :pool, :account, :by, :created, :expires)\
            """)
        .bind("id", Ids.fresh(now, random))
        .bind("hash", SecretTokens.hash(token))
        .bind("role", link.role().map(AccountTable::word).orElse(null))
        .bind("pool", link.pool().map(AccountTable::word).orElse(null))
        .bind("account", link.account().orElse(null))
        .bind("by", link.madeBy())
        .bind("created", now.toEpochMilli())
        .bind("expires", link.expires().toEpochMilli())
        .execute();
    return token;
  }

  static Optional<Link> find(Handle handle, String token, Instant now) {
    return handle
        .createQuery("SELECT * FROM web_link WHERE hash = :hash AND expires > :now")
        .bind("hash", SecretTokens.hash(token))
        .bind("now", now.toEpochMilli())
        .map((row, _) -> link(row))
        .findOne();
  }

  /// Uses the link up: of two concurrent requests one gets it.
  static Optional<Link> take(Handle handle, String token, Instant now) {
    return handle
        .createQuery("DELETE FROM web_link WHERE hash = :hash AND expires > :now RETURNING *")
        .bind("hash", SecretTokens.hash(token))
        .bind("now", now.toEpochMilli())
        .map((row, _) -> link(row))
        .findOne();
  }

  static List<Invitation> invitations(Handle handle, Instant now) {
    return handle
        .createQuery(
            """
            SELECT * FROM web_link WHERE role IS NOT NULL AND expires > :now
            ORDER BY created DESC, id\
            """)
        .bind("now", now.toEpochMilli())
        .map((row, _) ->
            new Invitation(
                row.getString("id"),
                AccountTable.role(row.getString("role")),
                AccountTable.pool(row.getString("pool")),
                row.getString("made_by"),
                Instant.ofEpochMilli(row.getLong("expires"))))
        .list();
  }

  static int withdraw(Handle handle, String id) {
    return handle
        .createUpdate("DELETE FROM web_link WHERE id = :id AND role IS NOT NULL")
        .bind("id", id)
        .execute();
  }

  static int withdrawMadeBy(Handle handle, String account) {
    return handle
        .createUpdate("DELETE FROM web_link WHERE made_by = :account")
        .bind("account", account)
        .execute();
  }

  static int removeAll(Handle handle, String account) {
    return handle
        .createUpdate("DELETE FROM web_link WHERE made_by = :account OR account = :account")
        .bind("account", account)
        .execute();
  }

  private static Link link(ResultSet row) throws SQLException {
    return new Link(
        Optional.ofNullable(row.getString("role")).map(AccountTable::role),
        AccountTable.pool(row.getString("pool")),
        Optional.ofNullable(row.getString("account")),
        row.getString("made_by"),
        Instant.ofEpochMilli(row.getLong("expires")));
  }
}
