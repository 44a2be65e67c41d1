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

/// Rate limits slow down guessing, and nobody can lock others out.
@Tag("slow")
class RateLimitsTest {

  @Test
  void theEleventhAttemptInAQuarterOfAnHourIsRefusedEvenWhenItIsRight() {
    try (var test = TestSite.start()) {
      test.person(Role.CUSTOMER, "Ada");
      test.person(Role.CUSTOMER, "Grace");
      for (int i = 0; i < 10; i++) {
        assertThat(signIn(test, "Ada", "wrong " + i).statusCode()).isEqualTo(401);
      }
      var eleventh = signIn(test, "ＡDA", TestSite.PASSWORD);
      assertThat(eleventh.statusCode()).isEqualTo(429);
      assertThat(eleventh.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 92L);
      assertThat(eleventh.headers().allValues("Set-Cookie")).isEmpty();
      assertThat(signIn(test, "Grace", TestSite.PASSWORD).statusCode()).isEqualTo(303);
      test.pass(Duration.ofSeconds(91));
      assertThat(signIn(test, "Ada", TestSite.PASSWORD).statusCode()).isEqualTo(303);
    }
  }

  @Test
  void anUnknownNameGetsTheSameAnswers() {
    try (var test = TestSite.start()) {
      var ada = test.person(Role.CUSTOMER, "Ada");
      test.person(Role.CUSTOMER, "Grace");
      var wrong = signIn(test, "Ada", "not the password");
      var unknown = signIn(test, "Ida", "not the password");
      test.site().accounts().disable(ada.id(), ada);
      var disabled = signIn(test, "Ada", TestSite.PASSWORD);
      assertThat(List.of(unknown, disabled)).allMatch(answer -> answer.statusCode() == 401);
      assertThat(wrong.body())
          .isEqualTo(unknown.body().replace("Ida", "Ada"))
          .isEqualTo(disabled.body())
          .contains("The name or the password is wrong.");
    }
  }

  @Test
  void behindAProxyEachVisitorHasTheirOwnLimit() {
    var settings =
        new SiteSettings(
            "localhost",
            0,
            Optional.of(URI.create("https://studio.example.org")),
            true,
            1,
            Duration.ofSeconds(1));
    try (var test = TestSite.start(settings, _ -> List.of())) {
      for (int i = 0; i < 10; i++) {
        assertThat(ask(test, "198.51.100.7, 203.0.113.9")).isEqualTo(200);
      }
      assertThat(ask(test, "198.51.100.8, 203.0.113.9")).isEqualTo(429);
      assertThat(ask(test, "203.0.113.10")).isEqualTo(200);
      test.pass(Duration.ofSeconds(2));
      assertThat(ask(test, "203.0.113.9")).isEqualTo(200);
    }
  }

  @Test
  void oneTimeLinksAreNotGuessedEither() {
    try (var test = TestSite.start()) {
      int refused = 0;
      for (int i = 0; i < 110; i++) {
        var answer =
            test.browser()
                .post(
                    "/join",
                    Map.of("token", "guess " + i, "name", "E", "password", "x", "again", "x"));
        refused += answer.statusCode() == 429 ? 1 : 0;
      }
      assertThat(refused).isEqualTo(10);
    }
  }

  private static int ask(TestSite test, String forwarded) {
    return test.browser().get("/sign-in", "X-Forwarded-For", forwarded).statusCode();
  }

  private static HttpResponse<String> signIn(TestSite test, String name, String password) {
    return test.browser().post("/sign-in", Map.of("name", name, "password", password));
  }
}
