package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Nothing that people typed, saw or decided is lost by a language switch, a stop or a lost
/// session.
class NothingLostTest extends AtStudio {
  private static final double ANSWERED = 60_000;
  private static final Pattern INVITATION = Pattern.compile("[\\w-]{43}");

  NothingLostTest() {
    super(_ -> {});
  }

  private static void speak(Page page, String language) {
    page.click(".languages button[value=" + language + "]");
    PlaywrightAssertions.assertThat(page.locator("html"))
        .hasAttribute("lang", language.equals("zh") ? "zh-Hans" : language);
  }

  private Page asking(BrowserContext context, Visitor customer) {
    var page = customer.open(context);
    page.navigate(studio.url() + "/playground");
    page.waitForURL("**/playground/notice");
    page.check("input[name=accept]");
    page.click("main button.primary");
    page.waitForURL("**/playground");
    return page;
  }

  @Test
  void theCodeOfAnInvitationSurvivesALanguageSwitch() {
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = context.newPage();
      page.navigate(studio.invitation("customer"));
      page.fill("#name", "Customer Mei");
      speak(page, "zh");
      PlaywrightAssertions.assertThat(page.locator("#name")).hasValue("Customer Mei");
      PlaywrightAssertions.assertThat(page.locator("#token")).hasValue(INVITATION);
      page.fill("#password", Studio.PASSWORD);
      page.fill("#again", "something else");
      page.click("main button.primary");
      PlaywrightAssertions.assertThat(page.locator("#problem-again")).isVisible();
      speak(page, "en");
      PlaywrightAssertions.assertThat(page.locator("#token")).hasValue(INVITATION);
      page.fill("#password", Studio.PASSWORD);
      page.fill("#again", Studio.PASSWORD);
      page.click("main button.primary");
      page.waitForURL("**/playground/notice");
    }
    assertThat(studio.count("web_account WHERE name = 'Customer Mei'")).isEqualTo(1);
  }

  @Test
  void theRequestedPageAndTypedTextSurviveALanguageSwitch() {
    var customer = studio.person("customer", "Customer Lin");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = context.newPage();
      page.navigate(studio.url() + "/playground/history?page=0");
      speak(page, "zh");
      page.fill("#name", customer.name());
      page.fill("#password", Studio.PASSWORD);
      page.click("main button.primary");
      page.waitForURL("**/playground/history?page=0");
      page = asking(context, customer);
      page.fill("#prompt", "Half a question");
      page.uncheck("input[name=model][value=base]");
      speak(page, "zh");
      PlaywrightAssertions.assertThat(page.locator("#prompt")).hasValue("Half a question");
      PlaywrightAssertions.assertThat(page.locator("input[name=model][value=base]"))
          .not()
          .isChecked();
    }
  }

  @Test
  void aLinkThatIsShownOnceIsNotLostWithoutAWarning() {
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = studio.admin().open(context);
      page.navigate(studio.url() + "/people");
      page.click("form[action='/people/invite'] button");
      var link = page.textContent("#fresh-link");
      page.click(".languages button[value=zh]");
      PlaywrightAssertions.assertThat(page.locator("dialog.sure")).containsText("not shown again");
      page.click("dialog.sure button.quiet");
      assertThat(page.textContent("#fresh-link")).isEqualTo(link);
      page.click(".languages button[value=zh]");
      page.click("dialog.sure button.danger");
      page.waitForURL("**/people");
      PlaywrightAssertions.assertThat(page.locator("html")).hasAttribute("lang", "zh-Hans");
      speak(page, "en");
    }
  }

  @Test
  void aStoppedAnswerIsStoredAsItWasSeen() {
    var customer = studio.person("customer", "Customer Stop");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = asking(context, customer);
      page.click("details summary");
      page.fill("#longest", "2048");
      page.fill("#prompt", "Go on and on");
      page.click("#send");
      page.waitForFunction(
          "() => document.querySelector('#answers .said')?.textContent.length > 20");
      page.click("#stop");
      var answers = page.locator("#answers .answer");
      for (int place = 0; place < 2; place++) {
        PlaywrightAssertions.assertThat(answers.nth(place).locator(".answer-tools"))
            .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(ANSWERED));
      }
      page.waitForTimeout(1500); // what the models said meanwhile has come to the store
      for (int place = 0; place < 2; place++) {
        var seen = answers.nth(place).locator(".said").textContent();
        var kept =
            studio
                .rows(
                    """
                    SELECT a.text, a.finish FROM serve_answer a JOIN serve_turn t ON t.id = a.turn
                    JOIN web_account w ON w.id = t.account WHERE w.name = ? AND a.place = ?\
                    """,
                    customer.name(),
                    place)
                .getFirst();
        assertThat(kept).isEqualTo(Map.of("text", seen, "finish", "CANCELLED"));
      }
      answers.nth(0).locator(".thumb").first().click();
      PlaywrightAssertions.assertThat(answers.nth(0).locator(".thumb").first())
          .hasAttribute("aria-pressed", "true");
    }
  }

  @Test
  void theGenerationRateIsMeasuredByTheServer() {
    var customer = studio.person("customer", "Customer Fast");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = asking(context, customer);
      // All events at once, as after a pause of the connection: the page cannot measure the time.
      context.route(
          "**/playground/ask",
          route -> {
            var answer = route.fetch();
            route.fulfill(new com.microsoft.playwright.Route.FulfillOptions().setResponse(answer));
          });
      page.fill("#prompt", "Quick");
      page.click("#send");
      var state = page.locator("#answers .answer-state");
      PlaywrightAssertions.assertThat(state.nth(1))
          .containsText("tokens", new LocatorAssertions.ContainsTextOptions().setTimeout(ANSWERED));
      for (var text : state.allTextContents()) {
        var rate = text.replaceAll("(?s).*?([0-9]+) tokens per second.*", "$1");
        if (rate.matches("[0-9]+")) {
          assertThat(Integer.parseInt(rate)).as(text).isLessThan(5000);
        }
      }
    }
  }

  @Test
  void aPromptSurvivesTheEndOfTheSession() {
    var customer = studio.person("customer", "Customer Away");
    var text = "A long thought that took an hour: 月亮";
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = asking(context, customer);
      page.fill("#prompt", text);
      customer.post("/account/sign-out-everywhere", Map.of());
      page.click("#send");
      PlaywrightAssertions.assertThat(page.locator("#trouble")).containsText("signed out");
      PlaywrightAssertions.assertThat(page.locator("#prompt")).hasValue(text);
      // The same person comes back in another window, and the page goes on.
      var other = context.waitForPage(() -> page.click("#trouble a"));
      other.fill("#name", customer.name());
      other.fill("#password", Studio.PASSWORD);
      other.click("main button.primary");
      other.waitForURL("**/playground");
      PlaywrightAssertions.assertThat(other.locator("#prompt")).hasValue(text);
      other.close();
      page.click("#send");
      PlaywrightAssertions.assertThat(page.locator("#asked")).hasText(text);
      PlaywrightAssertions.assertThat(page.locator("#answers .answer").nth(1))
          .hasAttribute(
              "aria-busy",
              "false",
              new LocatorAssertions.HasAttributeOptions().setTimeout(ANSWERED));
      page.navigate(studio.url() + "/playground");
      assertThat(page.inputValue("#prompt")).as("it is safe now").isEmpty();
    }
    assertThat(studio.count("prompt WHERE text = ?", text)).isEqualTo(1);
  }

  @Test
  void aPromptSurvivesAClosedPageButNotASignOut() {
    var customer = studio.person("customer", "Customer Closed");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = asking(context, customer);
      page.fill("#prompt", "Do not lose me");
      page.close();
      page = context.newPage();
      page.navigate(studio.url() + "/playground");
      PlaywrightAssertions.assertThat(page.locator("#prompt")).hasValue("Do not lose me");
      page.click("form.sign-out button");
      page.waitForURL("**/sign-in");
      assertThat(page.evaluate("() => Object.keys(localStorage).length")).isEqualTo(0);
    }
  }

  @Test
  void irreversibleActionsAskForConfirmation() {
    var customer = studio.person("customer", "Customer Locked");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = studio.admin().open(context);
      page.navigate(studio.url() + "/people");
      var row = page.locator("li:has(bdi:text-is('" + customer.name() + "'))");
      row.locator("summary").click();
      row.locator("a.danger").click();
      PlaywrightAssertions.assertThat(page.locator("main h1")).containsText(customer.name());
      PlaywrightAssertions.assertThat(page.locator("main")).containsText("One session ends");
      page.click("main a.quiet");
      page.waitForURL("**/people");
      assertThat(disabled(customer)).isZero();
      row.locator("summary").click();
      row.locator("a.danger").click();
      page.click("main button.danger");
      PlaywrightAssertions.assertThat(row.locator(".badge.bad")).isVisible();
    }
    assertThat(disabled(customer)).isEqualTo(1);
  }

  private int disabled(Visitor account) {
    return studio.count("web_account WHERE name = ? AND disabled = 1", account.name());
  }

  @Test
  void consentIsWithdrawnOnThePage() {
    var customer = studio.person("customer", "Customer Back");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = asking(context, customer);
      page.navigate(studio.url() + "/playground/notice");
      page.click("#withdraw button");
      PlaywrightAssertions.assertThat(page.locator("dialog.sure")).containsText("From now on");
      page.click("dialog.sure button.danger");
      PlaywrightAssertions.assertThat(page.locator("#terms + ul")).containsText("you withdrew it");
      page.navigate(studio.url() + "/playground");
      page.waitForURL("**/playground/notice");
    }
    assertThat(
            studio.count(
                "collect_consent c JOIN web_account a ON a.id = c.account"
                    + " WHERE a.name = ? AND c.withdrawn IS NOT NULL",
                customer.name()))
        .isEqualTo(1);
  }

  @Test
  void aForgottenPasswordIsReplacedByALink() throws Exception {
    var customer = studio.person("customer", "Customer Forgetful");
    var said = studio.command("password", customer.name());
    assertThat(said).contains(studio.url() + "/new-password#");
    assertThat(customer.get("/account").statusCode()).as("signed out").isEqualTo(303);
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = context.newPage();
      page.navigate(said.replaceAll("(?s).*(http\\S+#\\S+).*", "$1"));
      page.fill("#password", "eight loud walruses");
      page.fill("#again", "eight loud walruses");
      page.click("main button.primary");
      page.waitForURL("**/playground/notice");
    }
  }
}
