package org.instructgpt.web;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account.Role;
import org.jdbi.v3.core.Handle;

/// The accounts of a workspace. [SignUp] makes new ones, [Credentials] checks passwords and tokens.
///
/// Every change is one transaction with its entry in the [Audit]. What a person may not do is an
/// [ApiError].
public final class Accounts implements Erasable {
  private final AccountChanges changes;
  private final SignUp signUp;
  private final Credentials credentials;

  private Accounts(AccountChanges changes, Passwords passwords) {
    this.changes = changes;
    this.signUp = new SignUp(changes, passwords);
    this.credentials = new Credentials(changes, passwords);
  }

  /// Over the store, whose tables are created where they are missing.
  public static Accounts open(Store store, InstantSource clock, SecureRandom random)
      throws IOException {
    Audit audit = Audit.open(store, clock);
    var changes = new AccountChanges(store, clock, random, audit, new TokenCache());
    return new Accounts(changes, new Passwords(random));
  }

  public SignUp signUp() {
    return signUp;
  }

  public Credentials credentials() {
    return credentials;
  }

  /// The audit log, for other modules too.
  public Audit audit() {
    return changes.audit();
  }

  public Optional<Account> find(String id) {
    return changes.find(id).map(AccountTable.Row::account);
  }

  /// The account of a name, whatever its case and width.
  public Optional<Account> named(String name) {
    return changes
        .store()
        .read(handle -> AccountTable.named(handle, name))
        .map(AccountTable.Row::account);
  }

  /// All accounts, the oldest first.
  public List<AccountEntry> list() {
    return changes.store().read(AccountTable::all);
  }

  /// Whether an administrator can sign in.
  public boolean hasAdmin() {
    return changes.store().read(handle -> AccountTable.activeAdmins(handle) > 0);
  }

  /// Disables an account: nobody can sign in with it, and its sessions and tokens end at once.
  public void disable(String id, Account by) {
    changes.write(
        id,
        by,
        "disabled",
        handle -> {
          keepAnAdmin(handle, id);
          AccountTable.disable(handle, id, true);
          return AccountChanges.endSessionsAndTokens(handle, id);
        });
  }

  public void enable(String id, Account by) {
    changes.write(id, by, "enabled", handle -> AccountTable.disable(handle, id, false));
  }

  /// Gives an account another role and ends its sessions and tokens.
  ///
  /// Someone who has worked as a labeler keeps the pool for ever, since held-out labelers must not
  /// have produced training data. For another pool, or to make a researcher of a labeler, the
  /// person is invited again.
  public void changeRole(String id, Role role, Optional<Labeler.Pool> pool, Account by) {
    changes.write(
        id,
        by,
        "made-" + AccountTable.word(role),
        handle -> {
          if (role != Role.ADMIN) {
            keepAnAdmin(handle, id);
          }
          var before = AccountTable.find(handle, id).orElseThrow(ApiError::missing).account();
          var after = new Account(id, before.name(), role, pool, before.language());
          changes.addLabeler(handle, after);
          AccountTable.changeRole(handle, after);
          return AccountChanges.endSessionsAndTokens(handle, id);
        });
  }

  /// Signs an account out on all devices, and ends its tokens.
  public void endSessions(String id, Account by) {
    changes.write(
        id, by, "ended-sessions", handle -> AccountChanges.endSessionsAndTokens(handle, id));
  }

  void changeLanguage(Account account, Locale language) {
    changes.write(handle -> AccountTable.changeLanguage(handle, account.id(), language));
  }

  /// Deletes accounts with their sessions, tokens and links. The audit log stays: it holds ids
  /// only.
  @Override
  public int erase(Handle handle, Set<String> people, Set<String> prompts) {
    int deleted = 0;
    for (String id : people) {
      deleted += AccountChanges.endSessionsAndTokens(handle, id);
      deleted += OneTimeLinks.removeAll(handle, id) + AccountTable.remove(handle, id);
    }
    return deleted;
  }

  private static void keepAnAdmin(Handle handle, String id) {
    var row = AccountTable.find(handle, id).orElseThrow(ApiError::missing);
    boolean active = row.account().role() == Role.ADMIN && !row.disabled();
    if (active && AccountTable.activeAdmins(handle) == 1) {
      throw ApiError.conflict("people.last-admin");
    }
  }
}
