package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Whatever people write, a page has the same tags as with a harmless name: 240 texts that would be
/// scripts where they were taken for HTML.
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileTextTest {
  private static final Pattern TAG = Pattern.compile("<(?:\"[^\"]*\"|[^\">])*>");
  private static final Pattern VALUE = Pattern.compile(" (value|title|data-[a-z]+)=\"[^\"]*\"");

  private TestSite test;

  @BeforeAll
  void start() {
    test = TestSite.start();
  }

  @AfterAll
  void stop() {
    test.close();
  }

  static List<String> payloads() {
    var scripts =
        List.of(
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg onload=alert(1)>",
            "<svg/onload=alert(1)//",
            "<a href=javascript:alert(1)>x</a>",
            "<iframe src=//x.example>",
            "<body onload=alert(1)>",
            "<style>*{color:red}</style>",
            "<base href=//x.example>",
            "<link rel=stylesheet href=//x>",
            "<details open ontoggle=alert(1)>",
            "<math><mi xlink:href=data:x>",
            "onmouseover=alert(1) x=",
            "{{7*7}}${7*7}#{7*7}<%=7*7%>",
            "@if(true)@endif!{var x=1;}",
            "&lt;script&gt;&#60;b&#62;",
            "<!-- --><![CDATA[x]]>",
            "<form action=//x.example>",
            "<meta http-equiv=refresh>",
            "\\u003cscript\\u003e");
    var around =
        List.of(
            "%s",
            "\"%s", "'%s", "\">%s", "'>%s", "--> %s", "</p>%s", "`%s", "</a>%s<", "x %s\"", "=%s'",
            ";%s//");
    var all = new ArrayList<String>();
    for (String frame : around) {
      scripts.forEach(script -> all.add(frame.replace("%s", script)));
    }
    return all;
  }

  @Test
  void namesAndLabelsOfTokensAndAddressesStayText() {
    assertThat(payloads()).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(200);
    var person = test.person(Role.ADMIN, "Honest");
    var browser = test.signedIn(person);
    var honest = tags(browser.post("/account/tokens", Map.of("label", "honest")).body());
    for (String payload : payloads()) {
      String label = payload.substring(0, Math.min(60, payload.length()));
      test.site()
          .accounts()
          .credentials()
          .tokens(person)
          .forEach(t -> test.site().accounts().credentials().revokeToken(person, t.id()));
      var page = browser.post("/account/tokens", Map.of("label", label));
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(tags(page.body())).as(payload).isEqualTo(honest);
    }
  }

  @Test
  void textOfAnonymousVisitorsStaysText() {
    var honestForm = tags(wrong("honest").body());
    var honestAddress = tags(test.browser().get("/sign-in?to=honest").body());
    for (String payload : payloads()) {
      var address = "/sign-in?to=" + URLEncoder.encode("/" + payload, StandardCharsets.UTF_8);
      assertThat(tags(test.browser().get(address).body())).as(payload).isEqualTo(honestAddress);
    }
    for (String payload : payloads().subList(0, 60)) {
      assertThat(tags(wrong(payload).body())).as(payload).isEqualTo(honestForm);
    }
  }

  @Test
  void aPersonsNameStaysTextOnThePagesOfOthers() {
    var admin = test.signedIn(test.person(Role.ADMIN, "Reader"));
    int count = 0;
    for (String payload : payloads()) {
      String name = payload.substring(0, Math.min(AccountNames.MOST, payload.length()));
      if (count < 25 && AccountNames.problems(name).isEmpty()) {
        test.site().accounts().signUp().register(name, TestSite.PASSWORD, Locale.ENGLISH);
        count += 1;
        String page = admin.get("/people").body();
        assertThat(tags(page).stream().filter(tag -> tag.startsWith("<strong")).count())
            .isEqualTo(test.site().accounts().list().size());
        assertThat(tags(page))
            .as(name)
            .noneMatch(tag ->
                tag.matches("(?i)<(img|svg|iframe|style|base|math|body.* on|details.* on).*"))
            .filteredOn(tag -> tag.startsWith("<script"))
            .hasSize(1);
      }
    }
    assertThat(admin.get("/audit").body()).doesNotContain("<img", "<svg");
  }

  private HttpResponse<String> wrong(String name) {
    return test.browser()
        .post("/join", Map.of("name", name, "token", name, "password", "x", "again", "x"));
  }

  /// The tags of a page without what is written in fields.
  private static List<String> tags(String page) {
    var tags = new ArrayList<String>();
    var matcher = TAG.matcher(page);
    while (matcher.find()) {
      tags.add(VALUE.matcher(matcher.group()).replaceAll("").replaceAll("/[0-9a-f-]{36}/", "/"));
    }
    return tags;
  }
}
