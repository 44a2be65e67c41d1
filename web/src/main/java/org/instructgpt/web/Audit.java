package org.instructgpt.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.instructgpt.files.Sha256;
import org.instructgpt.records.AuditLog;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// A tamper-evident audit log: who did what and when.
///
/// The entries of each account form a hash chain: a row holds the SHA-256 of its own content and of
/// the hash of the entry before. The newest hash and the number of entries are stored separately,
/// so that [#broken] finds changed and missing rows, the last one included. There is a chain for
/// each account, not one for all, so that two people can work at the same time on PostgreSQL, where
/// a common chain would make every transaction wait for the one before.
///
/// Entries refer to accounts and things by id and hold no text that people wrote, so they may stay
/// when a person's data is erased.
public final class Audit implements AuditLog {
  private static final String GENESIS = "0".repeat(64);

  private final InstantSource clock;

  private Audit(InstantSource clock) {
    this.clock = clock;
  }

  public static Audit open(Store store, InstantSource clock) throws IOException {
    store.extend("web", Audit.class);
    return new Audit(clock);
  }

  /// One entry.
  ///
  /// @param number of the entry among those of the account, from 1
  /// @param account id of the account that acted; empty for the program and for unknown visitors
  /// @param action what was done, a short word such as `signed-in` or `submitted`
  /// @param subject id of what it was done to
  public record Act(
      long number, Instant at, String account, String action, String subject, String hash) {}

  /// Adds an entry inside the caller's transaction: both are committed or neither is.
  @Override
  public void append(Handle handle, String account, String action, String subject) {
    // The upsert locks the account's head until the transaction ends, so that numbers have no gaps.
    var head =
        handle
            .createQuery(
                """
                INSERT INTO web_audit_head (account, number, hash) VALUES (:account, 1, :genesis)
                ON CONFLICT (account) DO UPDATE SET number = web_audit_head.number + 1
                RETURNING number, hash\
                """)
            .bind("account", account)
            .bind("genesis", GENESIS)
            .map((row, _) -> new Head(row.getLong("number"), row.getString("hash")))
            .one();
    long at = clock.millis();
    String hash = hash(head, at, account, action, subject);
    handle
        .createUpdate(
            """
            INSERT INTO web_audit (account, number, at, action, subject, hash)
            VALUES (:account, :number, :at, :action, :subject, :hash)\
            """)
        .bind("account", account)
        .bind("number", head.number())
        .bind("at", at)
        .bind("action", action)
        .bind("subject", subject)
        .bind("hash", hash)
        .execute();
    handle
        .createUpdate("UPDATE web_audit_head SET hash = :hash WHERE account = :account")
        .bind("hash", hash)
        .bind("account", account)
        .execute();
  }

  /// The newest entries of all accounts, newest first.
  public List<Act> latest(Handle handle, int limit, int offset) {
    return handle
        .createQuery("SELECT * FROM web_audit ORDER BY seq DESC LIMIT :limit OFFSET :offset")
        .bind("limit", limit)
        .bind("offset", offset)
        .map((row, _) ->
            new Act(
                row.getLong("number"),
                Instant.ofEpochMilli(row.getLong("at")),
                row.getString("account"),
                row.getString("action"),
                row.getString("subject"),
                row.getString("hash")))
        .list();
  }

  /// The accounts whose chain is broken, each once; none when the log was not tampered with.
  public List<String> broken(Handle handle) {
    var bad = new ArrayList<String>();
    var heads =
        handle
            .createQuery("SELECT account, number, hash FROM web_audit_head ORDER BY account")
            .map((row, _) ->
                new Chain(
                    row.getString("account"),
                    new Head(row.getLong("number"), row.getString("hash"))))
            .list();
    for (Chain chain : heads) {
      if (!holds(handle, chain)) {
        bad.add(chain.account());
      }
    }
    bad.addAll(
        handle
            .createQuery(
                """
                SELECT DISTINCT account FROM web_audit
                WHERE account NOT IN (SELECT account FROM web_audit_head)\
                """)
            .mapTo(String.class)
            .list());
    return bad;
  }

  private static boolean holds(Handle handle, Chain chain) {
    var before = new Head[] {new Head(0, GENESIS)};
    try (var rows =
        handle
            .createQuery("SELECT * FROM web_audit WHERE account = :account ORDER BY number")
            .bind("account", chain.account())
            .map((row, _) -> {
              var head = new Head(before[0].number() + 1, before[0].hash());
              String expected =
                  hash(
                      head,
                      row.getLong("at"),
                      row.getString("account"),
                      row.getString("action"),
                      row.getString("subject"));
              boolean right =
                  row.getLong("number") == head.number() && row.getString("hash").equals(expected);
              before[0] = new Head(head.number(), expected);
              return right;
            })
            .iterator()) {
      while (rows.hasNext()) {
        if (!rows.next()) {
          return false;
        }
      }
    }
    return before[0].equals(chain.head());
  }

  /// @param number of the newest entry
  /// @param hash of the newest entry; while one is being added, of the entry before it
  private record Head(long number, String hash) {}

  private record Chain(String account, Head head) {}

  private static String hash(Head head, long at, String account, String action, String subject) {
    MessageDigest sha = Sha256.digest();
    for (String part :
        List.of(
            head.hash(),
            Long.toString(head.number()),
            Long.toString(at),
            account,
            action,
            subject)) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      sha.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      sha.update(bytes);
    }
    return HexFormat.of().formatHex(sha.digest());
  }
}
