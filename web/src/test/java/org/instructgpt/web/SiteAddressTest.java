package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A site below a path of a reverse proxy.
@Tag("slow")
class SiteAddressTest {
  private static final Pattern LEADING =
      Pattern.compile("(?:href|src|action|formaction)=\"(/[^\"]*)\"");

  private StrippingProxy proxy;
  private TestSite test;

  @BeforeEach
  void open() throws IOException {
    proxy = StrippingProxy.below("/our/studio");
    test = TestSite.start(settings(proxy.url()), _ -> List.of());
    proxy.to(test.site().port());
  }

  @AfterEach
  void close() {
    proxy.close();
    test.close();
  }

  private static SiteSettings settings(String address) {
    return new SiteSettings(
        "localhost", 0, Optional.of(URI.create(address)), true, 100_000, Duration.ofSeconds(10));
  }

  private Browser signedIn(Role role, String name) {
    test.person(role, name);
    var browser = new Browser(proxy.url());
    browser.get("/sign-in");
    var answer =
        browser.post(
            "/sign-in", Map.of("name", name, "password", TestSite.PASSWORD, "to", "/account"));
    assertThat(answer.headers().firstValue("Location")).hasValue("/our/studio/account");
    assertThat(answer.headers().allValues("Set-Cookie"))
        .singleElement()
        .asString()
        .matches("session-\\d+-our-studio=[^;]+; Path=/our/studio; HttpOnly; SameSite=Lax; .*");
    return browser;
  }

  @Test
  void everyLinkFormAndAssetLiesBelowThePath() {
    var browser = signedIn(Role.ADMIN, "Ada");
    for (String path : List.of("/account", "/people", "/audit", "/nothing")) {
      String page = browser.get(path).body();
      assertThat(LEADING.matcher(page).results().map(found -> found.group(1)))
          .as(path)
          .isNotEmpty()
          .allMatch(address -> address.startsWith("/our/studio/"));
      assertThat(page).contains("<meta name=\"site-root\" content=\"/our/studio\">");
    }
    var asset = LEADING.matcher(browser.get("/account").body());
    while (asset.find()) {
      if (asset.group(1).contains("/assets/")) {
        var address = asset.group(1).substring("/our/studio".length());
        assertThat(browser.get(address).statusCode()).as(address).isEqualTo(200);
      }
    }
    assertThat(proxy.beside()).isEmpty();
  }

  @Test
  void invitationsAndRedirectsStayBelowThePath() {
    var browser = signedIn(Role.ADMIN, "Ada");
    browser.get("/people");
    assertThat(browser.post("/people/invite", Map.of("kind", "customer")).body())
        .contains("<code id=\"fresh-link\">" + proxy.url() + "/join#");
    assertThat(test.site().oneTimeAdminLink()).startsWith(proxy.url() + "/join#");
    var anonymous = new Browser(proxy.url());
    assertThat(anonymous.get("/people?x=1").headers().firstValue("Location"))
        .hasValue("/our/studio/sign-in?to=%2Fpeople%3Fx%3D1");
    assertThat(anonymous.get("/").headers().firstValue("Location")).hasValue("/our/studio/sign-in");
    browser.get("/account");
    assertThat(
            browser
                .post("/language", Map.of("language", "zh", "to", "/account"))
                .headers()
                .firstValue("Location"))
        .hasValue("/our/studio/account");
    assertThat(browser.post("/sign-out", Map.of()).headers().map())
        .as("the host is not ours alone")
        .doesNotContainKey("clear-site-data");
  }

  @Test
  void theOriginIsThatOfTheAddressWhateverHostTheProxySends() {
    var browser = new Browser("http://localhost:" + test.site().port());
    var ours = proxy.url().replace("/our/studio", "");
    var language = Map.of("language", "zh", "to", "/");
    assertThat(browser.post("/language", language, "Origin", ours).statusCode()).isEqualTo(303);
    assertThat(browser.post("/language", language, "Origin", "http://evil.example").statusCode())
        .isEqualTo(403);
  }

  @Test
  void aProxyThatDoesNotStripThePathWorksToo() {
    var beneath = new Browser("http://localhost:" + test.site().port());
    assertThat(beneath.get("/our/studio/sign-in").statusCode()).isEqualTo(200);
    assertThat(beneath.get("/our/studio").headers().firstValue("Location"))
        .hasValue("/our/studio/sign-in");
    assertThat(beneath.get("/our/studiofoo").statusCode()).isEqualTo(404);
    assertThat(beneath.get("/sign-in").statusCode()).isEqualTo(200);
  }

  @Test
  void onlyAttributesOfTagsGetThePrefix() {
    var entrance = SiteAddress.of(Optional.of(URI.create("https://host.example/a/")));
    assertThat(
            entrance.page(
                "<p title=\"x href=&quot;/no\" data-href=\"/no\">a href=\"/no\" &lt;a href=\"/no\"></p>"
                    + "<a class=\"b\"\n href=\"/yes\">1 < 2 href=\"/no\"</a><a href=\"//no\">"
                    + "<form action=\"/yes\"><a href=\"https://no\"><a href=\"#no\">"))
        .isEqualTo(
            "<p title=\"x href=&quot;/no\" data-href=\"/no\">a href=\"/no\" &lt;a href=\"/no\"></p>"
                + "<a class=\"b\"\n href=\"/a/yes\">1 < 2 href=\"/no\"</a><a href=\"//no\">"
                + "<form action=\"/a/yes\"><a href=\"https://no\"><a href=\"#no\">");
  }

  @Test
  void behindTlsTheCookieIsBoundToItAndToThePath() {
    try (var secure =
        TestSite.start(settings("https://host.example:8443/studio"), _ -> List.of())) {
      secure.person(Role.CUSTOMER, "Ada");
      var answer =
          secure.browser().post("/sign-in", Map.of("name", "Ada", "password", TestSite.PASSWORD));
      assertThat(answer.headers().allValues("Set-Cookie"))
          .singleElement()
          .asString()
          .matches(
              "__Secure-session-8443-studio=[^;]+; Path=/studio; HttpOnly; SameSite=Lax; Max-Age=604800; Secure");
      assertThat(answer.headers().firstValue("Strict-Transport-Security"))
          .hasValue("max-age=63072000");
    }
  }
}
