package org.instructgpt.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.instructgpt.label.TaskBatch.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The ranking board: dragging, keyboard layouts, messages of what is missing.
class BoardTest extends AtStudio {
  private static final int K = 4;
  private static final AtomicInteger COUNT = new AtomicInteger();

  private BrowserContext context;
  private Page page;

  BoardTest() {
    super(seed -> {
      var texts = List.of("One", "Two", "Three", "Four");
      seed.prompt("moon", "Explain the moon to a 6 year old.");
      seed.prompt("sun", "Explain the sun to a 6 year old.");
      seed.batch(
          "Compare",
          Kind.COMPARE,
          1,
          List.of(Seed.compare("moon", texts), Seed.compare("sun", texts)));
    });
  }

  @BeforeEach
  void open() {
    var labeler = studio.person("labeler", "Lena " + COUNT.incrementAndGet());
    context = chrome.person(Chrome.Look.USUAL);
    context.onDialog(com.microsoft.playwright.Dialog::accept);
    page = labeler.open(context);
    page.navigate(studio.url() + "/tasks");
    page.click("section.next .primary");
    page.waitForURL("**/tasks/*-*");
    page.waitForSelector("html.ready");
  }

  @AfterEach
  void leave() {
    context.close();
  }

  private void rateAll() {
    for (int i = 0; i < K; i++) {
      page.locator("[data-step]:not([hidden]) input[type=radio][value='" + (7 - i) + "']").check();
      page.locator("[data-step]:not([hidden]) .ends button.primary").click();
    }
  }

  private void press(String key, String code, String more) {
    page.evaluate(
        "([key, code, more]) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
            + " {key, code, bubbles: true, cancelable: true, ...JSON.parse(more)}))",
        List.of(key, code, more));
  }

  @Test
  void aCardThatIsDraggedToTheFirstRankWhenTheTrayIsEmptyIsFirst() {
    rateAll();
    page.click("[data-do=marks]");
    var grip = page.locator("[data-card='3'] [data-grip]");
    var goal = page.locator("[data-rung='1']");
    page.evaluate("() => document.querySelector('.board').scrollIntoView()");
    var from = grip.boundingBox();
    var to = goal.boundingBox(); // where the eye sees the first rank before the hand moves
    page.mouse().move(from.x + 12, from.y + from.height / 2);
    page.mouse().down();
    page.mouse()
        .move(
            to.x + to.width / 2,
            to.y + to.height / 2,
            new com.microsoft.playwright.Mouse.MoveOptions().setSteps(12));
    page.waitForTimeout(300);
    page.mouse().up();
    assertThat(page.inputValue("select[name=rank-3]")).isEqualTo("1");
    assertThat(page.inputValue("select[name=rank-0]")).isEqualTo("1");
  }

  @Test
  void aProblemDisappearsWhenItIsSolved() {
    page.locator("[data-go]").last().click();
    page.click("[data-submit]");
    assertThat(page.locator("#problems")).isVisible();
    page.locator("[data-go]").first().click();
    rateAll();
    assertThat(page.locator("#problems li")).hasCount(1);
    page.click("[data-do=marks]");
    assertThat(page.locator("#problems")).isHidden();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          K, KeyK
          л, KeyK
          Process, KeyK
          k, KeyV
          """)
  void shortcutsAreLettersOnEveryKeyboardLayout(String key, String code) {
    press(key, code, "{}");
    assertThat(page.locator("dialog#skipping[open]")).isVisible();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          &, Digit1, 1
          "'", Digit4, 4
          7, Digit7, 7
          3, Numpad3, 3
          """)
  void ratingsAreDigitsOnEveryKeyboardLayout(String key, String code, String mark) {
    press(key, code, "{}");
    assertThat(page.locator("[name=quality-0][value='" + mark + "']")).isChecked();
  }

  @Test
  void inputMethodCompositionTriggersNoShortcut() {
    press("k", "KeyK", "{\"isComposing\": true}");
    press("Enter", "Enter", "{\"isComposing\": true, \"ctrlKey\": true}");
    assertThat(page.locator("dialog#skipping[open]")).hasCount(0);
    assertThat(page.locator("[data-go][aria-current]")).hasText("A");
  }
}
