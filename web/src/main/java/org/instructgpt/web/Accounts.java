package org.instructgpt.web;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account.Role;
import org.jdbi.v3.core.Handle;

/// The people who may sign in: how they come, how they prove who they are, how they go.
///
/// Every change is one transaction with its line in the [Audit]. A labeler or a researcher gets the
/// [Labeler] of the same id in that transaction, so that their work has a name from the beginning.
/// What a person may not do is a [ApiError].
public final class Accounts implements Erasable {
  /// How long an invitation waits.
  static final Duration INVITATION = Duration.ofDays(7);

  /// How long an administrator's first link, and a link to a new password, waits.
  static final Duration SHORT_LINK = Duration.ofDays(1);

  /// How long a token for programs holds.
  static final Duration TOKEN = Duration.ofDays(365);

  private final Store store;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Passwords passwords;
  private final Audit audit;
  private final TokenCache bearers = new TokenCache();

  private Accounts(
      Store store, InstantSource clock, SecureRandom random, Passwords passwords, Audit audit) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.passwords = passwords;
    this.audit = audit;
  }

  /// Over the store, whose tables are made where they are missing.
  public static Accounts open(Store store, InstantSource clock, SecureRandom random)
      throws IOException {
    Audit audit = Audit.open(store, clock);
    return new Accounts(store, clock, random, new Passwords(random), audit);
  }

  /// An account as administrators see it.
  public record Entry(Account account, boolean disabled, Instant created, Optional<Instant> seen) {}

  /// An invitation that nobody has used yet.
  public record Invitation(
      String id, Role role, Optional<Labeler.Pool> pool, String madeBy, Instant expires) {}

  /// A token for programs, without its secret.
  public record Token(String id, String label, Instant created, Instant expires) {}

  /// Makes an invitation; the token opens [#join] once within a week.
  public String invite(Role role, Optional<Labeler.Pool> pool, Account by) {
    return changed(handle -> {
      var link =
          OneTimeLinks.Link.invitation(role, pool, by.id(), clock.instant().plus(INVITATION));
      String token = OneTimeLinks.add(handle, link, clock.instant(), random);
      audit.append(handle, by.id(), "invited", role.name().toLowerCase(Locale.ROOT));
      return token;
    });
  }

  /// Makes an invitation for an administrator by nobody but the one who runs the program; those
  /// made so before stop to work.
  String inviteAdmin() {
    return changed(handle -> {
      OneTimeLinks.withdrawMadeBy(handle, "");
      var link =
          OneTimeLinks.Link.invitation(
              Role.ADMIN, Optional.empty(), "", clock.instant().plus(SHORT_LINK));
      audit.append(handle, "", "invited", "admin");
      return OneTimeLinks.add(handle, link, clock.instant(), random);
    });
  }

  /// The account of someone who was invited.
  public Account join(String token, String name, String password, Locale language) {
    OneTimeLinks.Link link = link(token);
    if (link.role().isEmpty()) {
      throw ApiError.invalid("token", "join.token-wrong");
    }
    String hash = newPassword(name, password);
    return done(
        store.write(handle -> {
          if (OneTimeLinks.take(handle, token, clock.instant()).isEmpty()) {
            throw linkGone();
          }
          return enter(handle, link.role().get(), link.pool(), name, hash, language);
        }));
  }

  /// The account of a customer who came without an invitation, where the site is open.
  public Account register(String name, String password, Locale language) {
    String hash = newPassword(name, password);
    return done(
        store.write(
            handle -> enter(handle, Role.CUSTOMER, Optional.empty(), name, hash, language)));
  }

  /// The account of a name and a password. Whatever does not fit, it takes the same time and says
  /// the same.
  public Account signIn(String name, String password) {
    Optional<AccountTable.Person> person = store.read(handle -> AccountTable.named(handle, name));
    boolean fits = passwords.fits(password, person.map(AccountTable.Person::password));
    if (!fits || person.get().disabled()) {
      record(person.map(p -> p.account().id()).orElse(""), "sign-in-refused");
      throw ApiError.unknown("sign-in.wrong");
    }
    return person.get().account();
  }

  /// Changes the password of someone who knows the old one, and ends all sessions and tokens.
  public void changePassword(Account account, String current, String fresh) {
    var person = store.read(handle -> AccountTable.find(handle, account.id())).orElseThrow();
    if (!passwords.fits(current, Optional.of(person.password()))) {
      record(account.id(), "password-refused");
      throw ApiError.invalid("current", "account.password-wrong");
    }
    String hash = newPassword(account.name(), fresh);
    changed(handle -> replacePassword(handle, account.id(), account.id(), hash));
  }

  /// Sets a password for someone who forgot it, and ends all sessions and tokens.
  public void setPassword(Account account, String fresh, Account by) {
    String hash = newPassword(account.name(), fresh);
    changed(handle -> replacePassword(handle, account.id(), by.id(), hash));
  }

  /// Makes a link by which someone who forgot the password sets a new one, once within a day.
  public String resetLink(String id, Account by) {
    return changed(handle -> {
      expect(handle, id);
      var link = OneTimeLinks.Link.newPassword(id, by.id(), clock.instant().plus(SHORT_LINK));
      audit.append(handle, by.id(), "made-password-link", id);
      return OneTimeLinks.add(handle, link, clock.instant(), random);
    });
  }

  /// Sets a new password through such a link, and ends all sessions and tokens.
  public Account resetPassword(String token, String fresh) {
    OneTimeLinks.Link link = link(token);
    String id = link.account().orElseThrow(() -> ApiError.invalid("token", "join.token-wrong"));
    var account =
        store
            .read(handle -> AccountTable.find(handle, id))
            .filter(person -> !person.disabled())
            .map(AccountTable.Person::account)
            .orElseThrow(Accounts::linkGone);
    String hash = newPassword(account.name(), fresh);
    return changed(handle -> {
      if (OneTimeLinks.take(handle, token, clock.instant()).isEmpty()) {
        throw linkGone();
      }
      replacePassword(handle, id, id, hash);
      return account;
    });
  }

  /// A new token for programs that act for the account on the HTTP API for a year. Only its hash is
  /// kept: it is shown once.
  public String token(Account account, String label) {
    return changed(handle -> {
      audit.append(handle, account.id(), "made-token", account.id());
      return ApiTokens.add(handle, account, label, clock.instant(), random);
    });
  }

  public List<Token> tokens(Account account) {
    return store.read(handle -> ApiTokens.of(handle, account.id(), clock.instant()));
  }

  public void revoke(Account account, String tokenId) {
    changed(handle -> {
      audit.append(handle, account.id(), "revoked-token", tokenId);
      return ApiTokens.remove(handle, account.id(), tokenId);
    });
  }

  /// Whom a program acts for that shows the token.
  public Optional<Account> bearer(String token) {
    Instant now = clock.instant();
    return bearers.find(
        token, now, hash -> store.read(handle -> ApiTokens.find(handle, hash, now)));
  }

  public Optional<Account> find(String id) {
    return store.read(handle -> AccountTable.find(handle, id)).map(AccountTable.Person::account);
  }

  /// Everybody, the oldest account first.
  public List<Entry> list() {
    return store.read(AccountTable::all);
  }

  /// The account of a name, as it is told apart from others: whatever its case and width.
  public Optional<Account> named(String name) {
    return store.read(handle -> AccountTable.named(handle, name)).map(AccountTable.Person::account);
  }

  public List<Invitation> invitations() {
    return store.read(handle -> OneTimeLinks.invitations(handle, clock.instant()));
  }

  public void withdraw(String invitation, Account by) {
    changed(handle -> {
      audit.append(handle, by.id(), "withdrew-invitation", invitation);
      return OneTimeLinks.withdraw(handle, invitation);
    });
  }

  /// Lets nobody in by this account any more, at once.
  public void disable(String id, Account by) {
    change(
        id,
        by,
        "disabled",
        handle -> {
          keepAnAdmin(handle, id);
          AccountTable.disable(handle, id, true);
          return end(handle, id);
        });
  }

  public void enable(String id, Account by) {
    change(id, by, "enabled", handle -> AccountTable.disable(handle, id, false));
  }

  /// Gives an account another role and ends its sessions. Someone who worked as a labeler keeps the
  /// pool for ever, since held-out labelers must not have seen training work: for another pool, or
  /// to make a researcher of a labeler, the person is invited again.
  public void changeRole(String id, Role role, Optional<Labeler.Pool> pool, Account by) {
    change(
        id,
        by,
        "made-" + role.name().toLowerCase(Locale.ROOT),
        handle -> {
          if (role != Role.ADMIN) {
            keepAnAdmin(handle, id);
          }
          var before = AccountTable.find(handle, id).orElseThrow(ApiError::missing).account();
          var after = new Account(id, before.name(), role, pool, before.language());
          addLabeler(handle, after);
          AccountTable.changeRole(handle, after);
          return end(handle, id);
        });
  }

  /// Signs an account out everywhere, and ends its tokens.
  public void endSessions(String id, Account by) {
    change(id, by, "ended-sessions", handle -> end(handle, id));
  }

  void speak(Account account, Locale language) {
    changed(handle -> AccountTable.speak(handle, account.id(), language));
  }

  /// Whether an administrator can sign in.
  public boolean hasAdmin() {
    return store.read(handle -> AccountTable.activeAdmins(handle) > 0);
  }

  /// The log of what is done, for other modules too.
  public Audit audit() {
    return audit;
  }

  /// Accounts with their sessions, tokens and links. The audit log stays: it holds ids only.
  @Override
  public int erase(Handle handle, Set<String> people, Set<String> prompts) {
    int gone = 0;
    for (String id : people) {
      gone += Sessions.endAll(handle, id) + ApiTokens.removeAll(handle, id);
      gone += OneTimeLinks.removeAll(handle, id) + AccountTable.remove(handle, id);
    }
    return gone;
  }

  private Account enter(
      Handle handle,
      Role role,
      Optional<Labeler.Pool> pool,
      String name,
      String hash,
      Locale language) {
    Instant now = clock.instant();
    var account =
        new Account(Ids.fresh(now, random), AccountNames.clean(name), role, pool, language);
    if (!AccountTable.add(handle, account, hash, now)) {
      throw ApiError.invalid("name", "join.name-taken");
    }
    addLabeler(handle, account);
    audit.append(handle, account.id(), "joined", account.id());
    return account;
  }

  private void addLabeler(Handle handle, Account account) {
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

  private void keepAnAdmin(Handle handle, String id) {
    var person = AccountTable.find(handle, id).orElseThrow(ApiError::missing);
    boolean active = person.account().role() == Role.ADMIN && !person.disabled();
    if (active && AccountTable.activeAdmins(handle) == 1) {
      throw ApiError.conflict("people.last-admin");
    }
  }

  private int replacePassword(Handle handle, String id, String by, String hash) {
    AccountTable.replacePassword(handle, id, hash);
    audit.append(handle, by, "changed-password", id);
    return end(handle, id);
  }

  private static void expect(Handle handle, String id) {
    if (AccountTable.find(handle, id).isEmpty()) {
      throw ApiError.missing();
    }
  }

  private static int end(Handle handle, String id) {
    return Sessions.endAll(handle, id) + ApiTokens.removeAll(handle, id);
  }

  private String newPassword(String name, String password) {
    var problems = AccountNames.problems(name);
    problems.addAll(Passwords.problems(name, password));
    if (!problems.isEmpty()) {
      throw ApiError.invalid(problems);
    }
    return passwords.hash(password);
  }

  private OneTimeLinks.Link link(String token) {
    return store
        .read(handle -> OneTimeLinks.find(handle, token, clock.instant()))
        .orElseThrow(Accounts::linkGone);
  }

  private static ApiError linkGone() {
    return ApiError.invalid("token", "join.token-gone");
  }

  private void record(String account, String action) {
    changed(handle -> {
      audit.append(handle, account, action, account);
      return 0;
    });
  }

  private void change(String id, Account by, String action, Function<Handle, Integer> work) {
    changed(handle -> {
      expect(handle, id);
      audit.append(handle, by.id(), action, id);
      return work.apply(handle);
    });
  }

  /// A write after which tokens may mean something else.
  private <T> T changed(Function<Handle, T> work) {
    try {
      return done(store.write(work));
    } finally {
      bearers.forget();
    }
  }

  /// What a write gave, when the disk has it; a [ApiError] inside it comes out as it was.
  static <T> T done(CompletableFuture<T> write) {
    try {
      return write.join();
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failure;
    }
  }
}
