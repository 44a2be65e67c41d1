package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Signing in and out, and the life of sessions.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignInTest {
  private TestSite test;

  @BeforeAll
  void start() {
    test = TestSite.start();
  }

  @AfterAll
  void stop() {
    test.close();
  }

  @Test
  void thePageHasAFormInTheBrowsersLanguage() {
    var english = test.browser().get("/sign-in");
    var chinese = test.browser().get("/sign-in", "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8");
    assertThat(english.statusCode()).isEqualTo(200);
    assertThat(english.body())
        .contains("<html lang=\"en\"", "<h1>Sign in</h1>", "type=\"password\"");
    assertThat(chinese.body()).contains("<html lang=\"zh-Hans\"", "<h1>登录</h1>");
  }

  @Test
  void signingInLeadsToTheRequestedPage() {
    var person = test.person(Role.LABELER, "Ada Lovelace");
    var browser = test.browser();
    var first = browser.get("/account");
    assertThat(first.statusCode()).isEqualTo(303);
    assertThat(first.headers().firstValue("Location")).hasValue("/sign-in?to=%2Faccount");
    browser.get("/sign-in?to=%2Faccount");
    var answer =
        browser.post(
            "/sign-in",
            Map.of("name", "ada  LOVELACE", "password", TestSite.PASSWORD, "to", "/account"));
    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location")).hasValue("/account");
    assertThat(browser.get("/account").body()).contains("<bdi>" + person.name() + "</bdi>");
  }

  @Test
  void signingInLeadsNowhereElse() {
    test.person(Role.CUSTOMER, "Grace");
    for (String to :
        new String[] {"//evil.example", "https://evil.example", "/\\evil.example", "/a b"}) {
      var answer =
          test.browser()
              .post("/sign-in", Map.of("name", "Grace", "password", TestSite.PASSWORD, "to", to));
      assertThat(answer.headers().firstValue("Location")).as(to).hasValue("/");
    }
  }

  @Test
  void aSessionEndsBySigningOutOnTheServerToo() {
    var browser = test.signedIn(test.person(Role.CUSTOMER, "Alan"));
    String session = browser.session();
    var out = browser.post("/sign-out", Map.of());
    assertThat(out.statusCode()).isEqualTo(303);
    assertThat(out.headers().firstValue("Clear-Site-Data")).isPresent();
    assertThat(browser.session()).isEmpty();
    var replay =
        test.browser().get("/account", "Cookie", "session-" + test.site().port() + "=" + session);
    assertThat(replay.headers().firstValue("Location")).hasValue("/sign-in?to=%2Faccount");
  }

  @Test
  void signingInTakesANewSessionAndEndsTheOneBefore() {
    var person = test.person(Role.CUSTOMER, "Emmy");
    var browser = test.signedIn(person);
    String before = browser.session();
    browser.post("/sign-in", Map.of("name", "Emmy", "password", TestSite.PASSWORD));
    assertThat(browser.session()).isNotEmpty().isNotEqualTo(before);
    assertThat(
            test.browser()
                .get("/account", "Cookie", "session-" + test.site().port() + "=" + before)
                .statusCode())
        .isEqualTo(303);
  }

  @Test
  void aSessionEndsAfterTwelveHoursWithoutARequestAndAfterSevenDays() {
    var person = test.person(Role.CUSTOMER, "Kurt");
    var idle = test.signedIn(person);
    test.pass(Duration.ofHours(11));
    assertThat(idle.get("/account").statusCode()).isEqualTo(200);
    test.pass(Duration.ofHours(11));
    assertThat(idle.get("/account").statusCode()).isEqualTo(200);
    test.pass(Duration.ofHours(12).plusSeconds(1));
    assertThat(idle.get("/account").statusCode()).isEqualTo(303);
    var busy = test.signedIn(person);
    for (int i = 0; i < 6 * 24 / 10; i++) {
      test.pass(Duration.ofHours(10));
      assertThat(busy.get("/account").statusCode()).isEqualTo(200);
    }
    test.pass(Duration.ofHours(10));
    test.pass(Duration.ofHours(18));
    assertThat(busy.get("/account").statusCode()).isEqualTo(303);
  }

  @Test
  void theCookieIsForThisSiteAndNotForScripts() {
    test.person(Role.CUSTOMER, "Sofja");
    var answer =
        test.browser().post("/sign-in", Map.of("name", "Sofja", "password", TestSite.PASSWORD));
    assertThat(answer.headers().allValues("Set-Cookie"))
        .singleElement()
        .asString()
        .matches(
            "session-%d=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"
                .formatted(test.site().port()));
  }

  @Test
  void twoStudiosOnOneMachineDoNotSignEachOthersPeopleOut() {
    try (var other = TestSite.start()) {
      var first = test.signedIn(test.person(Role.CUSTOMER, "Ada"));
      var second = first.at("http://localhost:" + other.site().port());
      other.person(Role.CUSTOMER, "Grace");
      second.post("/sign-in", Map.of("name", "Grace", "password", TestSite.PASSWORD));
      assertThat(first.get("/account").body()).contains("<bdi>Ada</bdi>");
      assertThat(second.get("/account").body()).contains("<bdi>Grace</bdi>");
      second.post("/sign-out", Map.of());
      assertThat(first.get("/account").statusCode()).isEqualTo(200);
      assertThat(second.get("/account").statusCode()).isEqualTo(303);
    }
  }
}
