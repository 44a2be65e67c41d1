package org.instructgpt.web;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.instructgpt.records.Labeler;
import org.instructgpt.web.Account.Role;
import org.jdbi.v3.core.Handle;

/// How new accounts are made: by invitation, or by registration where the site is open.
///
/// A labeler or a researcher gets the [Labeler] of the same id in the same transaction, so that
/// everything they submit can name it.
public final class SignUp {
  /// How long an invitation is valid.
  static final Duration INVITATION = Duration.ofDays(7);

  /// How long the first administrator's invitation is valid.
  static final Duration ADMIN_INVITATION = Duration.ofDays(1);

  private final AccountChanges changes;
  private final Passwords passwords;

  SignUp(AccountChanges changes, Passwords passwords) {
    this.changes = changes;
    this.passwords = passwords;
  }

  /// Makes an invitation; the token opens [#join] once within a week.
  public String invite(Role role, Optional<Labeler.Pool> pool, Account by) {
    return changes.write(handle -> {
      var link = OneTimeLinks.Link.invitation(role, pool, by.id(), changes.now().plus(INVITATION));
      String token = changes.addLink(handle, link);
      changes.audit().append(handle, by.id(), "invited", AccountTable.word(role));
      return token;
    });
  }

  /// Makes an invitation for an administrator in the name of the program itself; earlier ones of
  /// this kind become invalid.
  String inviteAdmin() {
    return changes.write(handle -> {
      OneTimeLinks.withdrawMadeBy(handle, "");
      var link =
          OneTimeLinks.Link.invitation(
              Role.ADMIN, Optional.empty(), "", changes.now().plus(ADMIN_INVITATION));
      changes.audit().append(handle, "", "invited", "admin");
      return changes.addLink(handle, link);
    });
  }

  /// The invitations that are still valid, the newest first.
  List<Invitation> invitations() {
    return changes.store().read(handle -> OneTimeLinks.invitations(handle, changes.now()));
  }

  void withdraw(String invitation, Account by) {
    changes.write(handle -> {
      changes.audit().append(handle, by.id(), "withdrew-invitation", invitation);
      return OneTimeLinks.withdraw(handle, invitation);
    });
  }

  /// Makes the account of someone who was invited.
  public Account join(String token, String name, String password, Locale language) {
    OneTimeLinks.Link link = changes.link(token);
    if (link.role().isEmpty()) {
      throw ApiError.invalid("token", "join.token-wrong");
    }
    String hash = passwords.hashNew(name, password);
    return changes
        .store()
        .writeNow(handle -> {
          changes.takeLink(handle, token);
          return add(handle, link.role().get(), link.pool(), name, hash, language);
        });
  }

  /// Makes the account of a customer who came without an invitation, where the site is open.
  public Account register(String name, String password, Locale language) {
    String hash = passwords.hashNew(name, password);
    return changes
        .store()
        .writeNow(handle -> add(handle, Role.CUSTOMER, Optional.empty(), name, hash, language));
  }

  private Account add(
      Handle handle,
      Role role,
      Optional<Labeler.Pool> pool,
      String name,
      String hash,
      Locale language) {
    Instant now = changes.now();
    var account = new Account(changes.freshId(now), AccountNames.clean(name), role, pool, language);
    if (!AccountTable.add(handle, account, hash, now)) {
      throw ApiError.invalid("name", "join.name-taken");
    }
    changes.addLabeler(handle, account);
    changes.audit().append(handle, account.id(), "joined", account.id());
    return account;
  }
}
