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

/// What administrators do: invite people, look after accounts, read the log.
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
        Route.get("/people", ADMIN, visit -> pages.people(visit, new Fresh("", ""), Map.of())),
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

  /// What a person can be made, as one choice of a form.
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

  /// A link that was just made, to be copied: it is shown this once.
  ///
  /// @param text the key of what it is for
  record Fresh(String text, String link) {}

  private void people(Exchange visit, Fresh fresh, Map<String, String> problems) {
    Map<String, Object> model = new HashMap<>();
    model.put("people", accounts.list());
    model.put("invitations", accounts.invitations());
    model.put("names", names());
    model.put("fresh", fresh);
    model.put("problems", problems);
    visit.page(visit.http().statusCode(), "people.title", "people", model);
  }

  private void invite(Exchange visit) {
    Kind kind = Kind.named(visit.form("kind"));
    String token = accounts.invite(kind.role, kind.pool, visit.account());
    people(visit, new Fresh("people.invited", visit.address("/join#" + token)), Map.of());
  }

  private void withdraw(Exchange visit) {
    accounts.withdraw(visit.path("invitation"), visit.account());
    visit.redirect("/people", "people.withdrawn");
  }

  private void role(Exchange visit) {
    Kind kind = Kind.named(visit.form("kind"));
    change(
        visit,
        () -> accounts.changeRole(visit.path("account"), kind.role, kind.pool, visit.account()));
  }

  private void askDisable(Exchange visit) {
    String id = visit.path("account");
    String name =
        accounts.list().stream()
            .filter(entry -> entry.account().id().equals(id))
            .map(entry -> entry.account().name())
            .findFirst()
            .orElseThrow(ApiError::missing);
    visit.confirm(
        new Exchange.Confirmation(
            visit.text("people.disable-title", name),
            List.of(
                visit.text("people.disable-what", count("web_session", id), count("web_token", id)),
                visit.text("people.disable-kept")),
            "/people/" + id + "/disable",
            Map.of(),
            visit.text("people.disable"),
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

  private void disable(Exchange visit) {
    change(visit, () -> accounts.disable(visit.path("account"), visit.account()));
  }

  private void enable(Exchange visit) {
    change(visit, () -> accounts.enable(visit.path("account"), visit.account()));
  }

  private void signOut(Exchange visit) {
    change(visit, () -> accounts.endSessions(visit.path("account"), visit.account()));
  }

  private void passwordLink(Exchange visit) {
    String token = accounts.resetLink(visit.path("account"), visit.account());
    people(
        visit,
        new Fresh("people.password-link", visit.address("/new-password#" + token)),
        Map.of());
  }

  private void change(Exchange visit, Runnable work) {
    try {
      work.run();
      visit.redirect("/people", "people.changed");
    } catch (ApiError refusal) {
      SignInPages.again(visit, refusal, problems -> people(visit, new Fresh("", ""), problems));
    }
  }

  private void audit(Exchange visit) {
    int page =
        visit.query("page").filter(p -> p.matches("[0-9]{1,6}")).map(Integer::parseInt).orElse(0);
    Audit log = accounts.audit();
    Map<String, Object> model = new HashMap<>();
    model.put("acts", store.read(handle -> log.latest(handle, ACTS + 1, page * ACTS)));
    model.put("most", ACTS);
    model.put("page", page);
    model.put("broken", visit.query("check").map(_ -> store.read(log::broken)));
    model.put("names", names());
    visit.page("audit.title", "audit", model);
  }

  private Map<String, String> names() {
    return accounts.list().stream()
        .map(Accounts.Entry::account)
        .collect(Collectors.toMap(Account::id, Account::name));
  }
}
