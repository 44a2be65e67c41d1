package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.instructgpt.web.Route;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every page, light and dark, on a desktop and on a phone: nothing serious that axe finds, nothing
/// to scroll sideways, nothing in the console.
class AccessibilityTest extends AtStudio {
  /// Only what is wrong comes back: axe's own builder carries all that is right to Java as well,
  /// which takes twice the time. Axe cannot run in the sandboxed frame.
  private static final String GRAVE =
      """
      () => axe.run({exclude: [['iframe']]}, {iframes: false, resultTypes: ['violations']})
        .then(found => found.violations
          .filter(rule => ['serious', 'critical'].includes(rule.impact))
          .flatMap(rule => rule.nodes.map(node =>
            `${rule.impact} ${rule.id} at ${node.target} ${node.html}`)))\
      """;

  private static final String WIDER =
      """
      () => [...document.querySelectorAll('body *')].filter(e => {
          const box = e.getBoundingClientRect();
          return box.right > innerWidth + 1 && !e.closest('.scroll, [hidden], .hidden, dialog');
        }).slice(0, 3).map(e => e.tagName + '.' + e.className + ' to ' + Math.round(e.getBoundingClientRect().right))\
      """;

  private List<Tour.Stop> stops;

  AccessibilityTest() {
    super(Tour::seed, "--open");
  }

  @BeforeAll
  void open() {
    stops = Tour.of(studio);
  }

  static List<Chrome.Look> looks() {
    return List.of(
        new Chrome.Look("en-US", 1280, ColorScheme.LIGHT),
        new Chrome.Look("en-US", 1280, ColorScheme.DARK),
        new Chrome.Look("en-US", 360, ColorScheme.LIGHT),
        new Chrome.Look("zh-CN", 360, ColorScheme.DARK));
  }

  @Test
  void theTourVisitsEveryPage() throws IOException {
    var pages = RouteTable.pages().stream().map(Route::path).collect(Collectors.toSet());
    var seen = stops.stream().map(Tour.Stop::route).collect(Collectors.toSet());
    assertThat(seen).containsAll(pages);
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everyPageIsAccessible(Chrome.Look look) {
    var wrong = new ArrayList<String>();
    var walks = stops.stream().collect(Collectors.groupingBy(Tour.Stop::visitor));
    walks.forEach((visitor, walk) -> {
      try (var context = chrome.person(look)) {
        var watch = Watch.over(context);
        var page = visitor.map(who -> who.open(context)).orElseGet(context::newPage);
        for (var stop : walk) {
          page.navigate(studio.url() + stop.path());
          look(page).forEach(fault -> wrong.add(stop + ": " + fault));
          var noticed = watch.take();
          if (!stop.route().equals("*")) {
            noticed.forEach(error -> wrong.add(stop + ": " + error));
          }
        }
      }
    });
    assertThat(wrong).isEmpty();
  }

  /// What is wrong with the page that is open.
  static List<String> look(Page page) {
    var wrong = new ArrayList<String>();
    page.evaluate(AxeBuilder.getAxeScript());
    ((List<?>) page.evaluate(GRAVE)).forEach(fault -> wrong.add((String) fault));
    if ((Boolean) page.evaluate("() => document.documentElement.scrollWidth > innerWidth")) {
      wrong.add("is wider than the window: " + page.evaluate(WIDER));
    }
    Watch.doubledIds(page).forEach(id -> wrong.add("two elements with the id " + id));
    return wrong;
  }
}
