package org.instructgpt.web;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account.Role;

/// A site over a store in a temporary folder, with a clock that tests set; for the tests of areas
/// too.
///
/// @param browsers those that it has handed out
public record TestSite(
    Path folder, Store store, Site site, AtomicReference<Instant> now, List<Browser> browsers)
    implements AutoCloseable {
  public static final String PASSWORD = "seven quiet otters";
  private static final Instant MONDAY = Instant.parse("2026-11-23T09:00:00Z");

  /// With these areas, over SQLite, open to customers, without a limit of requests.
  public static TestSite start(SiteArea... areas) {
    return start(settings(), _ -> List.of(areas));
  }

  /// With areas that need the store.
  public static TestSite start(SiteSettings settings, Function<Store, List<SiteArea>> areas) {
    try {
      Path folder = Files.createTempDirectory("site");
      var store = Store.open(folder.resolve("feedback.db"));
      var now = new AtomicReference<>(MONDAY);
      InstantSource clock = now::get;
      var site = Site.start(settings, store, areas.apply(store), clock, new SecureRandom());
      return new TestSite(folder, store, site, now, new CopyOnWriteArrayList<>());
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  public static SiteSettings settings() {
    return new SiteSettings(
        "localhost", 0, Optional.empty(), true, 100_000, Duration.ofSeconds(10));
  }

  public Browser browser() {
    var browser = new Browser("http://localhost:" + site.port());
    browsers.add(browser);
    return browser;
  }

  /// A new account of the role, by invitation, with the password [#PASSWORD].
  public Account person(Role role, String name) {
    var pool =
        role == Role.LABELER ? Optional.of(Labeler.Pool.TRAINING) : Optional.<Labeler.Pool>empty();
    var admin = new Account("nobody", "nobody", Role.ADMIN, Optional.empty(), Locale.ENGLISH);
    String token = site.accounts().signUp().invite(role, pool, admin);
    return site.accounts().signUp().join(token, name, PASSWORD, Locale.ENGLISH);
  }

  /// A browser in which the account, whose password is [#PASSWORD], is signed in.
  public Browser signedIn(Account account) {
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

  /// Sends the bytes as they are (ISO-8859-1); returns what comes back until the server
  /// disconnects.
  public String raw(String request) throws IOException {
    try (var socket = new Socket("localhost", site.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  public void pass(Duration time) {
    now.updateAndGet(moment -> moment.plus(time));
  }

  /// Closes the browsers first: a site waits a second for connections that are kept open.
  @Override
  public void close() {
    browsers.forEach(Browser::close);
    site.close();
    store.close();
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
