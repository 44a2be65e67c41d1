package org.instructgpt.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.label.TaskBatch.Kind;
import org.junit.jupiter.api.Test;

/// A labeler with a phone: touches are sent over Chromium's own debugging protocol, since
/// Playwright's can only tap.
class TouchTest {
  private static final int K = 5;

  /// Longer than a finger must rest before it drags, in milliseconds.
  private static final double REST = 150;

  @Test
  void outputsAreRatedByTapsAndRankedByAFinger() throws IOException {
    var texts = IntStream.range(0, K).mapToObj(i -> "Number " + i).toList();
    try (var chrome = Chrome.open();
        var studio =
            Studio.start(seed -> {
              seed.prompt("moon", "Explain the moon.");
              seed.batch("Moons", Kind.COMPARE, 1, List.of(Seed.compare("moon", texts)));
            });
        var context = chrome.person(new Chrome.Look("en-US", 360, ColorScheme.LIGHT))) {
      var page = studio.person("labeler", "Lena").open(context);
      page.navigate(studio.url() + "/tasks");
      page.locator("section.next .primary").tap();
      page.waitForSelector("html.ready");
      for (int i = 0; i < K; i++) {
        page.locator("[data-step]:not([hidden]) label:has(input[type=radio][value='4'])").tap();
        page.locator("[data-step]:not([hidden]) .ends button.primary").tap();
      }
      assertThat(page.locator("section.board")).isVisible();
      var finger = context.newCDPSession(page);
      int[] rungs = {1, 2, 2, 3, 1};
      for (int i = 0; i < K; i++) {
        drag(page, finger, page.locator("[data-card='" + i + "']"), rungs[i]);
        assertThat(page.inputValue("select[name=rank-" + i + "]"))
            .as("row of card %d", i)
            .isEqualTo(String.valueOf(rungs[i]));
      }
      page.locator("[data-submit]").tap();
      page.waitForURL(url -> url.endsWith("/tasks"));
      assertThat(studio.count("ranking WHERE prompt_id = 'moon'")).isEqualTo(1);
    }
  }

  private static void drag(Page page, CDPSession finger, Locator card, int rung) {
    var goal = page.locator("[data-rows] [data-rung='" + rung + "']");
    var grip = card.locator("[data-grip]");
    grip.evaluate("grip => grip.scrollIntoView({ block: 'start' })");
    var from = grip.boundingBox();
    touch(finger, "touchStart", from.x + from.width / 2, from.y + from.height / 2);
    page.waitForTimeout(REST);
    double x = from.x + from.width / 2;
    double y = from.y + from.height / 2;
    for (int look = 0; look < 15; look++) { // the board makes room while one moves over it
      var to = goal.boundingBox();
      double nextX = to.x + to.width / 2;
      double nextY = to.y + to.height / 2;
      if (Math.abs(nextX - x) < 2 && Math.abs(nextY - y) < 2) {
        break;
      }
      for (int step = 1; step <= 8; step++) {
        touch(finger, "touchMove", x + (nextX - x) * step / 8, y + (nextY - y) * step / 8);
      }
      x = nextX;
      y = nextY;
      page.waitForTimeout(REST);
    }
    touch(finger, "touchEnd", x, y);
  }

  private static void touch(CDPSession finger, String what, double x, double y) {
    var points = new JsonArray();
    if (!what.equals("touchEnd")) {
      var point = new JsonObject();
      point.addProperty("x", x);
      point.addProperty("y", y);
      points.add(point);
    }
    var event = new JsonObject();
    event.addProperty("type", what);
    event.add("touchPoints", points);
    finger.send("Input.dispatchTouchEvent", event);
  }
}
