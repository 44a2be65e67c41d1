package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.instructgpt.records.Dialect;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Store;
import org.instructgpt.records.TestServer;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Accounts, invitations and erasure, over both databases.
@Tag("slow")
class AccountsTest {
  private static final Locale EN = Locale.ENGLISH;
  private static final String PASSWORD = TestSite.PASSWORD;
  private static final Account ADMIN =
      new Account("admin", "admin", Role.ADMIN, Optional.empty(), EN);

  @TempDir private Path folder;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-23T09:00:00Z"));

  interface Work {
    void with(Store store, Accounts accounts) throws Exception;
  }

  private void over(Dialect dialect, Work work) throws Exception {
    String place =
        dialect == Dialect.SQLITE
            ? folder.resolve("feedback.db").toString()
            : TestServer.database();
    try (var store = Store.open(place)) {
      work.with(store, Accounts.open(store, now::get, new SecureRandom()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInvitationCreatesOneAccountAndItsLabeler(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, accounts) -> {
          String token = accounts.signUp().invite(Role.LABELER, Optional.of(Pool.HELD_OUT), ADMIN);
          var account = accounts.signUp().join(token, "小林 さん", PASSWORD, Locale.CHINESE);
          assertThat(account.pool()).contains(Pool.HELD_OUT);
          assertThat(account.language()).isEqualTo(Locale.CHINESE);
          assertThat(store.labelers()).containsExactly(new Labeler(account.id(), Pool.HELD_OUT));
          assertThat(accounts.find(account.id())).contains(account);
          assertThat(accounts.credentials().signIn("小林 さん", PASSWORD)).isEqualTo(account);
          refused(
              400, () -> accounts.signUp().join(token, "Another", PASSWORD, EN), "join.token-gone");
          var researcher =
              accounts
                  .signUp()
                  .join(
                      accounts.signUp().invite(Role.RESEARCHER, Optional.empty(), ADMIN),
                      "R",
                      PASSWORD,
                      EN);
          assertThat(store.labelers()).contains(new Labeler(researcher.id(), Pool.RESEARCHER));
          accounts
              .signUp()
              .join(
                  accounts.signUp().invite(Role.CUSTOMER, Optional.empty(), ADMIN),
                  "C",
                  PASSWORD,
                  EN);
          assertThat(store.labelers()).hasSize(2);
        });
  }

  @ParameterizedTest
  @EnumSource
  void anInvitationUsedByManyAtOnceAdmitsOne(Dialect dialect) throws Exception {
    over(
        dialect,
        (_, accounts) -> {
          String token = accounts.signUp().invite(Role.CUSTOMER, Optional.empty(), ADMIN);
          assertThat(atOnce(8, i -> accounts.signUp().join(token, "Guest " + i, PASSWORD, EN)))
              .isEqualTo(1);
          assertThat(accounts.list()).hasSize(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void ofManyWhoWantANameOneGetsItAndTheOthersKeepTheirInvitations(Dialect dialect)
      throws Exception {
    over(
        dialect,
        (_, accounts) -> {
          var tokens =
              IntStream.range(0, 6)
                  .mapToObj(_ ->
                      accounts.signUp().invite(Role.LABELER, Optional.of(Pool.TRAINING), ADMIN))
                  .toList();
          assertThat(
                  atOnce(
                      6,
                      i ->
                          accounts
                              .signUp()
                              .join(tokens.get(i), i % 2 == 0 ? "Ａda" : "ADA", PASSWORD, EN)))
              .isEqualTo(1);
          assertThat(accounts.signUp().invitations()).hasSize(5);
        });
  }

  @ParameterizedTest
  @EnumSource
  void linksEndWithTime(Dialect dialect) throws Exception {
    over(
        dialect,
        (_, accounts) -> {
          String week = accounts.signUp().invite(Role.CUSTOMER, Optional.empty(), ADMIN);
          String first = accounts.signUp().inviteAdmin();
          String admin = accounts.signUp().inviteAdmin();
          refused(400, () -> accounts.signUp().join(first, "Old", PASSWORD, EN), "join.token-gone");
          var person = accounts.signUp().join(admin, "New", PASSWORD, EN);
          String reset = accounts.credentials().resetLink(person.id(), ADMIN);
          pass(Duration.ofDays(1));
          refused(
              400,
              () -> accounts.credentials().resetPassword(reset, "another good phrase"),
              "join.token-gone");
          assertThat(accounts.signUp().join(week, "Customer", PASSWORD, EN).role())
              .isEqualTo(Role.CUSTOMER);
          String late = accounts.signUp().invite(Role.CUSTOMER, Optional.empty(), ADMIN);
          pass(Duration.ofDays(7));
          refused(400, () -> accounts.signUp().join(late, "Late", PASSWORD, EN), "join.token-gone");
          assertThat(accounts.signUp().invitations()).isEmpty();
        });
  }

  @ParameterizedTest
  @EnumSource
  void aNewPasswordEndsSessionsAndTokens(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, accounts) -> {
          var person = customer(accounts, "Ada");
          var sessions = new Sessions(store, now::get, new SecureRandom(), accounts.audit());
          String session = sessions.begin(person, Optional.empty());
          String token = accounts.credentials().makeToken(person, "a program");
          assertThat(sessions.find(session)).contains(person);
          assertThat(accounts.credentials().ofToken(token)).contains(person);
          refused(
              400,
              () -> accounts.credentials().changePassword(person, "wrong", "new good phrase"),
              "account.password-wrong");
          refused(
              400,
              () -> accounts.credentials().changePassword(person, PASSWORD, "short"),
              "join.password-length");
          assertThat(sessions.find(session)).contains(person);
          accounts.credentials().changePassword(person, PASSWORD, "new good phrase");
          assertThat(sessions.find(session)).isEmpty();
          assertThat(accounts.credentials().ofToken(token)).isEmpty();
          refused(401, () -> accounts.credentials().signIn("Ada", PASSWORD), "sign-in.wrong");
          accounts.credentials().signIn("Ada", "new good phrase");
          String reset = accounts.credentials().resetLink(person.id(), ADMIN);
          refused(
              400, () -> accounts.signUp().join(reset, "Eve", PASSWORD, EN), "join.token-wrong");
          accounts.credentials().resetPassword(reset, "newest good phrase");
          refused(
              400,
              () -> accounts.credentials().resetPassword(reset, "again good phrase"),
              "join.token-gone");
          accounts.credentials().signIn("Ada", "newest good phrase");
        });
  }

  @ParameterizedTest
  @EnumSource
  void aDisabledAccountIsSignedOutAtOnce(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, accounts) -> {
          var person = customer(accounts, "Ada");
          var sessions = new Sessions(store, now::get, new SecureRandom(), accounts.audit());
          String session = sessions.begin(person, Optional.empty());
          String token = accounts.credentials().makeToken(person, "a program");
          String reset = accounts.credentials().resetLink(person.id(), ADMIN);
          accounts.disable(person.id(), ADMIN);
          assertThat(sessions.find(session)).isEmpty();
          assertThat(accounts.credentials().ofToken(token)).isEmpty();
          refused(401, () -> accounts.credentials().signIn("Ada", PASSWORD), "sign-in.wrong");
          refused(
              400,
              () -> accounts.credentials().resetPassword(reset, "another good phrase"),
              "join.token-gone");
          accounts.enable(person.id(), ADMIN);
          assertThat(sessions.find(session)).isEmpty();
          assertThat(accounts.credentials().signIn("Ada", PASSWORD)).isEqualTo(person);
        });
  }

  @ParameterizedTest
  @EnumSource
  void theLastAdministratorCannotBeRemoved(Dialect dialect) throws Exception {
    over(
        dialect,
        (_, accounts) -> {
          assertThat(accounts.hasAdmin()).isFalse();
          var one = accounts.signUp().join(accounts.signUp().inviteAdmin(), "One", PASSWORD, EN);
          assertThat(accounts.hasAdmin()).isTrue();
          refused(409, () -> accounts.disable(one.id(), one), "people.last-admin");
          refused(
              409,
              () -> accounts.changeRole(one.id(), Role.CUSTOMER, Optional.empty(), one),
              "people.last-admin");
          var two = accounts.signUp().join(accounts.signUp().inviteAdmin(), "Two", PASSWORD, EN);
          accounts.disable(one.id(), two);
          refused(409, () -> accounts.disable(two.id(), two), "people.last-admin");
          refused(404, () -> accounts.disable("nobody", two), "refusal.missing");
        });
  }

  @ParameterizedTest
  @EnumSource
  void aLabelerWhoHasWorkedInAPoolStaysInIt(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, accounts) -> {
          var person = customer(accounts, "Ada");
          accounts.changeRole(person.id(), Role.LABELER, Optional.of(Pool.TRAINING), ADMIN);
          refused(
              409,
              () ->
                  accounts.changeRole(person.id(), Role.LABELER, Optional.of(Pool.HELD_OUT), ADMIN),
              "people.pool-fixed");
          refused(
              409,
              () -> accounts.changeRole(person.id(), Role.RESEARCHER, Optional.empty(), ADMIN),
              "people.pool-fixed");
          accounts.changeRole(person.id(), Role.CUSTOMER, Optional.empty(), ADMIN);
          accounts.changeRole(person.id(), Role.LABELER, Optional.of(Pool.TRAINING), ADMIN);
          assertThat(store.labelers()).containsExactly(new Labeler(person.id(), Pool.TRAINING));
        });
  }

  @ParameterizedTest
  @EnumSource
  void erasingAPersonLeavesTheAuditLogOnly(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, accounts) -> {
          var person = accounts.signUp().join(accounts.signUp().inviteAdmin(), "Ada", PASSWORD, EN);
          customer(accounts, "Grace");
          accounts.credentials().makeToken(person, "a program");
          accounts.credentials().resetLink(person.id(), person);
          accounts.signUp().invite(Role.CUSTOMER, Optional.empty(), person);
          new Sessions(store, now::get, new SecureRandom(), accounts.audit())
              .begin(person, Optional.empty());
          int gone =
              store.write(h -> accounts.erase(h, Set.of(person.id(), "nobody"), Set.of())).join();
          assertThat(gone).isEqualTo(5);
          assertThat(accounts.list())
              .extracting(entry -> entry.account().name())
              .containsExactly("Grace");
          assertThat(store.read(accounts.audit()::broken)).isEmpty();
          List<Audit.Act> acts = store.read(handle -> accounts.audit().latest(handle, 100, 0));
          assertThat(acts).extracting(Audit.Act::account).contains(person.id());
        });
  }

  private Account customer(Accounts accounts, String name) {
    return accounts.signUp().register(name, PASSWORD, EN);
  }

  private void pass(Duration time) {
    now.updateAndGet(moment -> moment.plus(time));
  }

  private interface Try {
    Object take(int index);
  }

  /// How many of this many concurrent attempts succeed.
  private static int atOnce(int count, Try work) throws InterruptedException {
    try (var threads = Executors.newFixedThreadPool(count)) {
      List<Future<Object>> tries =
          IntStream.range(0, count).mapToObj(i -> threads.submit(() -> work.take(i))).toList();
      int through = 0;
      for (Future<Object> future : tries) {
        try {
          future.get();
          through++;
        } catch (ExecutionException failure) {
          assertThat(failure.getCause()).isInstanceOf(ApiError.class);
        }
      }
      return through;
    }
  }

  static void refused(int status, Runnable work, String key) {
    assertThatThrownBy(work::run)
        .isInstanceOfSatisfying(
            ApiError.class,
            error -> {
              assertThat(error.status()).isEqualTo(status);
              assertThat(error.problems()).extracting(ApiError.Problem::key).contains(key);
            });
  }
}
