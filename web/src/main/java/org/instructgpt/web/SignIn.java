package org.instructgpt.web;

import io.javalin.http.Context;
import java.util.function.Function;

/// What the pages need that sign people in.
///
/// @param clientAddress network address of the client of a request, for limits
/// @param open whether customers may register
/// @param siteAddress where browsers find the site
record SignIn(
    Accounts accounts,
    Sessions sessions,
    RateLimits limits,
    Function<Context, String> clientAddress,
    boolean open,
    SiteAddress siteAddress) {

  /// Begins a session of the account in place of the browser's earlier one.
  void begin(Exchange exchange, Account account) {
    String token = sessions.begin(account, exchange.caller().session());
    exchange.caller().cookies().set(exchange.http(), "session", token, Sessions.LIFE.toSeconds());
  }

  String clientAddress(Exchange exchange) {
    return clientAddress.apply(exchange.http());
  }
}
