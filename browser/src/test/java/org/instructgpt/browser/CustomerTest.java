package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import org.junit.jupiter.api.Test;

/// A customer's way through the studio: the invitation, the notice, two models side by side, the
/// history.
class CustomerTest extends AtStudio {
  private static final String PROMPT = "Erkläre den Mond 🌙 einem Kind: 月亮 in 6 words";
  private static final double ANSWERED = 60_000;

  CustomerTest() {
    super(_ -> {});
  }

  private static void join(Page page, String link, String name) {
    page.navigate(link);
    assertThat(page.url()).as("the code is not left in the address").doesNotContain("#");
    page.fill("#name", name);
    page.fill("#password", Studio.PASSWORD);
    page.fill("#again", Studio.PASSWORD);
    page.click("main button.primary");
  }

  private Page signIn(BrowserContext context, String name) {
    var page = context.newPage();
    page.navigate(studio.url() + "/sign-in");
    page.fill("#name", name);
    page.fill("#password", Studio.PASSWORD);
    page.click("main button.primary");
    page.waitForURL(address -> !address.endsWith("/sign-in"));
    return page;
  }

  private int turns(Visitor account) {
    return studio.count(
        "serve_turn t JOIN web_account a ON a.id = t.account WHERE a.name = ?", account.name());
  }

  private static void accept(Page page) {
    page.waitForURL("**/playground/notice");
    page.check("input[name=accept]");
    page.click("main button.primary");
    page.waitForURL("**/playground");
  }

  private static void isDone(Locator answer) {
    PlaywrightAssertions.assertThat(answer)
        .hasAttribute(
            "aria-busy", "false", new LocatorAssertions.HasAttributeOptions().setTimeout(ANSWERED));
  }

  @Test
  void isInvitedReadsTheNoticeAsksTwoModelsAndIsRecordedWithConsent() {
    var admin = studio.admin();
    String link;
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = admin.open(context);
      page.navigate(studio.url() + "/people");
      page.selectOption("#kind", "customer");
      page.click("form[action='/people/invite'] button");
      link = page.textContent("#fresh-link").strip();
    }
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var watch = Watch.over(context);
      var page = context.newPage();
      join(page, link, "Customer Ada");
      accept(page);
      assertThat(page.locator("input[name=model]:checked").count()).isEqualTo(2);
      page.fill("#prompt", PROMPT);
      page.evaluate(
          "() => { window.grown = new Set();"
              + " new MutationObserver(() => window.grown.add("
              + "document.querySelector('#answers .said')?.textContent.length ?? 0))"
              + ".observe(document.getElementById('answers'),"
              + " {subtree: true, childList: true, characterData: true}); }");
      page.press("#prompt", "Control+Enter");
      var answers = page.locator("#answers .answer");
      PlaywrightAssertions.assertThat(answers).hasCount(2);
      isDone(answers.nth(0));
      isDone(answers.nth(1));
      assertThat((Integer) page.evaluate("() => window.grown.size"))
          .as("lengths at which the first answer was seen while it grew")
          .isGreaterThan(3);
      assertThat(page.textContent("#asked")).isEqualTo(PROMPT);
      answers.nth(0).locator(".thumb").first().click();
      PlaywrightAssertions.assertThat(answers.nth(0).locator(".thumb").first())
          .hasAttribute("aria-pressed", "true");
      String said = answers.nth(1).locator(".said").textContent();

      page.navigate(studio.url() + "/playground/history");
      assertThat(page.locator(".turn").count()).isEqualTo(1);
      assertThat(page.textContent(".turn blockquote")).isEqualTo(PROMPT);
      assertThat(page.locator(".turn .said").nth(1).textContent()).isEqualTo(said);
      assertThat(watch.all()).isEmpty();
    }
    assertThat(studio.count("prompt WHERE text = ?", PROMPT)).isEqualTo(1);
    assertThat(
            studio.count(
                "prompt p JOIN collect_given g ON g.prompt_id = p.id WHERE p.text = ?", PROMPT))
        .as("the consent that the prompt was given under")
        .isEqualTo(1);
    assertThat(studio.count("serve_answer WHERE verdict = 1")).isEqualTo(1);
  }

  @Test
  void repliesToAnAnswerAndTheConversationGoesOn() {
    var account = studio.person("customer", "Customer Reply");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var watch = Watch.over(context);
      var page = signIn(context, account.name());
      accept(page);
      page.fill("#prompt", "Name a colour.");
      page.press("#prompt", "Control+Enter");
      var answer = page.locator("#answers .answer:not(.continues)").first();
      isDone(answer);
      String said = answer.locator(".said").textContent();
      answer.locator(".reply").click();
      PlaywrightAssertions.assertThat(page.locator("#said .said-turn")).hasCount(2);
      PlaywrightAssertions.assertThat(page.locator("#said .said-turn.user p"))
          .hasText("Name a colour.");
      assertThat(page.inputValue("#prompt")).isEmpty();
      page.fill("#prompt", "Another one.");
      page.press("#prompt", "Control+Enter");
      isDone(page.locator("#answers .answer").first());
      assertThat(turns(account)).isEqualTo(2);
      page.click("#anew");
      assertThat(page.isVisible("#said")).isFalse();
      assertThat(watch.all()).isEmpty();
      assertThat(
              studio.count(
                  "prompt WHERE text LIKE ?",
                  "%Human: Name a colour.%Assistant: "
                      + said.strip().substring(0, Math.min(1, said.strip().length()))
                      + "%Human: Another one.%Assistant:"))
          .isEqualTo(1);
    }
  }

  @Test
  void nothingIsStoredOfWhoeverRefusesTheNotice() {
    var account = studio.person("customer", "Customer Without");
    int before = studio.count("prompt");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = signIn(context, account.name());
      page.waitForURL("**/playground/notice");
      page.click("main button.primary");
      assertThat(page.url()).as("the box is required").endsWith("/playground/notice");
      page.navigate(studio.url() + "/playground");
      page.waitForURL("**/playground/notice");
      var status =
          page.evaluate(
              """
              async () => (await fetch('/playground/ask', {method: 'POST', headers: {
                'Content-Type': 'application/json',
                'X-CSRF-Token': document.querySelector('meta[name=csrf-token]').content},
                body: JSON.stringify({prompt: 'A secret', models: ['sft']})})).status\
              """);
      assertThat(status).isEqualTo(403);
    }
    assertThat(studio.count("prompt")).isEqualTo(before);
    assertThat(turns(account)).isZero();
  }

  @Test
  void deletingTheHistoryLeavesNothing() {
    var account = studio.person("customer", "Customer Gone");
    String secret = "Please forget these words: zanzibar marmalade";
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = signIn(context, account.name());
      accept(page);
      page.fill("#prompt", secret);
      page.click("#send");
      isDone(page.locator("#answers .answer").nth(0));
      isDone(page.locator("#answers .answer").nth(1));
      page.navigate(studio.url() + "/playground/history");
      page.click("main a.danger");
      PlaywrightAssertions.assertThat(page.locator("main")).containsText("2 answers of models");
      page.click("main button.danger");
      page.waitForURL("**/playground/history");
      PlaywrightAssertions.assertThat(page.locator(".turn")).hasCount(0);
    }
    assertThat(studio.count("prompt WHERE text = ?", secret)).isZero();
    assertThat(turns(account)).isZero();
    assertThat(studio.count("serve_answer WHERE turn NOT IN (SELECT id FROM serve_turn)")).isZero();
  }
}
