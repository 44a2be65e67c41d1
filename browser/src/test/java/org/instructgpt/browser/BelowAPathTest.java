package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.web.StrippingProxy;
import org.junit.jupiter.api.Test;

/// The studio below a path of a reverse proxy, as a person uses it: no request leaves the path.
class BelowAPathTest {
  private static final double ANSWERED = 60_000;

  private static void seed(Seed seed) {
    seed.prompt("p1", "Name three rivers.");
    seed.batch("rivers", Kind.DEMONSTRATE, 1, List.of(Seed.about("p1")));
  }

  @Test
  void peopleJoinAskJudgeLabelAndLeave() throws IOException {
    try (var chrome = Chrome.open();
        var proxy = StrippingProxy.below("/our/studio");
        var studio = Studio.start(BelowAPathTest::seed, "--address", proxy.url())) {
      proxy.to(URI.create(studio.url()).getPort());
      assertThat(studio.said()).contains("  " + proxy.url() + "\n", proxy.url() + "/join#");
      try (var context = chrome.person(Chrome.Look.USUAL)) {
        var watch = Watch.over(context);
        var page = context.newPage();
        page.navigate(studio.invitation("customer"));
        assertThat(page.url()).isEqualTo(proxy.url() + "/join");
        nameInBothLanguages(page);
        page.fill("#password", Studio.PASSWORD);
        page.fill("#again", Studio.PASSWORD);
        page.click("main button.primary");
        page.waitForURL(proxy.url() + "/playground/notice");
        page.check("input[name=accept]");
        page.click("main button.primary");
        page.waitForURL(proxy.url() + "/playground");
        page.fill("#prompt", "Below a path");
        page.click("#send");
        var answer = page.locator("#answers .answer").nth(1);
        PlaywrightAssertions.assertThat(answer)
            .hasAttribute(
                "aria-busy",
                "false",
                new LocatorAssertions.HasAttributeOptions().setTimeout(ANSWERED));
        answer.locator(".thumb").first().click();
        PlaywrightAssertions.assertThat(answer.locator(".thumb").first())
            .hasAttribute("aria-pressed", "true");
        page.click("a[href$='/playground/history']");
        page.waitForURL(proxy.url() + "/playground/history");
        page.click("form.sign-out button");
        page.waitForURL(proxy.url() + "/sign-in");
        assertThat(watch.all()).isEmpty();
      }
      try (var context = chrome.person(Chrome.Look.USUAL)) {
        var page = context.newPage();
        page.navigate(studio.invitation("labeler"));
        page.fill("#name", "Labeler Path");
        page.fill("#password", Studio.PASSWORD);
        page.fill("#again", Studio.PASSWORD);
        page.click("main button.primary");
        page.waitForURL(proxy.url() + "/tasks");
        page.click("form[action$='/tasks/next'] button");
        page.waitForURL(proxy.url() + "/tasks/*");
        var calls = new java.util.concurrent.CopyOnWriteArrayList<String>();
        page.onResponse(
            response -> calls.add(response.request().method() + " " + response.status()));
        page.locator("form.work textarea").first().fill("Ob, Lena, Amur.");
        page.waitForCondition(() -> calls.contains("PUT 200"));
      }
      assertThat(proxy.beside()).isEmpty();
    }
  }

  /// Types a name and switches the language to and fro.
  private static void nameInBothLanguages(Page page) {
    page.fill("#name", "Customer Path");
    page.click(".languages button[value=zh]");
    PlaywrightAssertions.assertThat(page.locator("html")).hasAttribute("lang", "zh-Hans");
    // The page's script restores what was typed; only a test is faster than it.
    PlaywrightAssertions.assertThat(page.locator("#name")).hasValue("Customer Path");
    page.click(".languages button[value=en]");
    PlaywrightAssertions.assertThat(page.locator("html")).hasAttribute("lang", "en");
    PlaywrightAssertions.assertThat(page.locator("#name")).hasValue("Customer Path");
  }
}
