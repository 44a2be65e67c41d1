package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Protection against cross-site request forgery.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CsrfTest {
  private TestSite test;
  private Browser browser;

  @BeforeAll
  void start() {
    test = TestSite.start();
    browser = test.signedIn(test.person(Role.CUSTOMER, "Ada"));
  }

  @AfterAll
  void stop() {
    test.close();
  }

  @Test
  void aChangeNeedsTheTokenOfItsSession() {
    var other = test.signedIn(test.person(Role.CUSTOMER, "Eve"));
    for (String token : new String[] {"", "x", other.csrf(), "null"}) {
      var answer = make(token);
      assertThat(answer.statusCode()).as(token).isEqualTo(403);
      assertThat(answer.body()).contains("\"refusal.csrf\"");
    }
    assertThat(make(browser.csrf()).statusCode()).isEqualTo(200);
  }

  @Test
  void theTokenIsReadFromAFormTooButNotFromTheUrl() {
    assertThat(browser.post("/account/tokens", Map.of("label", "by form")).statusCode())
        .isEqualTo(200);
    var address = "/account/tokens?csrf=" + browser.csrf();
    assertThat(browser.send("POST", address, "label=x").statusCode()).isEqualTo(403);
  }

  @Test
  void theCsrfTokenIsDerivedFromTheSessionAndDoesNotRevealIt() {
    assertThat(browser.csrf()).hasSize(64).doesNotContain(browser.session());
    assertThat(test.browser().get("/sign-in").body()).contains("name=\"csrf-token\" content=\"\"");
  }

  @Test
  void crossSiteRequestsAreRefused() {
    for (String site : new String[] {"cross-site", "same-site"}) {
      var answer =
          browser.send(
              "POST",
              "/account/tokens",
              "label=x",
              "Sec-Fetch-Site",
              site,
              "X-CSRF-Token",
              browser.csrf());
      assertThat(answer.statusCode()).as(site).isEqualTo(403);
    }
    for (String origin : new String[] {"https://evil.example", "null", "http://localhost:1"}) {
      var answer =
          test.browser()
              .post(
                  "/sign-in",
                  Map.of("name", "Ada", "password", TestSite.PASSWORD),
                  "Origin",
                  origin);
      assertThat(answer.statusCode()).as(origin).isEqualTo(403);
      assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    }
    var own = "http://localhost:" + test.site().port();
    var answer =
        test.browser()
            .post("/sign-in", Map.of("name", "Ada", "password", TestSite.PASSWORD), "Origin", own);
    assertThat(answer.statusCode()).isEqualTo(303);
  }

  @Test
  void aProgramsTokenNeedsNoneAndHoldsForTheInterfaceOnly() {
    var account = test.person(Role.LABELER, "Program");
    String token = test.site().accounts().credentials().makeToken(account, "tests");
    var program = test.browser();
    var me = program.get("/api/account", "Authorization", "Bearer " + token);
    assertThat(me.statusCode()).isEqualTo(200);
    assertThat(me.body())
        .isEqualTo(
            "{\"id\":\"%s\",\"name\":\"Program\",\"role\":\"labeler\",\"language\":\"en\"}"
                .formatted(account.id()));
    var page =
        program.send(
            "POST",
            "/account/tokens",
            "label=x",
            "Authorization",
            "Bearer " + token,
            "Accept",
            "application/json");
    assertThat(page.statusCode()).isEqualTo(401);
    for (String wrong : new String[] {"x", "igt_x", token + "x", ""}) {
      var answer = program.get("/api/account", "Authorization", "Bearer " + wrong);
      assertThat(answer.statusCode()).as(wrong).isEqualTo(401);
      assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
    }
  }

  @Test
  void aWrongAccessTokenIsRefusedDespiteASessionCookie() {
    assertThat(browser.get("/api/account").statusCode()).isEqualTo(200);
    assertThat(browser.get("/api/account", "Authorization", "Bearer x").statusCode())
        .isEqualTo(401);
  }

  @Test
  void requestsForAnotherHostNameAreRefused() throws IOException {
    for (String host : new String[] {"evil.example", "evil.example:80", "localhost.evil.example"}) {
      assertThat(
              test.raw("GET /sign-in HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 400 ");
    }
    assertThat(test.raw("GET /sign-in HTTP/1.1\r\nHost: LOCALHOST\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  private HttpResponse<String> make(String token) {
    return browser.send(
        "POST",
        "/account/tokens",
        "label=x",
        "Content-Type",
        "application/x-www-form-urlencoded",
        "Accept",
        "application/json",
        "X-CSRF-Token",
        token);
  }
}
