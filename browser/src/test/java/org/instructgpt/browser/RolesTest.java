package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The navigation of each role: every link of it opens, and the pages of other roles are refused.
class RolesTest extends AtStudio {
  private static final Map<String, Set<String>> MENUS =
      Map.of(
          "customer", Set.of("/playground", "/arena"),
          "labeler", Set.of("/tasks", "/instructions", "/playground", "/arena"),
          "researcher",
              Set.of(
                  "/research",
                  "/research/quality",
                  "/research/screening",
                  "/research/data",
                  "/tasks",
                  "/instructions",
                  "/playground",
                  "/arena",
                  "/feedback",
                  "/models",
                  "/reports"),
          "admin",
              Set.of(
                  "/research",
                  "/research/quality",
                  "/research/screening",
                  "/research/data",
                  "/playground",
                  "/arena",
                  "/feedback",
                  "/models",
                  "/reports",
                  "/people",
                  "/audit"));

  private final Map<String, Visitor> people = new HashMap<>();

  RolesTest() {
    super(Tour::seed);
  }

  @BeforeAll
  void open() {
    people.put("admin", studio.admin());
    for (var kind : List.of("customer", "labeler", "researcher")) {
      people.put(kind, studio.person(kind, "Somebody " + kind));
    }
  }

  @Test
  void eachRoleSeesItsOwnPagesOnly() {
    var all = new TreeSet<String>();
    MENUS.values().forEach(all::addAll);
    MENUS.forEach((role, menu) -> {
      try (var context = chrome.person(Chrome.Look.USUAL)) {
        var page = people.get(role).open(context);
        page.navigate(studio.url() + "/account");
        var links = new TreeSet<String>();
        page.locator("header nav a").all().forEach(link -> links.add(link.getAttribute("href")));
        assertThat(links).as("links of %s", role).isEqualTo(menu);
        for (var path : all) {
          var answer = page.navigate(studio.url() + path);
          int expected = menu.contains(path) ? 200 : 403;
          assertThat(answer.status()).as("%s at %s", role, path).isEqualTo(expected);
          if (expected == 403) {
            assertThat(page.locator("table, form[action^='/research'], .rows").count())
                .as("anything of %s for %s", path, role)
                .isZero();
          }
        }
      }
    });
  }

  @Test
  void anonymousVisitorsAreSentToSignIn() {
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var page = context.newPage();
      for (var path : MENUS.get("researcher")) {
        page.navigate(studio.url() + path);
        assertThat(page.url()).contains("/sign-in?to=");
      }
    }
  }

  @Test
  void aLabelerIsNotToldWhichModelWroteWhat() {
    var labeler = studio.person("labeler", "Lena");
    var task = Tour.task(labeler);
    assertThat(task.get("kind").asText()).isEqualTo("compare");
    assertThat(task.toString()).doesNotContain("sft", "\"model\"");
    assertThat(labeler.get("/tasks/" + task.get("item").asText()).body())
        .doesNotContain("sft", ">base<");
  }

  @Test
  void aLabelersTaskIsHiddenFromOthers() {
    var one = studio.person("labeler", "One");
    var other = studio.person("labeler", "Other");
    var item = Tour.task(one).get("item").asText();
    var answer =
        other.json("PUT", "/api/tasks/" + item + "/draft", "{\"version\":1,\"content\":{}}");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(other.get("/tasks/" + item).statusCode()).isEqualTo(303);
  }
}
