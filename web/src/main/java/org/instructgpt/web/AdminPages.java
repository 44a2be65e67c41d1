package org.instructgpt.web;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account.Role;

/// The administrators' pages: invitations, accounts, the audit log.
final class AdminPages {
  private static final Route.Access ADMIN = Route.Access.only(Role.ADMIN);
  private static final int ACTS = 100;

  private final Accounts accounts;
  private final Store store;

  private AdminPages(Accounts accounts, Store store) {
    this.accounts = accounts;
    this.store = store;
  }

  static List<Route> routes(Accounts accounts, Store store) {
    var pages = new AdminPages(accounts, store);
    return List.of(
        Route.get(
            "/people", ADMIN, exchange -> pages.people(exchange, new NewLink("", ""), Map.of())),
        Route.post("/people/invite", ADMIN, pages::invite),
        Route.post("/people/invitations/{invitation}/withdraw", ADMIN, pages::withdraw),
        Route.post("/people/{account}/role", ADMIN, pages::role),
        Route.get("/people/{account}/disable", ADMIN, pages::askDisable),
        Route.post("/people/{account}/disable", ADMIN, pages::disable),
        Route.post("/people/{account}/enable", ADMIN, pages::enable),
        Route.post("/people/{account}/sign-out", ADMIN, pages::signOut),
        Route.post("/people/{account}/password-link", ADMIN, pages::passwordLink),
        Route.get("/audit", ADMIN, pages::audit));
  }

  /// A role with its pool, as one choice of a form.
  enum Kind {
    CUSTOMER(Role.CUSTOMER, Optional.empty()),
    LABELER(Role.LABELER, Optional.of(Labeler.Pool.TRAINING)),
    LABELER_HELD_OUT(Role.LABELER, Optional.of(Labeler.Pool.HELD_OUT)),
    RESEARCHER(Role.RESEARCHER, Optional.empty()),
    ADMIN(Role.ADMIN, Optional.empty());

    final Role role;
    final Optional<Labeler.Pool> pool;

    Kind(Role role, Optional<Labeler.Pool> pool) {
      this.role = role;
      this.pool = pool;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Kind of(Role role, Optional<Labeler.Pool> pool) {
      for (Kind kind : values()) {
        if (kind.role == role && kind.pool.equals(pool)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("expected a kind of account, found " + role + pool);
    }

    static Kind named(String word) {
      for (Kind kind : values()) {
        if (kind.word().equals(word)) {
          return kind;
        }
      }
      throw ApiError.invalid("kind", "refusal.choice");
    }
  }

  /// A link that was just made; it is shown this once.
  ///
  /// @param text key of the text that says what it is for
  record NewLink(String text, String link) {}

  private void people(Exchange exchange, NewLink fresh, Map<String, String> problems) {
    Map<String, Object> model = new HashMap<>();
    model.put("people", accounts.list());
    model.put("invitations", accounts.signUp().invitations());
    model.put("names", names());
    model.put("fresh", fresh);
    model.put("problems", problems);
    exchange.page(exchange.http().statusCode(), "people.title", "people", model);
  }

  private void invite(Exchange exchange) {
    Kind kind = Kind.named(exchange.form("kind"));
    String token = accounts.signUp().invite(kind.role, kind.pool, exchange.account());
    people(exchange, new NewLink("people.invited", exchange.address("/join#" + token)), Map.of());
  }

  private void withdraw(Exchange exchange) {
    accounts.signUp().withdraw(exchange.path("invitation"), exchange.account());
    exchange.redirect("/people", "people.withdrawn");
  }

  private void role(Exchange exchange) {
    Kind kind = Kind.named(exchange.form("kind"));
    change(
        exchange,
        () ->
            accounts.changeRole(
                exchange.path("account"), kind.role, kind.pool, exchange.account()));
  }

  private void askDisable(Exchange exchange) {
    String id = exchange.path("account");
    String name =
        accounts.list().stream()
            .filter(entry -> entry.account().id().equals(id))
            .map(entry -> entry.account().name())
            .findFirst()
            .orElseThrow(ApiError::missing);
    exchange.confirm(
        new Exchange.Confirmation(
            exchange.text("people.disable-title", name),
            List.of(
                exchange.text(
                    "people.disable-what", count("web_session", id), count("web_token", id)),
                exchange.text("people.disable-kept")),
            "/people/" + id + "/disable",
            Map.of(),
            exchange.text("people.disable"),
            "/people"));
  }

  private int count(String table, String account) {
    return store.read(handle ->
        handle
            .createQuery("SELECT COUNT(*) FROM " + table + " WHERE account = ?")
            .bind(0, account)
            .mapTo(Integer.class)
            .one());
  }

  private void disable(Exchange exchange) {
    change(exchange, () -> accounts.disable(exchange.path("account"), exchange.account()));
  }

  private void enable(Exchange exchange) {
    change(exchange, () -> accounts.enable(exchange.path("account"), exchange.account()));
  }

  private void signOut(Exchange exchange) {
    change(exchange, () -> accounts.endSessions(exchange.path("account"), exchange.account()));
  }

  private void passwordLink(Exchange exchange) {
    String token = accounts.credentials().resetLink(exchange.path("account"), exchange.account());
    people(
        exchange,
        new NewLink("people.password-link", exchange.address("/new-password#" + token)),
        Map.of());
  }

  private void change(Exchange exchange, Runnable work) {
    try {
      work.run();
      exchange.redirect("/people", "people.changed");
    } catch (ApiError error) {
      SignInPages.again(
          exchange, error, problems -> people(exchange, new NewLink("", ""), problems));
    }
  }

  private void audit(Exchange exchange) {
    int page =
        exchange
            .query("page")
            .filter(p -> p.matches("[0-9]{1,6}"))
            .map(Integer::parseInt)
            .orElse(0);
    Audit log = accounts.audit();
    Map<String, Object> model = new HashMap<>();
    model.put("acts", store.read(handle -> log.latest(handle, ACTS + 1, page * ACTS)));
    model.put("most", ACTS);
    model.put("page", page);
    model.put("broken", exchange.query("check").map(_ -> store.read(log::broken)));
    model.put("names", names());
    exchange.page("audit.title", "audit", model);
  }

  private Map<String, String> names() {
    return accounts.list().stream()
        .map(AccountEntry::account)
        .collect(Collectors.toMap(Account::id, Account::name));
  }
}
