package org.instructgpt.web;

import io.javalin.http.Context;
import java.util.Locale;
import java.util.Optional;

/// Who sent a request: an account with its session or token, or an anonymous visitor.
///
/// @param session token of the cookie, when it belongs to a session that has not ended
/// @param language of the pages
/// @param cookies reads and sets this site's cookies
record Caller(
    Optional<Account> account, Optional<String> session, Locale language, Cookies cookies) {

  /// The CSRF token of this session. It is derived from the session's token, which other sites
  /// cannot know, and does not reveal it.
  String csrf() {
    return session.map(token -> SecretTokens.hash("csrf " + token)).orElse("");
  }

  void notice(Context http, String key) {
    cookies.set(http, "notice", key, 60);
  }

  /// The names and attributes of cookies. Behind TLS they are bound to TLS and to this host; on a
  /// site below a path they are sent to that path only.
  record Cookies(SiteAddress siteAddress) {
    Optional<String> get(Context http, String name) {
      return Optional.ofNullable(http.cookie(name(http, name))).filter(value -> !value.isEmpty());
    }

    void set(Context http, String name, String value, long seconds) {
      http.res()
          .addHeader(
              "Set-Cookie",
              name(http, name)
                  + "="
                  + value
                  + "; Path="
                  + (siteAddress.prefix().isEmpty() ? "/" : siteAddress.prefix())
                  + "; HttpOnly; SameSite=Lax; Max-Age="
                  + seconds
                  + (siteAddress.secure() ? "; Secure" : ""));
    }

    void remove(Context http, String name) {
      set(http, name, "", 0);
    }

    /// Browsers accept a name with the prefix `__Host-` only from this host, over TLS and for the
    /// path `/`; with `__Secure-` only over TLS.
    private String name(Context http, String name) {
      String prefix = siteAddress.prefix().isEmpty() ? "__Host-" : "__Secure-";
      String marked = name + siteAddress.mark(http.req().getLocalPort());
      return siteAddress.secure() ? prefix + marked : marked;
    }
  }
}
