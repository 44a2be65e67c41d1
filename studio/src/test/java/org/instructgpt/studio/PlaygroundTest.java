package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instructgpt.studio.TestPlayground.ask;
import static org.instructgpt.studio.TestPlayground.events;
import static org.instructgpt.studio.TestPlayground.post;
import static org.instructgpt.studio.TestPlayground.question;
import static org.instructgpt.studio.TestPlayground.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.instructgpt.collect.Intake;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Prompt;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.web.Account;
import org.instructgpt.web.Account.Role;
import org.instructgpt.web.Browser;
import org.instructgpt.web.RouteTable;
import org.instructgpt.web.TestSite;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PlaygroundTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ASKED = "How much is the <b>lamp</b>? 灯多少钱？ 🐸";

  @TempDir private Path workspace;
  private TestPlayground playground;
  private TestSite site;

  @BeforeEach
  void open() throws IOException {
    playground = TestPlayground.start(workspace);
    site = playground.site();
  }

  @AfterEach
  void close() {
    playground.close();
  }

  private Account customer(String name) {
    return site.person(Role.CUSTOMER, name);
  }

  private Browser agreed(Account account) {
    return TestPlayground.agreed(site, account);
  }

  private List<Prompt> prompts() {
    return site.store().prompts(Filter.ALL);
  }

  @Test
  void nothingIsStoredOrAnsweredBeforeTheNoticeIsAccepted() {
    var browser = site.signedIn(customer("Ada"));
    assertThat(browser.get("/playground").headers().firstValue("Location"))
        .contains("/playground/notice");
    browser.get("/playground/notice");
    var answer = ask(browser, question(ASKED, "sft"));
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("accept the notice");
    assertThat(
            browser
                .post("/playground/notice", Map.of("version", "2026-11 PRETRAIN SFT"))
                .statusCode())
        .isEqualTo(400);
    assertThat(
            browser
                .post("/playground/notice", Map.of("version", "2020", "accept", "yes"))
                .statusCode())
        .isEqualTo(409);
    assertThat(prompts()).isEmpty();
  }

  @Test
  void whatIsAskedIsAnsweredBySeveralModelsAndKeptWithConsent() throws IOException {
    var account = customer("Ada");
    var browser = agreed(account);
    var events = events(ask(browser, question(ASKED, "base", "sft")));
    assertThat(events.getFirst().name()).isEqualTo("turn");
    assertThat(events.getLast().name()).isEqualTo("done");
    assertThat(events.stream().filter(event -> event.name().equals("ended"))).hasSize(2);
    assertThat(prompts())
        .singleElement()
        .satisfies(prompt -> {
          assertThat(prompt.text()).isEqualTo(ASKED);
          assertThat(prompt.source()).isEqualTo(Prompt.Source.CUSTOMER);
          assertThat(prompt.user()).contains(account.id());
        });
    var history = PlaygroundHistory.open(site.store());
    var turn = history.turns(account.id(), 10, 0).getFirst();
    assertThat(turn.id()).isEqualTo(events.getFirst().data().path("id").asText());
    assertThat(turn.settings()).isEqualTo(new GenerationSettings(12, 0.7, 0.95, List.of(), 7));
    for (int place = 0; place < 2; place++) {
      assertThat(turn.answers().get(place).text()).isEqualTo(text(events, place));
      assertThat(turn.answers().get(place).finish()).isPresent();
    }
    var page = browser.get("/playground/history").body();
    assertThat(page).contains("&lt;b&gt;lamp&lt;/b&gt;? 灯多少钱？ 🐸").doesNotContain("<b>lamp");
    assertThat(browser.get("/playground?again=" + turn.id()).body()).contains("灯多少钱");
  }

  @Test
  void theNoticeComesAgainWhenAnotherKindOfModelJoins() throws IOException {
    var browser = agreed(customer("Ada"));
    assertThat(browser.get("/playground").statusCode()).isEqualTo(200);
    playground.model("sft-2", "sft");
    assertThat(browser.get("/playground").statusCode()).isEqualTo(200);
    playground.model("ppo", "ppo");
    assertThat(browser.get("/playground").statusCode()).isEqualTo(303);
    assertThat(ask(browser, question("Hi", "sft")).statusCode()).isEqualTo(403);
  }

  @Test
  void allProblemsOfARequestAreReportedAtOnceAndNothingIsStored() {
    var browser = agreed(customer("Ada"));
    browser.get("/playground");
    var answer =
        ask(
            browser,
            """
            {"prompt": " ", "models": ["sft", "sft"], "longest": 0, "temperature": 3, "topP": 0,
             "stops": [""], "seed": -1}\
            """);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .contains("Write a prompt first", "one to four different", "2,048", "0 to 2", "Top p")
        .contains("stop texts", "seed is a whole number");
    for (var bad :
        List.of(
            question("Hi", "nobody"),
            question("Hi", "../models/sft"),
            question("Hi"),
            question("Hi", "a", "b", "c", "d", "e"),
            question("x".repeat(20_001), "sft"),
            "{\"prompt\": \"Hi\", \"models\": [\"sft\"], \"more\": 1}",
            "{\"prompt\": 1, \"models\": [\"sft\"]}",
            "{\"prompt\": \"Hi\"}",
            "[]",
            "")) {
      assertThat(ask(browser, bad).statusCode()).as(bad).isEqualTo(400);
    }
    assertThat(prompts()).isEmpty();
  }

  @Test
  void aThumbAndAReportAreStoredForOnesOwnAnswersOnly() throws IOException {
    var account = customer("Ada");
    var browser = agreed(account);
    var id = events(ask(browser, question("Hi", "sft"))).getFirst().data().path("id").asText();
    var path = "/playground/turns/" + id + "/0/";
    assertThat(post(browser, path + "verdict", "{\"verdict\": -1}")).isEqualTo(200);
    assertThat(post(browser, path + "verdict", "{\"verdict\": 2}")).isEqualTo(400);
    assertThat(post(browser, path + "report", "{\"note\": \"<script>\"}")).isEqualTo(200);
    assertThat(post(browser, path + "report", "{\"note\": \" \"}")).isEqualTo(400);
    assertThat(post(browser, path.replace("/0/", "/1/") + "verdict", "{\"verdict\": 1}"))
        .isEqualTo(404);
    var other = agreed(customer("Bob"));
    other.get("/playground");
    assertThat(post(other, path + "verdict", "{\"verdict\": 1}")).isEqualTo(404);
    assertThat(other.get("/playground/history").body()).doesNotContain(id);
    var answer =
        PlaygroundHistory.open(site.store()).turns(account.id(), 1, 0).getFirst().answers();
    assertThat(answer.getFirst().verdict()).hasValue(-1);
    assertThat(answer.getFirst().report()).contains("<script>");
    var rita = site.signedIn(site.person(Role.RESEARCHER, "Rita"));
    assertThat(rita.get("/feedback").body())
        .contains("&lt;script&gt;", answer.getFirst().text())
        .doesNotContain("<script>");
    assertThat(rita.get("/feedback?page=1").body()).doesNotContain("&lt;script&gt;");
    assertThat(browser.get("/feedback").statusCode()).isEqualTo(403);
    assertThat(PlaygroundHistory.open(site.store()).byModel())
        .contains(new PlaygroundHistory.ModelFeedback(answer.getFirst().model(), 1, 0, 1, 1));
  }

  @Test
  void aPromptIsDeletedWithItsAnswersByItsAuthorOnly() throws IOException {
    var account = customer("Ada");
    var browser = agreed(account);
    var id = events(ask(browser, question("first", "sft"))).getFirst().data().path("id").asText();
    events(ask(browser, question("second", "sft")));
    var other = agreed(customer("Bob"));
    assertThat(other.post("/playground/history/" + id + "/delete", Map.of()).statusCode())
        .isEqualTo(404);
    assertThat(browser.post("/playground/history/" + id + "/delete", Map.of()).statusCode())
        .isEqualTo(303);
    assertThat(prompts().stream().map(Prompt::text)).containsExactly("second");
    assertThat(browser.get("/playground/history").body())
        .contains("second")
        .doesNotContain(">first<");
    assertThat(browser.post("/playground/history/delete", Map.of()).statusCode()).isEqualTo(303);
    assertThat(prompts()).isEmpty();
    assertThat(PlaygroundHistory.open(site.store()).count(account.id())).isZero();
  }

  @Test
  void onesOwnPromptsCanBeDownloaded() throws IOException {
    var browser = agreed(customer("Ada"));
    for (int i = 0; i < 21; i++) {
      events(ask(browser, question("prompt " + i, "sft")));
      site.pass(Duration.ofSeconds(1));
    }
    var lines = browser.get("/playground/history/mine.jsonl").body().lines().toList();
    assertThat(lines).hasSize(21);
    var newest = JSON.readTree(lines.getFirst());
    assertThat(newest.path("prompt").asText()).isEqualTo("prompt 20");
    assertThat(newest.path("answers").path(0).path("model").asText()).isEqualTo("sft");
    assertThat(browser.get("/playground/history").body()).contains("rel=\"next\"");
    assertThat(browser.get("/playground/history?page=1").body()).contains("prompt 0<");
  }

  @Test
  void anAnswerIsRewrittenShownDownloadedAndForgotten() throws IOException {
    var browser = agreed(customer("Ada"));
    var id = events(ask(browser, question("first", "sft"))).getFirst().data().path("id").asText();
    var path = "/playground/turns/" + id + "/0/rewrite";
    var better = "{\"text\": \"Better <b>words</b>.\"}";
    assertThat(post(browser, path, better)).isEqualTo(200);
    assertThat(post(browser, path, "{\"text\": \" \"}")).isEqualTo(400);
    var other = agreed(customer("Bob"));
    assertThat(post(other, path, better)).isEqualTo(404);
    assertThat(other.post(path + "/delete", Map.of()).statusCode()).isEqualTo(404);
    assertThat(browser.get("/playground/history").body()).contains("Better &lt;b&gt;words");
    assertThat(browser.get("/playground/history/mine.jsonl").body())
        .contains("\"better\":\"Better <b>words</b>.\"");
    assertThat(browser.get("/playground/history/delete").body())
        .contains("one better answer or vote");
    assertThat(browser.post(path + "/delete", Map.of()).statusCode()).isEqualTo(303);
    assertThat(browser.get("/playground/history").body()).doesNotContain("Better &lt;b&gt;words");
  }

  @Test
  void erasingACustomerLeavesNothing() throws IOException {
    var account = customer("Ada");
    var browser = agreed(account);
    events(ask(browser, question("first", "base", "sft")));
    var history = PlaygroundHistory.open(site.store());
    var intake = new Intake(site.store(), new SecureRandom());
    var erased = site.store().erase(Set.of(account.id()), Set.of(), List.of(history, intake));
    assertThat(erased.others()).isEqualTo(5); // turn, two answers, consent, and its link
    assertThat(history.count(account.id())).isZero();
  }

  @Test
  void modelsAndReportsAreForResearchersAndAreEscaped() throws IOException {
    Files.writeString(
        workspace.resolve("reports/report.html"), "<script>alert(1)</script><p>Hello</p>");
    Files.writeString(workspace.resolve("reports/numbers.json"), "[{\"<i>name\": \"<b>\"}]");
    Files.writeString(workspace.resolve("reports/broken.json"), "{");
    var rita = site.signedIn(site.person(Role.RESEARCHER, "Rita"));
    assertThat(rita.get("/models").body()).contains("sft", "base");
    assertThat(rita.get("/models/sft").body()).contains("Supervised");
    assertThat(rita.get("/models/nobody").statusCode()).isEqualTo(404);
    assertThat(rita.get("/reports").body()).contains("/reports/report.html");
    assertThat(rita.get("/reports/report.html").body())
        .contains("sandbox=\"\"")
        .doesNotContain("alert(1)");
    var document = rita.get("/reports/report.html/document");
    assertThat(document.body()).contains("<p>Hello</p>");
    assertThat(document.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("sandbox")
        .doesNotContain("script-src 'unsafe");
    assertThat(rita.get("/reports/numbers.json").body()).contains("&lt;b&gt;", "&lt;i&gt;name");
    assertThat(rita.get("/reports/broken.json").statusCode()).isEqualTo(200);
    assertThat(rita.get("/reports/numbers.json/document").statusCode()).isEqualTo(404);
    assertThat(rita.get("/reports/..%2Ffeedback.db").statusCode()).isIn(400, 404);
  }

  @Test
  void anAnswerThatFillsTheContextIsStored() throws IOException {
    var account = customer("Ada");
    var browser = agreed(account);
    browser.get("/playground");
    var json =
        JSON.createObjectNode().put("prompt", "Hi").put("longest", 2048).put("temperature", 2);
    json.putArray("models").add("sft");
    var events = events(ask(browser, json.toString()));
    assertThat(events.getLast().name()).isEqualTo("done");
    var answers =
        PlaygroundHistory.open(site.store()).turns(account.id(), 1, 0).getFirst().answers();
    assertThat(answers.getFirst().finish()).isNotEqualTo(Optional.empty());
  }

  @Test
  void everyRouteIsRefusedToRolesWithoutAccess() {
    assertThat(RouteTable.ask(site)).allMatch(RouteTable.Answer::right);
  }
}
