package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.instructgpt.web.Route;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every page, light and dark, on a desktop and on a phone: nothing serious that axe finds, nothing
/// to scroll sideways, nothing in the console.
class AccessibilityTest extends AtStudio {
  private static final Set<String> GRAVE = Set.of("serious", "critical");
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
    for (var stop : stops) {
      try (var context = chrome.person(look)) {
        var watch = Watch.over(context);
        var page = stop.visitor().map(who -> who.open(context)).orElseGet(context::newPage);
        page.navigate(studio.url() + stop.path());
        look(page).forEach(fault -> wrong.add(stop + ": " + fault));
        watch.all().stream()
            .filter(error -> stop.route().equals("*") == false)
            .forEach(error -> wrong.add(stop + ": " + error));
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static List<String> look(Page page) {
    var wrong = new ArrayList<String>();
    // Axe cannot run in the sandboxed frame.
    var found = new AxeBuilder(page).exclude("iframe").analyze().getViolations();
    for (var rule : found) {
      if (GRAVE.contains(rule.getImpact())) {
        rule.getNodes()
            .forEach(node ->
                wrong.add(
                    rule.getImpact()
                        + " "
                        + rule.getId()
                        + " at "
                        + node.getTarget()
                        + " "
                        + node.getHtml()));
      }
    }
    if ((Boolean) page.evaluate("() => document.documentElement.scrollWidth > innerWidth")) {
      wrong.add("is wider than the window: " + page.evaluate(WIDER));
    }
    Watch.doubledIds(page).forEach(id -> wrong.add("two elements with the id " + id));
    return wrong;
  }
}
