package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The security headers, on every response.
@Tag("slow")
class SecurityHeadersTest {
  private static final Map<String, String> ALWAYS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
              + " object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          "Referrer-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin");

  @Test
  void everyAnswerOfEveryRouteHasThem() {
    try (var test = TestSite.start()) {
      for (var answer : RouteTable.ask(test)) {
        check(answer.toString(), answer.response());
        assertThat(answer.response().headers().firstValue("Cache-Control"))
            .as(answer.toString())
            .hasValue("no-store");
      }
      var browser = test.browser();
      var others =
          List.of(
              "/nothing",
              "/assets/web/studio.css",
              "/health/live",
              "/health/ready",
              "/sign-in?to=%FF");
      for (String path : others) {
        check(path, browser.get(path));
      }
    }
  }

  @Test
  void behindTlsTheyAskForTlsAndTheCookieIsBoundToIt() {
    var settings =
        new SiteSettings(
            "localhost",
            0,
            Optional.of(URI.create("https://studio.example.org")),
            false,
            100,
            Duration.ofSeconds(1));
    try (var test = TestSite.start(settings, _ -> List.of())) {
      test.person(Role.CUSTOMER, "Ada");
      var answer =
          test.browser().post("/sign-in", Map.of("name", "Ada", "password", TestSite.PASSWORD));
      assertThat(answer.headers().allValues("Set-Cookie"))
          .singleElement()
          .asString()
          .matches(
              "__Host-session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800;"
                  + " Secure");
      for (String path : List.of("/sign-in", "/nothing", "/assets/web/studio.js", "/health/live")) {
        assertThat(test.browser().get(path).headers().firstValue("Strict-Transport-Security"))
            .as(path)
            .hasValue("max-age=63072000; includeSubDomains");
      }
      assertThat(test.site().oneTimeAdminLink()).startsWith("https://studio.example.org/join#");
    }
  }

  @Test
  void nothingIsSharedWithOtherOrigins() {
    try (var test = TestSite.start()) {
      var answer = test.browser().get("/sign-in", "Origin", "https://evil.example");
      assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }
  }

  @Test
  void assetsAreKeptUnderTheirFingerprint() {
    try (var test = TestSite.start()) {
      var browser = test.browser();
      var page = browser.get("/sign-in").body();
      String address =
          page.replaceAll("(?s).*href=\"(/assets/web/studio.css\\?v=[0-9a-f]{12})\".*", "$1");
      var exact = browser.get(address);
      assertThat(exact.statusCode()).isEqualTo(200);
      assertThat(exact.headers().firstValue("Cache-Control"))
          .hasValue("public, max-age=31536000, immutable");
      assertThat(exact.headers().firstValue("Content-Type")).hasValue("text/css; charset=utf-8");
      String tag = exact.headers().firstValue("ETag").orElseThrow();
      var later = browser.get("/assets/web/studio.css", "If-None-Match", tag);
      assertThat(later.statusCode()).isEqualTo(304);
      assertThat(later.headers().firstValue("Cache-Control")).hasValue("no-cache");
    }
  }

  private static void check(String what, HttpResponse<String> response) {
    ALWAYS.forEach((name, value) ->
        assertThat(response.headers().allValues(name))
            .as(what + " " + name)
            .containsExactly(value));
    if (!response.body().isEmpty()) {
      assertThat(response.headers().firstValue("Content-Type").orElse(""))
          .as(what)
          .matches("(text/[a-z-]+|application/json|image/[a-z+]+);\\s?charset=utf-8");
    }
    assertThat(response.headers().map().keySet()).doesNotContain("server", "x-powered-by");
  }
}
