package org.instructgpt.web;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.instructgpt.records.Labeler;
import org.instructgpt.web.Account.Role;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The table of accounts.
final class AccountTable {
  private AccountTable() {}

  /// An account with its password hash.
  record Row(Account account, String password, boolean disabled) {}

  static Optional<Row> find(Handle handle, String id) {
    return handle
        .createQuery("SELECT * FROM web_account WHERE id = :id")
        .bind("id", id)
        .map((row, _) -> read(row))
        .findOne();
  }

  static Optional<Row> named(Handle handle, String name) {
    return handle
        .createQuery("SELECT * FROM web_account WHERE name_key = :key")
        .bind("key", AccountNames.key(name))
        .map((row, _) -> read(row))
        .findOne();
  }

  static List<AccountEntry> all(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT a.*, (SELECT MAX(seen) FROM web_session s WHERE s.account = a.id) AS seen
            FROM web_account a ORDER BY created, id\
            """)
        .map((row, _) -> {
          long seen = row.getLong("seen");
          return new AccountEntry(
              account(row),
              row.getInt("disabled") == 1,
              Instant.ofEpochMilli(row.getLong("created")),
              seen == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(seen)));
        })
        .list();
  }

  /// Adds an account; false when the name is taken.
  static boolean add(Handle handle, Account account, String password, Instant now) {
    return handle
            .createUpdate(
                """
                INSERT INTO web_account (id, name, name_key, role, pool, language, password, created)
                VALUES (:id, :name, :key, :role, :pool, :language, :password, :created)
                ON CONFLICT (name_key) DO NOTHING\
                """)
            .bind("id", account.id())
            .bind("name", account.name())
            .bind("key", AccountNames.key(account.name()))
            .bind("role", word(account.role()))
            .bind("pool", account.pool().map(AccountTable::word).orElse(null))
            .bind("language", account.language().getLanguage())
            .bind("password", password)
            .bind("created", now.toEpochMilli())
            .execute()
        == 1;
  }

  static int disable(Handle handle, String id, boolean disabled) {
    return handle
        .createUpdate("UPDATE web_account SET disabled = :disabled WHERE id = :id")
        .bind("disabled", disabled ? 1 : 0)
        .bind("id", id)
        .execute();
  }

  static int changeRole(Handle handle, Account account) {
    return handle
        .createUpdate("UPDATE web_account SET role = :role, pool = :pool WHERE id = :id")
        .bind("role", word(account.role()))
        .bind("pool", account.pool().map(AccountTable::word).orElse(null))
        .bind("id", account.id())
        .execute();
  }

  static int changeLanguage(Handle handle, String id, Locale language) {
    return handle
        .createUpdate("UPDATE web_account SET language = :language WHERE id = :id")
        .bind("language", language.getLanguage())
        .bind("id", id)
        .execute();
  }

  static int replacePassword(Handle handle, String id, String password) {
    return handle
        .createUpdate("UPDATE web_account SET password = :password WHERE id = :id")
        .bind("password", password)
        .bind("id", id)
        .execute();
  }

  static int remove(Handle handle, String id) {
    return handle.createUpdate("DELETE FROM web_account WHERE id = :id").bind("id", id).execute();
  }

  static int activeAdmins(Handle handle) {
    return handle
        .createQuery("SELECT COUNT(*) FROM web_account WHERE role = 'admin' AND disabled = 0")
        .mapTo(Integer.class)
        .one();
  }

  static Account account(ResultSet row) throws SQLException {
    return new Account(
        row.getString("id"),
        row.getString("name"),
        role(row.getString("role")),
        pool(row.getString("pool")),
        Messages.named(row.getString("language")).orElse(Locale.ENGLISH));
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static Role role(String word) {
    return Role.valueOf(word.toUpperCase(Locale.ROOT));
  }

  static Optional<Labeler.Pool> pool(@Nullable String word) {
    return Optional.ofNullable(word).map(w -> Labeler.Pool.valueOf(w.toUpperCase(Locale.ROOT)));
  }

  private static Row read(ResultSet row) throws SQLException {
    return new Row(account(row), row.getString("password"), row.getInt("disabled") == 1);
  }
}
