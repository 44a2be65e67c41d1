package org.instructgpt.web;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// What whoever has the machine may do to let people in again: nobody is locked out for good, not
/// even the last administrator. It needs no site, and works beside one; the log names the program.
///
/// @param accounts whose tables are there
public record Caretaker(Accounts accounts, Store store, InstantSource clock, SecureRandom random) {
  /// The account of a name, and whether it is disabled.
  public Optional<Accounts.Entry> find(String name) {
    return accounts
        .named(name)
        .flatMap(account ->
            accounts.list().stream().filter(each -> each.account().equals(account)).findFirst());
  }

  /// Makes a link to a new password, as an administrator would, and ends all sessions and tokens at
  /// once; its token.
  public String resetLink(Account account) {
    return done(handle -> {
      end(handle, account);
      var until = clock.instant().plus(Accounts.SHORT_LINK);
      accounts.audit().append(handle, "", "made-password-link", account.id());
      return Links.add(
          handle, Links.Link.newPassword(account.id(), "", until), clock.instant(), random);
    });
  }

  /// Sets a password, and ends all sessions and tokens.
  ///
  /// @throws IllegalArgumentException when it is no good password, with the reasons
  public void setPassword(Account account, String fresh) {
    var problems = Passwords.problems(account.name(), fresh);
    if (!problems.isEmpty()) {
      var words = Texts.of(Site.class, Optional.empty());
      throw new IllegalArgumentException(
          problems.stream()
              .map(p -> words.say(Locale.ENGLISH, p.key(), p.arguments().toArray()))
              .collect(Collectors.joining(" ")));
    }
    String hash = new Passwords(random).hash(fresh);
    int _ =
        done(handle -> {
          accounts.audit().append(handle, "", "changed-password", account.id());
          end(handle, account);
          return People.replacePassword(handle, account.id(), hash);
        });
  }

  /// Lets somebody in again who was disabled.
  public void enable(Account account) {
    int _ =
        done(handle -> {
          accounts.audit().append(handle, "", "enabled", account.id());
          return People.disable(handle, account.id(), false);
        });
  }

  private static void end(Handle handle, Account account) {
    int _ = Sessions.endAll(handle, account.id()) + Tokens.removeAll(handle, account.id());
  }

  private <T> T done(Function<Handle, T> work) {
    return Accounts.done(store.write(work));
  }
}
