package org.instructgpt.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What people do with answers whose text is known: they read their Markdown, write better ones,
/// and vote in the arena.
///
/// With the property `instructgpt.pictures` pictures of the pages are written to that folder.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswersTest {
  private static final String PROMPT = "Show me.";
  private static final String MARKDOWN =
      """
      ### Three ways

      1. **Loops** with `for (int i = 0; i < n; i++)`
      2. *Streams*, see [the guide](https://example.com/guide) or [not](javascript:alert(1))

      ```java
      int sum = IntStream.range(0, n)
          .filter(i -> i % 2 == 0).sum(); // <script>alert(1)</script>
      ```

      | way | lines |
      |---|---:|
      | loop | 4 |
      | stream | 2 |

      > Both are fine.\
      """;
  private static final String PLAIN = "A plain answer.\n\n  With its line breaks\n  kept.";
  private static final double ANSWERED = 60_000;

  private Chrome chrome;
  private Studio studio;

  @BeforeAll
  void begin() throws IOException {
    chrome = Chrome.open();
    var workspace = Files.createTempDirectory("studio");
    TinyWorkspace.make(workspace);
    TinyWorkspace.addScripted(workspace, PROMPT, Map.of("sft", MARKDOWN, "ppo", PLAIN));
    studio = Studio.over(workspace);
  }

  @AfterAll
  void end() {
    if (studio != null) {
      studio.close();
    }
    if (chrome != null) {
      chrome.close();
    }
  }

  private Visitor customer(String name) {
    var customer = studio.person("customer", name);
    Tour.agree(customer);
    return customer;
  }

  private Page open(BrowserContext context, Visitor visitor, String path) {
    var page = visitor.open(context);
    page.navigate(studio.url() + path);
    return page;
  }

  /// Asks, and waits until all answers have ended.
  private static void ask(Page page, int answers) {
    page.fill("#prompt", PROMPT);
    page.press("#prompt", "Control+Enter");
    assertThat(page.locator("#answers .answer[aria-busy=false]"))
        .hasCount(answers, new LocatorAssertions.HasCountOptions().setTimeout(ANSWERED));
  }

  private static void isClean(Page page) {
    assertThat(AccessibilityTest.look(page)).isEmpty();
  }

  /// A picture of the page for people to look at, if they asked for some.
  private static void picture(Page page, String name) {
    Optional.ofNullable(System.getProperty("instructgpt.pictures"))
        .ifPresent(folder ->
            page.screenshot(
                new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setPath(Path.of(folder, name + ".png"))));
  }

  private List<Map<String, Object>> feedback(Visitor visitor) {
    return studio.rows(
        "SELECT f.id, f.outputs FROM collect_feedback f JOIN web_account a ON a.id = f.account"
            + " WHERE a.name = ?",
        visitor.name());
  }

  @Test
  void markdownIsShownAndPlainTextStaysPlain() {
    var ada = customer("Ada Markdown");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var watch = Watch.over(context);
      var page = open(context, ada, "/playground?model=sft");
      page.evaluate("() => { document.querySelector('#longest').value = 256; }");
      ask(page, 1);
      var answer = page.locator("#answers .answer");
      var shown = answer.locator(".answer-markdown");
      assertThat(shown).isVisible();
      assertThat(shown.locator("h3")).hasText("Three ways");
      assertThat(shown.locator("ol > li")).hasCount(2);
      assertThat(shown.locator("a")).hasCount(1);
      assertThat(shown.locator("a")).hasAttribute("rel", "noopener nofollow");
      assertThat(shown.locator("pre")).containsText("<script>alert(1)</script>");
      assertThat(shown.locator("td")).hasCount(4);
      assertThat(answer.locator(".said")).isHidden();
      isClean(page);
      picture(page, "markdown");
      answer.locator(".writtens").click();
      assertThat(shown).isHidden();
      assertThat(answer.locator(".said").textContent()).isEqualTo(MARKDOWN);
      answer.locator(".writtens").click();
      assertThat(shown).isVisible();

      page.navigate(studio.url() + "/playground?model=ppo");
      ask(page, 1);
      assertThat(page.locator("#answers .answer-markdown")).isHidden();
      assertThat(page.locator("#answers .said").textContent()).isEqualTo(PLAIN);

      page.navigate(studio.url() + "/playground/history");
      assertThat(page.locator(".turn .answer-markdown h3")).hasText("Three ways");
      assertThat(page.locator(".turn details .said").textContent()).isEqualTo(MARKDOWN);
      isClean(page);
      picture(page, "history");
      assertThat(watch.all()).isEmpty();
    }
  }

  @Test
  void aBetterAnswerIsADemonstrationAndAPreference() {
    var ada = customer("Ada Better");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var watch = Watch.over(context);
      var page = open(context, ada, "/playground?model=ppo");
      ask(page, 1);
      var answer = page.locator("#answers .answer");
      var field = answer.locator(".answer-edit textarea");
      answer.locator(".edits").click();
      assertThat(field).isFocused();
      assertThat(field).hasValue(PLAIN);
      isClean(page);
      picture(page, "edit");
      field.fill("Nothing of this");
      page.keyboard().press("Escape");
      assertThat(field).isHidden();
      assertThat(answer.locator(".edits")).isFocused();
      page.keyboard().press("Enter");
      assertThat(field).hasValue("Nothing of this");
      answer.locator(".cancels").click();
      page.keyboard().press("Enter");
      assertThat(field).hasValue(PLAIN);
      field.fill("A better\n<b>answer</b>.");
      answer.locator(".answer-edit button[type=submit]").click();
      assertThat(answer.locator(".better")).hasText("A better\n<b>answer</b>.");
      assertThat(answer.locator(".edits")).isFocused();
      assertThat(page.locator(".toast")).containsText("better answer");
      isClean(page);
      picture(page, "edited");
      assertThat(feedback(ada))
          .singleElement()
          .satisfies(entry -> {
            assertThat((String) entry.get("id")).startsWith("rewrite-").endsWith("-0");
            assertThat((String) entry.get("outputs"))
                .contains("\"human\"", "A better\\n<b>answer</b>.", "\"ppo\"");
          });
      page.navigate(studio.url() + "/playground/history");
      assertThat(page.locator(".turn .better")).hasText("A better\n<b>answer</b>.");
      isClean(page);
      picture(page, "history-better");
      page.click(".answer-better button");
      assertThat(page.locator(".turn .better")).hasCount(0);
      assertThat(feedback(ada)).isEmpty();
      assertThat(watch.all()).isEmpty();
    }
  }

  @Test
  void theChoiceOfModelsAndSettingsIsRemembered() {
    var ada = customer("Ada Choice");
    var other = customer("Bob Choice");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = open(context, ada, "/playground");
      var usual = chosen(page);
      page.uncheck("input[value=base]");
      page.check("input[value=ppo]");
      page.check("input[value=sft]");
      page.locator("details > summary").first().click();
      page.fill("#longest", "99");
      page.locator("#longest").blur();
      page.navigate(studio.url() + "/playground");
      assertThat(chosen(page)).containsExactlyInAnyOrder("sft", "ppo");
      assertThat(page.inputValue("#longest")).isEqualTo("99");
      page.navigate(studio.url() + "/playground?model=base");
      assertThat(chosen(page)).containsExactly("base");
      page.evaluate(
          "() => { for (const key of Object.keys(localStorage)) localStorage.setItem(key,"
              + " localStorage.getItem(key).replace('\"ppo\"', '\"gone\"')); }");
      page.navigate(studio.url() + "/playground");
      assertThat(chosen(page)).containsExactly("sft");
      page.evaluate(
          "() => { for (const key of Object.keys(localStorage)) localStorage.setItem(key, '{'); }");
      page.navigate(studio.url() + "/playground");
      assertThat(chosen(page)).isEqualTo(usual);
      context.clearCookies();
      var theirs = open(context, other, "/playground");
      assertThat(chosen(theirs)).isEqualTo(usual);
    }
  }

  private static List<String> chosen(Page page) {
    return page.locator("input[name=model]:checked").all().stream()
        .map(Locator::inputValue)
        .toList();
  }

  @Test
  void theArenaTellsNamesAfterTheVote() {
    var ada = customer("Ada Arena");
    for (var look : List.of(Chrome.Look.USUAL, new Chrome.Look("en-US", 360, ColorScheme.DARK))) {
      vote(ada, look);
    }
    assertThat(feedback(ada)).hasSize(2);
    var rita = studio.person("researcher", "Rita Results");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = open(context, rita, "/arena/results");
      assertThat(page.locator("tbody tr")).hasCount(2);
      isClean(page);
      picture(page, "results");
    }
  }

  /// What was received, where the browser still has it: it forgets some of what streams bring (what
  /// those hold, ArenaTest looks at without a browser).
  private static Optional<String> body(Response response) {
    try {
      return Optional.of(new String(response.body(), StandardCharsets.UTF_8));
    } catch (PlaywrightException forgotten) {
      return Optional.empty();
    }
  }

  private void vote(Visitor ada, Chrome.Look look) {
    try (var context = chrome.person(look)) {
      var watch = Watch.over(context);
      var received = new ArrayList<Response>();
      var page = ada.open(context);
      page.onResponse(received::add);
      page.navigate(studio.url() + "/arena");
      ask(page, 2);
      assertThat(page.locator("#votes")).isVisible();
      received.stream()
          .filter(each -> each.url().contains("/arena"))
          .flatMap(each -> body(each).stream())
          .forEach(body -> assertThat(body).doesNotContain("sft", "ppo"));
      assertThat(page.content()).doesNotContain("sft", "ppo", " tokens per second</span>");
      assertThat(page.locator("#answers .answer-model")).hasText(new String[] {"A", "B"});
      assertThat(page.locator("#answers .answer-state").first()).hasText("Finished");
      assertThat(page.locator("#answers .answer-tools").first()).isHidden();
      isClean(page);
      picture(page, "arena-before-" + look.width());
      page.click("[data-vote=GOOD]");
      assertThat(page.locator("#voted")).containsText("equally good. A is ");
      assertThat(page.locator("#voted")).isFocused();
      assertThat(page.locator("#votes")).isHidden();
      assertThat(page.locator("#answers .answer-model").allTextContents())
          .containsExactlyInAnyOrder("sft", "ppo");
      assertThat(page.locator("#answers .answer-tools").first()).isVisible();
      isClean(page);
      picture(page, "arena-after-" + look.width());
      assertThat(watch.all()).isEmpty();
    }
  }
}
