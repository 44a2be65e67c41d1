package org.instructgpt.web;

import static org.instructgpt.web.Route.Access.SIGNED_IN;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The page of one's own account: password, tokens for programs, signing out everywhere.
final class AccountPages {
  private static final int LONGEST_LABEL = 60;

  private final SignIn signIn;

  private AccountPages(SignIn signIn) {
    this.signIn = signIn;
  }

  static List<Route> routes(SignIn signIn) {
    var pages = new AccountPages(signIn);
    return List.of(
        Route.get("/account", SIGNED_IN, exchange -> pages.show(exchange, Map.of(), "")),
        Route.post("/account/password", SIGNED_IN, pages::password),
        Route.post("/account/tokens", SIGNED_IN, pages::makeToken),
        Route.post("/account/tokens/{token}/revoke", SIGNED_IN, pages::revoke),
        Route.post("/account/sign-out-everywhere", SIGNED_IN, pages::signOutEverywhere),
        Route.get(
            "/api/account", SIGNED_IN, exchange -> exchange.answer(Me.of(exchange.account()))));
  }

  /// The account in the HTTP API.
  record Me(String id, String name, String role, String language) {
    static Me of(Account account) {
      return new Me(
          account.id(),
          account.name(),
          AccountTable.word(account.role()),
          account.language().getLanguage());
    }
  }

  private void show(Exchange exchange, Map<String, String> problems, String freshToken) {
    Map<String, Object> model = new HashMap<>();
    model.put("account", exchange.account());
    model.put("tokens", signIn.accounts().credentials().tokens(exchange.account()));
    model.put("fresh", freshToken);
    model.put("problems", problems);
    exchange.page(exchange.http().statusCode(), "account.title", "account", model);
  }

  private void password(Exchange exchange) {
    try {
      signIn.limits().tryProof(exchange.account().id());
      signIn
          .accounts()
          .credentials()
          .changePassword(
              exchange.account(), exchange.form("current"), SignInPages.password(exchange));
      signIn.begin(exchange, exchange.account());
      exchange.redirect("/account", "account.password-changed");
    } catch (ApiError error) {
      SignInPages.again(exchange, error, problems -> show(exchange, problems, ""));
    }
  }

  private void makeToken(Exchange exchange) {
    String label = AccountNames.clean(exchange.form("label"));
    if (label.isEmpty() || label.length() > LONGEST_LABEL) {
      var error = ApiError.invalid("label", "account.label-length", LONGEST_LABEL);
      SignInPages.again(exchange, error, problems -> show(exchange, problems, ""));
      return;
    }
    show(exchange, Map.of(), signIn.accounts().credentials().makeToken(exchange.account(), label));
  }

  private void revoke(Exchange exchange) {
    signIn.accounts().credentials().revokeToken(exchange.account(), exchange.path("token"));
    exchange.redirect("/account", "account.token-revoked");
  }

  private void signOutEverywhere(Exchange exchange) {
    signIn.accounts().endSessions(exchange.account().id(), exchange.account());
    exchange.caller().cookies().remove(exchange.http(), "session");
    exchange.redirect("/sign-in", "sign-in.out-everywhere");
  }
}
