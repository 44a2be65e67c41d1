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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How people come and go, over both databases.
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
  void anInvitationMakesOneAccountAndTheLabelerOfItsName(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, accounts) -> {
          String token = accounts.invite(Role.LABELER, Optional.of(Pool.HELD_OUT), ADMIN);
          var account = accounts.join(token, "小林 さん", PASSWORD, Locale.CHINESE);
          assertThat(account.pool()).contains(Pool.HELD_OUT);
          assertThat(account.language()).isEqualTo(Locale.CHINESE);
          assertThat(store.labelers()).containsExactly(new Labeler(account.id(), Pool.HELD_OUT));
          assertThat(accounts.find(account.id())).contains(account);
          assertThat(accounts.signIn("小林 さん", PASSWORD)).isEqualTo(account);
          refused(400, () -> accounts.join(token, "Another", PASSWORD, EN), "join.token-gone");
          var researcher =
              accounts.join(
                  accounts.invite(Role.RESEARCHER, Optional.empty(), ADMIN), "R", PASSWORD, EN);
          assertThat(store.labelers()).contains(new Labeler(researcher.id(), Pool.RESEARCHER));
          accounts.join(accounts.invite(Role.CUSTOMER, Optional.empty(), ADMIN), "C", PASSWORD, EN);
          assertThat(store.labelers()).hasSize(2);
        });
  }

  @ParameterizedTest
  @EnumSource
  void ofManyWhoUseAnInvitationAtOnceOneGetsIn(Dialect dialect) throws Exception {
    over(
        dialect,
        (_, accounts) -> {
          String token = accounts.invite(Role.CUSTOMER, Optional.empty(), ADMIN);
          assertThat(atOnce(8, i -> accounts.join(token, "Guest " + i, PASSWORD, EN))).isEqualTo(1);
          assertThat(accounts.list()).hasSize(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void ofManyWhoWantANameOneGetsItAndTheOthersKeepTheirInvitation(Dialect dialect)
      throws Exception {
    over(
        dialect,
        (_, accounts) -> {
          var tokens =
              IntStream.range(0, 6)
                  .mapToObj(_ -> accounts.invite(Role.LABELER, Optional.of(Pool.TRAINING), ADMIN))
                  .toList();
          assertThat(
                  atOnce(
                      6,
                      i -> accounts.join(tokens.get(i), i % 2 == 0 ? "Ａda" : "ADA", PASSWORD, EN)))
              .isEqualTo(1);
          assertThat(accounts.invitations()).hasSize(5);
        });
  }

  @ParameterizedTest
  @EnumSource
  void linksEndWithTime(Dialect dialect) throws Exception {
    over(
        dialect,
        (_, accounts) -> {
          String week = accounts.invite(Role.CUSTOMER, Optional.empty(), ADMIN);
          String first = accounts.inviteAdmin();
          String admin = accounts.inviteAdmin();
          refused(400, () -> accounts.join(first, "Old", PASSWORD, EN), "join.token-gone");
          var person = accounts.join(admin, "New", PASSWORD, EN);
          String reset = accounts.resetLink(person.id(), ADMIN);
          pass(Duration.ofDays(1));
          refused(
              400, () -> accounts.resetPassword(reset, "another good phrase"), "join.token-gone");
          assertThat(accounts.join(week, "Customer", PASSWORD, EN).role()).isEqualTo(Role.CUSTOMER);
          String late = accounts.invite(Role.CUSTOMER, Optional.empty(), ADMIN);
          pass(Duration.ofDays(7));
          refused(400, () -> accounts.join(late, "Late", PASSWORD, EN), "join.token-gone");
          assertThat(accounts.invitations()).isEmpty();
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
          String token = accounts.token(person, "a program");
          assertThat(sessions.find(session)).contains(person);
          assertThat(accounts.bearer(token)).contains(person);
          refused(
              400,
              () -> accounts.changePassword(person, "wrong", "new good phrase"),
              "account.password-wrong");
          refused(
              400,
              () -> accounts.changePassword(person, PASSWORD, "short"),
              "join.password-length");
          assertThat(sessions.find(session)).contains(person);
          accounts.changePassword(person, PASSWORD, "new good phrase");
          assertThat(sessions.find(session)).isEmpty();
          assertThat(accounts.bearer(token)).isEmpty();
          refused(401, () -> accounts.signIn("Ada", PASSWORD), "sign-in.wrong");
          accounts.signIn("Ada", "new good phrase");
          String reset = accounts.resetLink(person.id(), ADMIN);
          refused(400, () -> accounts.join(reset, "Eve", PASSWORD, EN), "join.token-wrong");
          accounts.resetPassword(reset, "newest good phrase");
          refused(400, () -> accounts.resetPassword(reset, "again good phrase"), "join.token-gone");
          accounts.signIn("Ada", "newest good phrase");
        });
  }

  @ParameterizedTest
  @EnumSource
  void someoneWhoIsDisabledIsOutAtOnce(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, accounts) -> {
          var person = customer(accounts, "Ada");
          var sessions = new Sessions(store, now::get, new SecureRandom(), accounts.audit());
          String session = sessions.begin(person, Optional.empty());
          String token = accounts.token(person, "a program");
          String reset = accounts.resetLink(person.id(), ADMIN);
          accounts.disable(person.id(), ADMIN);
          assertThat(sessions.find(session)).isEmpty();
          assertThat(accounts.bearer(token)).isEmpty();
          refused(401, () -> accounts.signIn("Ada", PASSWORD), "sign-in.wrong");
          refused(
              400, () -> accounts.resetPassword(reset, "another good phrase"), "join.token-gone");
          accounts.enable(person.id(), ADMIN);
          assertThat(sessions.find(session)).isEmpty();
          assertThat(accounts.signIn("Ada", PASSWORD)).isEqualTo(person);
        });
  }

  @ParameterizedTest
  @EnumSource
  void theLastAdministratorStays(Dialect dialect) throws Exception {
    over(
        dialect,
        (_, accounts) -> {
          assertThat(accounts.hasAdmin()).isFalse();
          var one = accounts.join(accounts.inviteAdmin(), "One", PASSWORD, EN);
          assertThat(accounts.hasAdmin()).isTrue();
          refused(409, () -> accounts.disable(one.id(), one), "people.last-admin");
          refused(
              409,
              () -> accounts.changeRole(one.id(), Role.CUSTOMER, Optional.empty(), one),
              "people.last-admin");
          var two = accounts.join(accounts.inviteAdmin(), "Two", PASSWORD, EN);
          accounts.disable(one.id(), two);
          refused(409, () -> accounts.disable(two.id(), two), "people.last-admin");
          refused(404, () -> accounts.disable("nobody", two), "refusal.missing");
        });
  }

  @ParameterizedTest
  @EnumSource
  void whoWorkedInAGroupOfLabelersStaysInIt(Dialect dialect) throws Exception {
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
  void erasingAPersonLeavesTheLogAndNothingElse(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, accounts) -> {
          var person = accounts.join(accounts.inviteAdmin(), "Ada", PASSWORD, EN);
          customer(accounts, "Grace");
          accounts.token(person, "a program");
          accounts.resetLink(person.id(), person);
          accounts.invite(Role.CUSTOMER, Optional.empty(), person);
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
    return accounts.register(name, PASSWORD, EN);
  }

  private void pass(Duration time) {
    now.updateAndGet(moment -> moment.plus(time));
  }

  private interface Try {
    Object take(int index);
  }

  /// How many of so many tries at once come through.
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
            refusal -> {
              assertThat(refusal.status()).isEqualTo(status);
              assertThat(refusal.problems()).extracting(ApiError.Problem::key).contains(key);
            });
  }
}
