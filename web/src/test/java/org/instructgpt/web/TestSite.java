package org.instructgpt.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account.Role;

/// A site over a store in a temporary folder, at a time that tests set.
record TestSite(Path folder, Store store, Site site, AtomicReference<Instant> now)
    implements AutoCloseable {
  static final String PASSWORD = "seven quiet otters";
  private static final Instant MONDAY = Instant.parse("2026-11-23T09:00:00Z");

  static TestSite start(Area... areas) {
    return start(settings(), areas);
  }

  static Site.Settings settings() {
    return new Site.Settings(
        "localhost", 0, Optional.empty(), true, 100_000, Duration.ofSeconds(10));
  }

  static TestSite start(Site.Settings settings, Area... areas) {
    try {
      var folder = Files.createTempDirectory("site");
      var store = Store.open(folder.resolve("feedback.db"));
      var now = new AtomicReference<>(MONDAY);
      InstantSource clock = now::get;
      var site = Site.start(settings, store, List.of(areas), clock, new SecureRandom());
      return new TestSite(folder, store, site, now);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  Browser browser() {
    return new Browser(site.url());
  }

  /// Someone of the role, by invitation of a new administrator.
  Account person(Role role, String name) {
    var accounts = site.accounts();
    if (role == Role.ADMIN) {
      return accounts.join(accounts.inviteAdmin(), name, PASSWORD, Locale.ENGLISH);
    }
    var pool =
        role == Role.LABELER ? Optional.of(Labeler.Pool.TRAINING) : Optional.<Labeler.Pool>empty();
    var admin = new Account("nobody", "nobody", Role.ADMIN, Optional.empty(), Locale.ENGLISH);
    return accounts.join(accounts.invite(role, pool, admin), name, PASSWORD, Locale.ENGLISH);
  }

  /// A browser in which the account, whose password is [#PASSWORD], is signed in.
  Browser signedIn(Account account) {
    var browser = browser();
    browser.get("/sign-in");
    var answer =
        browser.post(
            "/sign-in", Map.of("name", account.name(), "password", PASSWORD, "to", "/account"));
    if (answer.statusCode() != 303) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    browser.get("/account");
    return browser;
  }

  void pass(Duration time) {
    now.updateAndGet(moment -> moment.plus(time));
  }

  @Override
  public void close() {
    site.close();
    store.close();
  }
}
