package org.instructgpt.web;

import io.javalin.http.Context;
import java.util.Locale;
import java.util.Optional;

/// Who asks, as far as the request tells.
///
/// @param session the token of the cookie, when it is that of a session under way
/// @param language that pages are written in
/// @param cookies how this site's cookies are called and sent
record Caller(
    Optional<Account> account, Optional<String> session, Locale language, Cookies cookies) {

  /// What a form of this session must carry. It is made from the session's token, which other sites
  /// cannot know, and does not tell it.
  String csrf() {
    return session.map(token -> SecretTokens.hash("csrf " + token)).orElse("");
  }

  void notice(Context http, String key) {
    cookies.set(http, "notice", key, 60);
  }

  /// How cookies are called and sent. Behind TLS they are bound to it and to this host; below a
  /// path of a host they are sent to nothing beside it.
  record Cookies(SiteAddress entrance) {
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
                  + (entrance.prefix().isEmpty() ? "/" : entrance.prefix())
                  + "; HttpOnly; SameSite=Lax; Max-Age="
                  + seconds
                  + (entrance.secure() ? "; Secure" : ""));
    }

    void remove(Context http, String name) {
      set(http, name, "", 0);
    }

    /// A name that begins with `__Host-` is a browser's promise that the cookie is of this host and
    /// of the path `/`; the other one promises TLS alone.
    private String name(Context http, String name) {
      String promise = entrance.prefix().isEmpty() ? "__Host-" : "__Secure-";
      String marked = name + entrance.mark(http.req().getLocalPort());
      return entrance.secure() ? promise + marked : marked;
    }
  }
}
