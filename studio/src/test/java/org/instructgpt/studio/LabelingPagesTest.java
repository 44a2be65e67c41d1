package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.instructgpt.label.OutputSource;
import org.instructgpt.label.RoundsTest;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.web.Account.Role;
import org.instructgpt.web.Browser;
import org.instructgpt.web.RouteTable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class LabelingPagesTest {
  private static final String HOSTILE = "<script>alert(1)</script>\"'`${7*7} \u202e 你好 🚀";

  @Test
  void everyRouteIsRefusedToRolesWithoutAccess() {
    try (var site = new PagesSite(OutputSource.none())) {
      assertThat(RouteTable.ask(site.test))
          .allMatch(RouteTable.Answer::right)
          .hasSizeGreaterThan(100);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aTaskOfEachKindIsShownInBothLanguagesAndNothingInItIsMarkup(Kind kind) {
    try (var site = new PagesSite(OutputSource.none())) {
      site.prompt("prompt", HOSTILE);
      boolean asks = kind == Kind.DEMONSTRATE || kind == Kind.COMPARE || kind == Kind.TAG;
      Optional<String> prompt = asks ? Optional.of("prompt") : Optional.empty();
      String[] outputs =
          kind == Kind.COMPARE ? new String[] {HOSTILE, "", "c", "d"} : new String[0];
      site.task(kind, prompt, kind == Kind.USER_BASED ? HOSTILE : "", outputs);
      var browser = labeler(site);
      var next = browser.post("/tasks/next", Map.of());
      assertThat(next.statusCode()).isEqualTo(303);
      String path = next.headers().firstValue("Location").orElseThrow();

      var english = browser.get(path);
      assertThat(english.statusCode()).isEqualTo(200);
      assertThat(english.body())
          .contains("data-kind=\"" + kind.name().toLowerCase(Locale.ROOT) + "\"")
          .contains("Put yourself in the place")
          .doesNotContain("<script>alert")
          .doesNotContain("secret-model")
          .doesNotContainPattern(">\\s*label\\.[a-z]");
      if (kind != Kind.PLAIN && kind != Kind.FEW_SHOT) {
        assertThat(english.body()).contains("&lt;script&gt;alert(1)").contains("你好 🚀");
      }
      browser.post("/language", Map.of("language", "zh", "to", path));
      assertThat(browser.get(path).body()).contains("有用优先").doesNotContain("Helpful first");
    }
  }

  @Test
  void aTaskThatIsNotLeasedRedirectsToTheStartPage() {
    try (var site = new PagesSite(OutputSource.none())) {
      site.task(Kind.PLAIN, Optional.empty(), "");
      var lena = labeler(site);
      String path =
          lena.post("/tasks/next", Map.of()).headers().firstValue("Location").orElseThrow();
      var other = site.test.signedIn(site.test.person(Role.LABELER, "Li"));
      assertThat(other.get(path).headers().firstValue("Location")).hasValue("/tasks");
      assertThat(lena.get("/tasks").body()).contains("Your current task");
    }
  }

  @Test
  void allProblemsOfANewBatchAreReportedAtOnce() {
    try (var site = new PagesSite(OutputSource.none())) {
      var rosa = researcher(site);
      var answer =
          rosa.post(
              "/research/batches",
              Map.of("kind", "PLAIN", "mode", "SOMETIMES", "overlap", "0", "priority", "x"),
              "Accept",
              "application/json");
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body())
          .contains("SOMETIMES")
          .contains("at most 100 characters")
          .contains("from 1 to 50")
          .contains("from 0 to 1,000")
          .contains("count");
    }
  }

  @Test
  void aBatchIsOpenedAndHandedOut() {
    try (var site = new PagesSite(OutputSource.none())) {
      var rosa = researcher(site);
      Map<String, String> form = new HashMap<>();
      form.put("name", "Waiting list");
      form.put("kind", "USER_BASED");
      form.put("mode", "EVALUATION");
      form.put("overlap", "1");
      form.put("priority", "5");
      form.put("cases", "Sell flowers\n\n  Plan a journey  \n");
      assertThat(rosa.post("/research/batches", form).statusCode()).isEqualTo(303);
      assertThat(rosa.get("/research").body()).contains("Waiting list").contains("0 of 2");
      var lena = labeler(site);
      String path =
          lena.post("/tasks/next", Map.of()).headers().firstValue("Location").orElseThrow();
      assertThat(lena.get(path).body()).containsPattern("Sell flowers|Plan a journey");
    }
  }

  @Test
  void aRefusedBatchFormKeepsItsValues() {
    try (var site = new PagesSite(RoundsTest.COUNTING)) {
      var rosa = researcher(site);
      assertThat(rosa.get("/research/batches/new").body())
          .as("what a new form begins with can be sent")
          .containsPattern("name=\"models\" value=\"ppo\" checked");
      Map<String, String> form = new HashMap<>();
      form.put("name", "A long name that somebody thought of");
      form.put("kind", "USER_BASED");
      form.put("mode", "EVALUATION");
      form.put("overlap", "700");
      form.put("priority", "5");
      form.put("cases", "Sell flowers\nPlan a journey");
      var refused = rosa.post("/research/batches", form);
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body())
          .contains("from 1 to 50")
          .contains("A long name that somebody thought of")
          .contains("Sell flowers")
          .contains("value=\"700\"")
          .containsPattern("value=\"USER_BASED\" checked")
          .containsPattern("value=\"EVALUATION\" checked")
          .doesNotContainPattern("value=\"COMPARE\" checked");
    }
  }

  @Test
  void irreversibleActionsSayWhatTheyDoAndAskForConfirmation() {
    try (var site = new PagesSite(OutputSource.none())) {
      site.prompt("prompt", "Which?");
      site.task(Kind.DEMONSTRATE, Optional.of("prompt"), "");
      var lena = labeler(site);
      lena.post("/tasks/next", Map.of());
      var rosa = researcher(site);
      String research = rosa.get("/research").body();
      var link = Pattern.compile("href=\"(/research/batches/[^\"]*/close)\"").matcher(research);
      assertThat(link.find()).isTrue();
      assertThat(rosa.get(link.group(1)).body())
          .contains("8 of 9 annotations are still open")
          .contains("One labeler is working on one of its tasks")
          .contains("<form method=\"post\" action=\"" + link.group(1));
      assertThat(rosa.get("/research").body()).contains("/close");
      assertThat(rosa.get("/research/screening/required").body())
          .contains("One labeler of the training pool")
          .contains("one of them is working on a task")
          .contains("name=\"required\" value=\"yes\"");
    }
  }

  @Test
  void aRoundGeneratesOutputsAndShowsItsProgress() throws Exception {
    try (var site = new PagesSite(RoundsTest.COUNTING)) {
      site.prompt("one", "One?");
      var rosa = researcher(site);
      var answer =
          rosa.post(
              "/research/batches",
              Map.ofEntries(
                  Map.entry("name", "Round"),
                  Map.entry("kind", "COMPARE"),
                  Map.entry("mode", "TRAINING"),
                  Map.entry("overlap", "1"),
                  Map.entry("priority", "1"),
                  Map.entry("models", "ppo"),
                  Map.entry("k", "4"),
                  Map.entry("most", "10")));
      assertThat(answer.statusCode()).isEqualTo(303);
      String page = "";
      for (int tries = 0; tries < 100 && !page.contains("0 of 1"); tries++) {
        Thread.sleep(20);
        page = rosa.get("/research").body();
      }
      assertThat(page).contains("Round").contains("0 of 1");
    }
  }

  @Test
  void feedbackIsSearchedAPageAtATime() {
    try (var site = new PagesSite(OutputSource.none())) {
      for (int i = 0; i < FeedbackBrowser.PAGE + 1; i++) {
        site.prompt("p" + i, (i == 7 ? "100% of_it " : "Number ") + i);
      }
      var rosa = researcher(site);
      String first = rosa.get("/research/data").body();
      assertThat(first).contains("Number 50").contains("Number 1<").doesNotContain("Number 0<");
      assertThat(rosa.get("/research/data?before=2").body())
          .contains("Number 0<")
          .doesNotContain("Number 1<");
      assertThat(rosa.get("/research/data?q=100%25%20OF_it").body())
          .contains("100% of_it 7")
          .doesNotContain("Number");
      assertThat(rosa.get("/research/data?q=%25").body())
          .contains("100% of_it 7")
          .doesNotContain("Number");
      assertThat(rosa.get("/research/data?what=NONSENSE").statusCode()).isEqualTo(400);
      assertThat(rosa.get("/research/data/p7").body()).contains("100% of_it 7");
    }
  }

  @Test
  void aSurveyIsAnsweredOnceAndAnonymously() {
    try (var site = new PagesSite(OutputSource.none())) {
      var lena = labeler(site);
      assertThat(lena.get("/surveys/satisfaction").body()).contains("The pay was fair.");
      assertThat(lena.post("/surveys/satisfaction", Map.of("glad", "agree")).statusCode())
          .isEqualTo(303);
      assertThat(lena.get("/surveys/satisfaction").body())
          .contains("You have answered this survey");
      assertThat(lena.get("/surveys/nonsense").statusCode()).isEqualTo(404);
      assertThat(lena.post("/surveys/demographics", Map.of("age", "200")).statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void aResearchersDecisionNeedsAReason() {
    try (var site = new PagesSite(OutputSource.none())) {
      var lena = site.test.person(Role.LABELER, "Lena");
      var rosa = researcher(site);
      var form = Map.of("labeler", lena.id(), "verdict", "PAUSED", "reason", " ");
      assertThat(rosa.post("/research/screening/decide", form).statusCode()).isEqualTo(400);
      var reasoned = Map.of("labeler", lena.id(), "verdict", "PAUSED", "reason", "On leave");
      assertThat(rosa.post("/research/screening/decide", reasoned).statusCode()).isEqualTo(303);
      assertThat(rosa.get("/research/screening").body()).contains("On leave");
      assertThat(site.test.signedIn(lena).get("/tasks").body())
          .contains("no work for you at present");
      var stranger = Map.of("labeler", "nobody", "verdict", "PAUSED", "reason", "x");
      assertThat(rosa.post("/research/screening/decide", stranger).statusCode()).isEqualTo(404);
    }
  }

  private static Browser labeler(PagesSite site) {
    return site.test.signedIn(site.test.person(Role.LABELER, "Lena"));
  }

  private static Browser researcher(PagesSite site) {
    return site.test.signedIn(site.test.person(Role.RESEARCHER, "Rosa"));
  }
}
