package org.instructgpt.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.instructgpt.label.TaskBatch.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// Drafts of labelers are stored, whatever happens to the page.
class DraftTest extends AtStudio {
  private BrowserContext context;
  private Watch watch;
  private Page page;

  DraftTest() {
    super(seed -> {
      seed.prompt("moon", "Explain the moon to a 6 year old in a few sentences.");
      seed.batch("Answer", Kind.DEMONSTRATE, 2, List.of(Seed.about("moon")));
    });
  }

  @BeforeEach
  void open(TestInfo test) {
    var labeler = studio.person("labeler", test.getDisplayName());
    labeler.post("/screening", Map.of("id", "topics", "kind", "topics", "topics", "HEALTH"));
    context = chrome.person(Chrome.Look.USUAL);
    watch = Watch.over(context);
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

  private String item() {
    return page.getAttribute("form.work", "data-item");
  }

  @Test
  void leavingDuringASaveLosesNoDraft() {
    var tries = new AtomicInteger();
    page.route(
        "**/draft",
        route -> {
          if (tries.incrementAndGet() > 1) {
            route.resume();
          } // the first hears no answer while the page is there
        });
    page.locator("textarea[name=response]").pressSequentially("The moon is a stone.");
    page.waitForCondition(() -> tries.get() == 1);
    page.navigate(studio.url() + "/instructions");
    page.navigate(studio.url() + "/tasks");
    page.click("a[href^='/tasks/']");
    assertThat(page.locator("textarea[name=response]")).hasValue("The moon is a stone.");
    assertThat(watch.all()).isEmpty();
  }

  @Test
  void anErrorOfAScriptLosesNoDraft() {
    var item = item();
    page.evaluate("() => setTimeout(() => { throw new Error('injected'); }, 0)");
    page.evaluate("() => { Promise.reject(new Error('injected too')); }");
    page.fill("textarea[name=response]", "The moon is a stone.");
    assertThat(page.locator("#saved[data-state=saved]")).isVisible();
    assertThat(watch.errors()).anyMatch(error -> error.contains("injected"));
    page.reload();
    assertThat(page.locator("textarea[name=response]")).hasValue("The moon is a stone.");
    page.evaluate("() => { window.fetch = () => { throw new TypeError('broken'); }; }");
    page.locator("textarea[name=response]").pressSequentially(" It shines.");
    assertThat(page.locator("#saved[data-state=offline]")).isVisible();
    page.locator("textarea[name=response]").pressSequentially(" Far away.");
    assertThat(page.locator("textarea[name=response]"))
        .hasValue("The moon is a stone. It shines. Far away.");
    assertThat(studio.count("label_draft WHERE item = ?", item)).isEqualTo(1);
    assertThat(watch.executions()).isEmpty();
    assertThat(watch.violations()).isEmpty();
  }
}
