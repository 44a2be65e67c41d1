package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Hundreds of texts that would be scripts if they were not escaped, as prompt, output, note and
/// name, on every page that shows them: nothing runs, nothing is loaded, nothing of the content
/// security policy is broken, and the text is there as it was written.
class HostileTextTest extends AtStudio {
  private static final int OUTPUTS = 9;

  /// How many must be found as they were written; a page may keep a few characters otherwise.
  private static final int MOST = 270;

  private static final List<String> PAYLOADS = Payloads.all();
  private static final ObjectMapper JSON = new ObjectMapper();

  private Visitor researcher;
  private Visitor labeler;
  private Visitor customer;
  private final Map<String, Set<String>> shown = new HashMap<>();
  private final List<String> noticed = new ArrayList<>();

  HostileTextTest() {
    super(HostileTextTest::seed, "--open");
  }

  @BeforeAll
  void open() {
    researcher = studio.person("researcher", "<b onclick=canary(1)>Rosa");
    labeler = studio.person("labeler", "<img src=x onerror=canary(1)>");
    customer = studio.person("customer", "\"><script>canary(1)</script>");
  }

  /// Every payload is a prompt, an output, a use case and the name of a batch.
  private static void seed(Seed seed) {
    for (int i = 0; i < PAYLOADS.size(); i++) {
      seed.prompt("p" + i, PAYLOADS.get(i));
    }
    for (int i = 0; i < PAYLOADS.size(); i += OUTPUTS) {
      var outputs = new ArrayList<>(PAYLOADS.subList(i, Math.min(i + OUTPUTS, PAYLOADS.size())));
      while (outputs.size() < 2) {
        outputs.add("something else");
      }
      seed.batch(PAYLOADS.get(i), Kind.COMPARE, i, List.of(Seed.compare("p" + i, outputs)));
    }
    for (int i = 0; i < PAYLOADS.size(); i++) {
      var note = new Item(Optional.empty(), List.of(), PAYLOADS.get(i));
      seed.batch(PAYLOADS.get(i), Kind.USER_BASED, 900, List.of(note));
    }
  }

  private static String plain(String text) {
    return text.replace('\0', '\uFFFD').replaceAll("\\s+", " ").strip();
  }

  /// Opens pages one after the other and notes what was seen and what happened.
  private void look(String place, Visitor visitor, List<String> paths) {
    look(place, visitor, eyes -> paths.forEach(eyes));
  }

  /// The same, with other things to do in between.
  private void look(String place, Visitor visitor, Consumer<Consumer<String>> walk) {
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var watch = Watch.over(context);
      var page = visitor.open(context);
      var seen = shown.computeIfAbsent(place, _ -> new HashSet<>());
      walk.accept(path -> {
        page.navigate(studio.url() + path);
        var text = plain(text(page));
        PAYLOADS.stream().filter(p -> text.contains(plain(p))).forEach(seen::add);
      });
      watch.executions().forEach(what -> noticed.add(place + ": " + what));
      watch.violations().forEach(what -> noticed.add(place + ": " + what));
    }
  }

  private static String text(Page page) {
    return (String)
        page.evaluate(
            "() => document.body.textContent + ' ' + [...document.querySelectorAll('input, textarea')]"
                + ".map(e => e.value).join(' ')");
  }

  private void hasShown(String place, int atLeast) {
    assertThat(noticed).as(place).isEmpty();
    assertThat(shown.get(place))
        .as("payloads seen as " + place)
        .hasSizeGreaterThanOrEqualTo(atLeast);
  }

  @Test
  void promptsAndBatchNamesOfResearchers() {
    var paths = new ArrayList<String>();
    var numbers = studio.rows("SELECT seq FROM prompt WHERE seq % 50 = 1 ORDER BY seq");
    numbers.forEach(row -> paths.add("/research/data?before=" + row.get("seq")));
    paths.add("/research/data");
    look("prompts", researcher, paths);
    hasShown("prompts", MOST);
    look("batch names", researcher, List.of("/research"));
    hasShown("batch names", MOST);
  }

  @Test
  void promptsOutputsAndNotesOfTasks() throws IOException {
    int tasks = (PAYLOADS.size() + OUTPUTS - 1) / OUTPUTS;
    look(
        "outputs",
        labeler,
        eyes -> {
          for (int i = 0; i < tasks; i++) {
            var task = Tour.task(labeler);
            eyes.accept("/tasks");
            eyes.accept("/tasks/" + task.get("item").asText());
            Tour.submit(labeler, task);
          }
        });
    hasShown("outputs", MOST);
    look("notes and drafts", labeler, eyes -> PAYLOADS.forEach(draft -> readAndSkip(draft, eyes)));
    hasShown("notes and drafts", MOST);
    var details = new ArrayList<String>();
    for (int i = 0; i < PAYLOADS.size(); i += OUTPUTS) {
      details.add("/research/data/p" + i);
    }
    details.add("/research/data?what=RANKINGS");
    details.add("/research/quality");
    look("outputs for researchers", researcher, details);
    hasShown("outputs for researchers", MOST);
  }

  /// A task whose use case is one of the texts, with another in the draft.
  private void readAndSkip(String draft, Consumer<String> eyes) {
    var path = "/api/tasks/" + Tour.task(labeler).get("item").asText();
    var fields = JSON.createObjectNode();
    fields.putArray("text").add(draft);
    var kept = JSON.createObjectNode().put("version", 1);
    kept.putObject("content").set("fields", fields);
    labeler.json("PUT", path + "/draft", kept.toString());
    eyes.accept(path.replace("/api", ""));
    labeler.json(
        "POST", path + "/skip", "{\"reason\":\"OTHER\",\"note\":\"<script>canary(1)</script>\"}");
  }

  @Test
  void reasonsOfDecisionsAndNamesOfTokens() {
    var id = studio.rows("SELECT id FROM labeler WHERE pool = 'training'").getFirst().get("id");
    look(
        "reasons",
        researcher,
        eyes -> {
          for (int i = 0; i < PAYLOADS.size(); i += 25) {
            var form = Map.of("labeler", "" + id, "verdict", "ADMITTED", "reason", PAYLOADS.get(i));
            researcher.post("/research/screening/decide", form);
            eyes.accept("/research/screening");
            customer.post("/account/tokens", Map.of("label", PAYLOADS.get(i)));
          }
        });
    look("tokens", customer, List.of("/account"));
    look("names", studio.admin(), List.of("/people", "/audit"));
    hasShown("reasons", 8);
    hasShown("tokens", 2);
  }

  @Test
  void promptsOfCustomersAreShownAsWritten() throws IOException {
    customer.post("/playground/notice", Map.of("version", "2026-11 PRETRAIN SFT", "accept", "yes"));
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var watch = Watch.over(context);
      var page = customer.open(context);
      page.navigate(studio.url() + "/playground");
      page.evaluate("() => { document.querySelector('#longest').value = 1; }");
      for (int i = 0; i < PAYLOADS.size(); i += 6) {
        page.fill("#prompt", PAYLOADS.get(i));
        page.press("#prompt", "Control+Enter");
        page.waitForSelector("#answers .answer:nth-child(2)[aria-busy=false]");
        page.waitForSelector("#send:not([hidden])");
        assertThat(plain(page.textContent("#asked"))).isEqualTo(plain(PAYLOADS.get(i)));
      }
      assertThat(watch.executions()).isEmpty();
      assertThat(watch.violations()).isEmpty();
    }
    look("history", customer, List.of("/playground/history", "/playground/history?page=1"));
    look("history", customer, List.of("/playground/history?page=2"));
    hasShown("history", PAYLOADS.size() / 6);
    reportTheAnswers();
  }

  /// Answers that hold the texts among Markdown, in the history, as feedback, and put on the
  /// playground's page by its script.
  @Test
  void answersOfModelsAreShownAsWrittenAndTheirMarkdownRunsNothing() throws IOException {
    var asker = studio.person("customer", "Hostile answers");
    Tour.agree(asker);
    var asked = "{\"prompt\":\"Say something.\",\"models\":[\"sft\"],\"longest\":1}";
    assertThat(asker.json("POST", "/api/ask", asked).statusCode()).isEqualTo(200);
    var turn =
        studio
            .rows(
                "SELECT t.id FROM serve_turn t JOIN web_account a ON a.id = t.account"
                    + " WHERE a.name = ?",
                asker.name())
            .getFirst()
            .get("id");
    asker.json("POST", "/playground/turns/" + turn + "/0/report", "{\"note\":\"Bad.\"}");
    for (int i = 0; i < PAYLOADS.size(); i += 30) {
      var texts = PAYLOADS.subList(i, Math.min(i + 30, PAYLOADS.size()));
      studio.write(
          "UPDATE serve_answer SET finish = 'COMPLETE', text = ? WHERE turn = ?",
          "*Here* [it](https://example.com) is:\n\n" + String.join("\n\n", texts),
          turn);
      look("answers", asker, List.of("/playground/history"));
      look("answers for researchers", researcher, List.of("/feedback"));
      putOnThePlayground(asker);
    }
    hasShown("answers", MOST);
    hasShown("answers for researchers", MOST);
  }

  /// The HTML of the answer in the history, as an event of the playground.
  private void putOnThePlayground(Visitor asker) throws IOException {
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var watch = Watch.over(context);
      var page = asker.open(context);
      page.navigate(studio.url() + "/playground/history");
      var html = JSON.writeValueAsString(page.locator(".answer-markdown").first().innerHTML());
      page.route(
          "**/playground/ask",
          route ->
              route.fulfill(
                  new Route.FulfillOptions()
                      .setContentType("text/event-stream")
                      .setBody(
                          """
                          event: turn
                          data: {"id":"t","models":["sft"],"seed":1}

                          event: text
                          data: {"place":0,"text":"x","tokens":1}

                          event: ended
                          data: {"place":0,"finish":"COMPLETE","tokens":1,"millis":1,"html":%s}

                          """
                              .formatted(html))));
      page.navigate(studio.url() + "/playground?model=sft");
      page.fill("#prompt", "Say something.");
      page.press("#prompt", "Control+Enter");
      page.waitForSelector("#answers .answer-markdown:visible em");
      page.waitForTimeout(50);
      watch.executions().forEach(what -> noticed.add("playground: " + what));
      watch.violations().forEach(what -> noticed.add("playground: " + what));
    }
  }

  /// What customers say of answers, as researchers read it.
  private void reportTheAnswers() throws IOException {
    var turns =
        studio.rows(
            "SELECT t.id FROM serve_turn t JOIN web_account a ON a.id = t.account WHERE a.name = ?",
            customer.name());
    var paths = new ArrayList<String>();
    for (int i = 0; i < turns.size(); i++) {
      var note =
          JSON.writeValueAsString(Map.of("note", PAYLOADS.get((i * 6 + 1) % PAYLOADS.size())));
      var path = "/playground/turns/" + turns.get(i).get("id") + "/0/report";
      assertThat(customer.json("POST", path, note).statusCode()).isEqualTo(200);
      paths.add("/feedback?page=" + i / 20);
    }
    look("feedback", researcher, paths.stream().distinct().toList());
    hasShown("feedback", PAYLOADS.size() / 4);
  }

  /// The watch sees what it is there for: the same texts as markup, without a policy.
  @Test
  void theSameTextsRunWhereTheyAreNotEscaped() {
    int ran = 0;
    for (var payload : PAYLOADS.subList(0, 60)) {
      try (var context = chrome.person(Chrome.Look.USUAL)) {
        var watch = Watch.over(context);
        var page = context.newPage();
        page.setContent("<!DOCTYPE html><body><main>" + payload + "</main></body>");
        page.waitForTimeout(20);
        ran += watch.executions().isEmpty() ? 0 : 1;
      }
    }
    assertThat(ran).as("of 60 payloads as markup").isGreaterThan(25);
  }
}
