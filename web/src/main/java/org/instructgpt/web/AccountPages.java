package org.instructgpt.web;

import static org.instructgpt.web.Route.Access.SIGNED_IN;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What people do with their own account: language, password, tokens for programs, signing out
/// everywhere.
final class AccountPages {
  private static final int LONGEST_LABEL = 60;

  private final SignInPages.Door door;

  private AccountPages(SignInPages.Door door) {
    this.door = door;
  }

  static List<Route> routes(SignInPages.Door door) {
    var pages = new AccountPages(door);
    return List.of(
        Route.get("/account", SIGNED_IN, visit -> pages.show(visit, Map.of(), "")),
        Route.post("/account/password", SIGNED_IN, pages::password),
        Route.post("/account/tokens", SIGNED_IN, pages::makeToken),
        Route.post("/account/tokens/{token}/revoke", SIGNED_IN, pages::revoke),
        Route.post("/account/sign-out-everywhere", SIGNED_IN, pages::signOutEverywhere),
        Route.get("/api/account", SIGNED_IN, visit -> visit.answer(Me.of(visit.account()))));
  }

  /// The account as programs see it.
  record Me(String id, String name, String role, String language) {
    static Me of(Account account) {
      return new Me(
          account.id(),
          account.name(),
          AccountTable.word(account.role()),
          account.language().getLanguage());
    }
  }

  private void show(Exchange visit, Map<String, String> problems, String freshToken) {
    Map<String, Object> model = new HashMap<>();
    model.put("account", visit.account());
    model.put("tokens", door.accounts().tokens(visit.account()));
    model.put("fresh", freshToken);
    model.put("problems", problems);
    visit.page(visit.http().statusCode(), "account.title", "account", model);
  }

  private void password(Exchange visit) {
    try {
      door.limits().prove(visit.account().id());
      door.accounts()
          .changePassword(visit.account(), visit.form("current"), SignInPages.password(visit));
      door.enter(visit, visit.account());
      visit.redirect("/account", "account.password-changed");
    } catch (ApiError refusal) {
      SignInPages.again(visit, refusal, problems -> show(visit, problems, ""));
    }
  }

  private void makeToken(Exchange visit) {
    String label = AccountNames.clean(visit.form("label"));
    if (label.isEmpty() || label.length() > LONGEST_LABEL) {
      var refusal = ApiError.invalid("label", "account.label-length", LONGEST_LABEL);
      SignInPages.again(visit, refusal, problems -> show(visit, problems, ""));
      return;
    }
    show(visit, Map.of(), door.accounts().token(visit.account(), label));
  }

  private void revoke(Exchange visit) {
    door.accounts().revoke(visit.account(), visit.path("token"));
    visit.redirect("/account", "account.token-revoked");
  }

  private void signOutEverywhere(Exchange visit) {
    door.accounts().endSessions(visit.account().id(), visit.account());
    visit.guest().cookies().remove(visit.http(), "session");
    visit.redirect("/sign-in", "sign-in.out-everywhere");
  }
}
