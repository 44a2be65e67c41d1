package org.instructgpt.web;

import io.javalin.http.Context;
import java.util.Locale;
import java.util.Optional;

/// Who asks, as far as the request tells.
///
/// @param session the token of the cookie, when it is that of a session under way
/// @param language that pages are written in
/// @param cookies how this site's cookies are called and sent
record Guest(
    Optional<Account> account, Optional<String> session, Locale language, Cookies cookies) {

  /// What a form of this session must carry. It is made from the session's token, which other sites
  /// cannot know, and does not tell it.
  String csrf() {
    return session.map(token -> Secrets.hash("csrf " + token)).orElse("");
  }

  void notice(Context http, String key) {
    cookies.set(http, "notice", key, 60);
  }

  /// @param secure whether browsers come by https; then cookies are bound to this host and to https
  record Cookies(boolean secure) {
    Optional<String> get(Context http, String name) {
      return Optional.ofNullable(http.cookie(name(name))).filter(value -> !value.isEmpty());
    }

    void set(Context http, String name, String value, long seconds) {
      http.res()
          .addHeader(
              "Set-Cookie",
              name(name)
                  + "="
                  + value
                  + "; Path=/; HttpOnly; SameSite=Lax; Max-Age="
                  + seconds
                  + (secure ? "; Secure" : ""));
    }

    void remove(Context http, String name) {
      set(http, name, "", 0);
    }

    private String name(String name) {
      return secure ? "__Host-" + name : name;
    }
  }
}
