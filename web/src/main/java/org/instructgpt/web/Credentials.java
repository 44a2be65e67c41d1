package org.instructgpt.web;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// What proves who somebody is: passwords of people, access tokens of programs.
public final class Credentials {
  /// How long a link to set a new password is valid.
  static final Duration RESET_LINK = Duration.ofDays(1);

  private final AccountChanges changes;
  private final Passwords passwords;

  Credentials(AccountChanges changes, Passwords passwords) {
    this.changes = changes;
    this.passwords = passwords;
  }

  /// The account of a name and a password; [ApiError] 401 otherwise. An unknown name, a wrong
  /// password and a disabled account take the same time and get the same message.
  public Account signIn(String name, String password) {
    Optional<AccountTable.Row> row =
        changes.store().read(handle -> AccountTable.named(handle, name));
    boolean fits = passwords.fits(password, row.map(AccountTable.Row::password));
    if (!fits || row.get().disabled()) {
      changes.record(row.map(found -> found.account().id()).orElse(""), "sign-in-refused");
      throw ApiError.unknown("sign-in.wrong");
    }
    return row.get().account();
  }

  /// Changes the password of someone who knows the old one, and ends all sessions and tokens.
  public void changePassword(Account account, String current, String fresh) {
    var row = changes.find(account.id()).orElseThrow();
    if (!passwords.fits(current, Optional.of(row.password()))) {
      changes.record(account.id(), "password-refused");
      throw ApiError.invalid("current", "account.password-wrong");
    }
    setPassword(account, fresh, account);
  }

  /// Sets a password for someone who forgot it, and ends all sessions and tokens.
  public void setPassword(Account account, String fresh, Account by) {
    String hash = passwords.hashNew(account.name(), fresh);
    changes.write(handle -> replacePassword(handle, account.id(), by.id(), hash));
  }

  /// Makes a link by which someone who forgot the password sets a new one, once within a day.
  public String resetLink(String id, Account by) {
    return changes.write(handle -> {
      AccountChanges.requireAccount(handle, id);
      var link = OneTimeLinks.Link.newPassword(id, by.id(), changes.now().plus(RESET_LINK));
      changes.audit().append(handle, by.id(), "made-password-link", id);
      return changes.addLink(handle, link);
    });
  }

  /// Sets a new password through such a link, and ends all sessions and tokens.
  public Account resetPassword(String token, String fresh) {
    OneTimeLinks.Link link = changes.link(token);
    String id = link.account().orElseThrow(() -> ApiError.invalid("token", "join.token-wrong"));
    var account =
        changes
            .find(id)
            .filter(row -> !row.disabled())
            .map(AccountTable.Row::account)
            .orElseThrow(AccountChanges::linkGone);
    String hash = passwords.hashNew(account.name(), fresh);
    return changes.write(handle -> {
      changes.takeLink(handle, token);
      replacePassword(handle, id, id, hash);
      return account;
    });
  }

  /// A new token with which a program may act for the account on the HTTP API for a year. Only its
  /// hash is stored, so it is shown this once.
  public String makeToken(Account account, String label) {
    return changes.write(handle -> {
      changes.audit().append(handle, account.id(), "made-token", account.id());
      return ApiTokens.add(handle, account, label, changes.now(), changes.random());
    });
  }

  List<ApiToken> tokens(Account account) {
    return changes.store().read(handle -> ApiTokens.of(handle, account.id(), changes.now()));
  }

  public void revokeToken(Account account, String tokenId) {
    changes.write(handle -> {
      changes.audit().append(handle, account.id(), "revoked-token", tokenId);
      return ApiTokens.remove(handle, account.id(), tokenId);
    });
  }

  /// The account that a program with this token acts for.
  public Optional<Account> ofToken(String token) {
    Instant now = changes.now();
    return changes
        .tokenCache()
        .find(
            token, now, hash -> changes.store().read(handle -> ApiTokens.find(handle, hash, now)));
  }

  private int replacePassword(Handle handle, String id, String by, String hash) {
    AccountTable.replacePassword(handle, id, hash);
    changes.audit().append(handle, by, "changed-password", id);
    return AccountChanges.endSessionsAndTokens(handle, id);
  }
}
