package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The site over HTTP: first steps, languages, forms, errors.
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SiteTest {
  private TestSite test;

  record Body(String text, List<Integer> numbers, Optional<Body> inner) {}

  private static final SiteArea AREA =
      new SiteArea(
          SiteTest.class,
          List.of(
              Route.post(
                  "/api/echo",
                  Route.Access.EVERYBODY,
                  exchange ->
                      exchange.answer(Map.of("length", exchange.json(Body.class).text().length()))),
              Route.post(
                  "/form",
                  Route.Access.EVERYBODY,
                  exchange -> exchange.answer(Map.of("length", exchange.form("text").length()))),
              Route.get(
                  "/fault",
                  Route.Access.EVERYBODY,
                  _ -> {
                    throw new IllegalStateException("a secret prompt");
                  }),
              Route.get(
                  "/report",
                  Route.Access.EVERYBODY,
                  exchange -> exchange.document("<style>p{color:red}</style><p>report")),
              Route.get(
                  "/file",
                  Route.Access.EVERYBODY,
                  exchange ->
                      exchange.download(
                          "排名 \"1\".jsonl",
                          "application/jsonl; charset=utf-8",
                          out -> out.write("{}\n".getBytes(StandardCharsets.UTF_8))))),
          List.of());

  /// An area of another module, with no templates at all.
  private static final SiteArea OTHER =
      new SiteArea(
          Store.class,
          List.of(
              Route.get(
                  "/refused",
                  Route.Access.EVERYBODY,
                  _ -> {
                    throw ApiError.conflict("people.last-admin");
                  })),
          List.of());

  @BeforeAll
  void start() {
    test = TestSite.start(AREA, OTHER);
  }

  @AfterAll
  void stop() {
    test.close();
  }

  @Test
  void theFirstAdministratorComesByTheLinkAndInvitesTheOthers() {
    try (var fresh = TestSite.start()) {
      assertThat(fresh.site().hasAdmin()).isFalse();
      String link = fresh.site().oneTimeAdminLink();
      assertThat(link).matches("http://localhost:[0-9]+/join#[A-Za-z0-9_-]{43}");
      var browser = fresh.browser();
      assertThat(browser.get("/join").statusCode()).isEqualTo(200);
      var joined =
          browser.post(
              "/join",
              Map.of(
                  "token",
                  link.substring(link.indexOf('#') + 1),
                  "name",
                  "Ada",
                  "password",
                  TestSite.PASSWORD,
                  "again",
                  TestSite.PASSWORD));
      assertThat(joined.statusCode()).isEqualTo(303);
      assertThat(fresh.site().hasAdmin()).isTrue();
      assertThat(browser.get("/").headers().firstValue("Location")).hasValue("/people");
      assertThat(browser.get("/people").body()).contains("Welcome! Your account is ready.");
      assertThat(browser.get("/people").body()).doesNotContain("Welcome! Your account is ready.");
      var invited = browser.post("/people/invite", Map.of("kind", "labeler"));
      String code = invited.body().replaceAll("(?s).*/join#([A-Za-z0-9_-]{43})<.*", "$1");
      var labeler =
          fresh.site().accounts().signUp().join(code, "小林", TestSite.PASSWORD, Locale.CHINESE);
      assertThat(labeler.role()).isEqualTo(Role.LABELER);
      assertThat(browser.get("/people").body()).contains("<bdi>小林</bdi>");
      assertThat(browser.get("/audit?check=yes").body())
          .contains("The log is unchanged", "<code>joined</code>");
    }
  }

  @Test
  void allProblemsOfAFormAreShownAtTheirFieldsAndItsValuesStay() {
    var browser = test.browser();
    var answer =
        browser.post(
            "/register",
            Map.of("name", "<b>" + "x".repeat(60), "password", "short", "again", "short"));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .contains("id=\"problem-name\"", "A name has 1 to 40 characters.")
        .contains("id=\"problem-password\"", "A password has 8 to 128 characters.")
        .contains("value=\"&lt;b>xxx")
        .doesNotContain("<b>xxx", "value=\"short\"");
    var differs =
        browser.post(
            "/register", Map.of("name", "Ok", "password", "one good phrase", "again", "another"));
    assertThat(differs.body()).contains("The two passwords differ.");
  }

  @Test
  void everyPageIsInBothLanguages() {
    var admin = test.signedIn(test.person(Role.ADMIN, "Bilingual"));
    for (String path : List.of("/people", "/account", "/audit")) {
      assertThat(admin.get(path).body()).contains("<html lang=\"en\"", "Sign out");
    }
    var answer = admin.post("/language", Map.of("language", "zh", "to", "/account"));
    assertThat(answer.headers().firstValue("Location")).hasValue("/account");
    for (String path : List.of("/people", "/account", "/audit", "/nothing")) {
      assertThat(admin.get(path).body())
          .contains("<html lang=\"zh-Hans\"")
          .doesNotContain("Sign out");
    }
    var anonymous = test.browser();
    anonymous.post("/language", Map.of("language", "zh"));
    assertThat(anonymous.get("/join").body()).contains("<h1>欢迎</h1>");
    assertThat(anonymous.post("/language", Map.of("language", "xx")).statusCode()).isEqualTo(400);
  }

  @Test
  void notFoundIsAPageForBrowsersAndJsonForPrograms() {
    var page = test.browser().get("/nothing");
    assertThat(page.statusCode()).isEqualTo(404);
    assertThat(page.body()).contains("There is no such page", "<main");
    var json = test.browser().get("/api/nothing", "Accept", "*/*");
    assertThat(json.body())
        .contains(
            "\"type\":\"not_found_error\"", "\"code\":\"refusal.missing\"", "\"message\":\"There");
  }

  @Test
  void errorsOfAnAreaAreShownAsPages() {
    var answer = test.browser().get("/refused");
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(answer.body())
        .contains("<title>Changed in the meantime", "This is the last administrator");
  }

  @Test
  void anInternalErrorRevealsNothing() {
    var answer = test.browser().get("/fault");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body())
        .contains("Something went wrong on the server")
        .doesNotContain("secret", "Exception", "org.instructgpt");
  }

  @Test
  void aReportThatIsNotOursHasNoRights() {
    var answer = test.browser().get("/report");
    assertThat(answer.headers().allValues("Content-Security-Policy"))
        .singleElement()
        .asString()
        .startsWith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
        .contains("frame-ancestors 'self'");
    assertThat(answer.headers().allValues("X-Frame-Options")).containsExactly("SAMEORIGIN");
  }

  @Test
  void aFileHasItsNameInAnyLanguage() {
    var answer = test.browser().get("/file");
    assertThat(answer.body()).isEqualTo("{}\n");
    assertThat(answer.headers().firstValue("Content-Disposition"))
        .hasValue(
            "attachment; filename=\"____1_.jsonl\";"
                + " filename*=UTF-8''%E6%8E%92%E5%90%8D%20%221%22.jsonl");
  }

  @Test
  void aBodyOfMoreThanAMebibyteIsRefusedHoweverItIsSent() throws IOException {
    var browser = test.browser();
    String large = "{\"text\": \"" + "x".repeat(1 << 20) + "\"}";
    assertThat(browser.send("POST", "/api/echo", large).statusCode()).isEqualTo(413);
    String fits = "{\"numbers\": [], \"text\": \"" + "x".repeat((1 << 20) - 30) + "\"}";
    assertThat(browser.send("POST", "/api/echo", fits).body()).contains("1048546");
    var chunk = "x".repeat(0xffff);
    var chunked =
        test.raw(
            "POST /form HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + ("ffff\r\n" + chunk + "\r\n").repeat(17)
                + "0\r\n\r\n");
    assertThat(chunked).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void malformedRequestsNeverGet500() throws IOException {
    var random = new Random(7);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      String body = new String(bytes, StandardCharsets.ISO_8859_1);
      String path = i % 2 == 0 ? "/api/echo" : "/form";
      String type = i % 3 == 0 ? "application/json" : "application/x-www-form-urlencoded";
      String answer =
          test.raw(
              "POST "
                  + path
                  + "?%zz="
                  + (char) ('!' + i % 90)
                  + " HTTP/1.1\r\nHost: localhost\r\n"
                  + "Connection: close\r\nContent-Type: "
                  + type
                  + "\r\nContent-Length: "
                  + (body.length() + (i % 11 == 0 ? -body.length() / 2 : 0))
                  + "\r\n\r\n"
                  + body);
      assertThat(answer).as("%d", i).matches("(?s)HTTP/1.1 4\\d\\d .*|HTTP/1.1 200 .*");
    }
    for (String broken :
        List.of(
            "POST /form HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET /\u0000 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /sign-in HTTP/1.1\r\n\r\n",
            "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nCookie: session=\u00ff;;=;\"\r\nConnection: close\r\n\r\n",
            "GET /sign-in?to=%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "NONSENSE\r\n\r\n")) {
      assertThat(test.raw(broken)).as(broken).matches("(?s)HTTP/1.1 [24]\\d\\d .*");
    }
  }

  @Test
  void theHealthRouteTellsWhetherTheStoreWorks() {
    assertThat(test.browser().get("/health/live").body()).isEqualTo("ok\n");
    assertThat(test.browser().get("/health/ready").statusCode()).isEqualTo(200);
    try (var broken = TestSite.start()) {
      broken.store().close();
      broken.pass(Duration.ofSeconds(2));
      assertThat(broken.browser().get("/health/ready").statusCode()).isEqualTo(503);
      assertThat(broken.browser().get("/health/live").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void theSiteIsForThisMachineUnlessItsAddressIsSafe() {
    assertThatThrownBy(() -> settings("0.0.0.0", null))
        .hasMessageContaining("expected the address");
    for (String address :
        List.of(
            "http://studio.example.org",
            "https://studio.example.org/a b".replace(' ', ';'),
            "https://studio.example.org//sub",
            "https://studio.example.org#x",
            "https://user@studio.example.org",
            "https://studio.example.org?x=1",
            "studio.example.org",
            "ftp://localhost")) {
      assertThatThrownBy(() -> settings("0.0.0.0", address))
          .as(address)
          .hasMessageContaining("expected an address such as https://");
    }
    assertThat(settings("0.0.0.0", "https://studio.example.org/").siteAddress().secure()).isTrue();
    assertThat(settings("0.0.0.0", "http://localhost:8080").siteAddress().secure()).isFalse();
  }

  private static SiteSettings settings(String host, String address) {
    return new SiteSettings(
        host, 0, Optional.ofNullable(address).map(URI::create), false, 10, Duration.ofSeconds(1));
  }
}
