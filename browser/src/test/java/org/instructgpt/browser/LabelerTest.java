package org.instructgpt.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Mouse;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Labeler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// A labeler's first tasks, in order: invited, screened, a demonstration through an outage, seven
/// outputs ranked by mouse and by keyboard, with failures on the way.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LabelerTest extends AtStudio {
  private static final int K = 7;

  /// Longer than the board moves by itself, in milliseconds.
  private static final double SETTLED = 200;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> MOON =
      List.of(
          "Two people flew to the moon in a rocket. They walked on it and jumped very high!",
          "People went to the moon and came home again.",
          "Explain gravity to a 6 year old.",
          "A long time ago brave explorers built a giant rocket. 🚀 月亮很远。",
          "Moon landing moon landing moon landing.",
          "",
          "In 1972 a man called Louis flew to the moon with his dog.");

  private Visitor researcher;
  private BrowserContext context;
  private Watch watch;
  private Page page;

  LabelerTest() {
    super(LabelerTest::seed);
  }

  @BeforeAll
  void open() {
    researcher = studio.person("researcher", "Rosa");
    context = chrome.person(Chrome.Look.USUAL);
    watch = Watch.over(context);
  }

  private static void seed(Seed seed) {
    for (var id : List.of("moon", "sun", "stars", "rain", "hurt", "snow", "tea")) {
      seed.prompt(id, "Explain the " + id + " to a 6 year old in a few sentences.");
    }
    var yardstick = IntStream.range(0, 4).mapToObj(i -> "An answer that is number " + i).toList();
    seed.batch(
        "Yardstick",
        Kind.COMPARE,
        0,
        Optional.of(Labeler.Pool.RESEARCHER),
        List.of(Seed.compare("stars", yardstick), Seed.compare("rain", yardstick)));
    seed.batch("Answer", Kind.DEMONSTRATE, 1, List.of(Seed.about("tea")));
    seed.batch("By hand", Kind.COMPARE, 2, List.of(Seed.compare("moon", MOON)));
    seed.batch("By keyboard", Kind.COMPARE, 3, List.of(Seed.compare("sun", MOON)));
    seed.batch("Twice", Kind.DEMONSTRATE, 4, List.of(Seed.about("snow")));
  }

  private Page at(String path) {
    page.navigate(studio.url() + path);
    return page;
  }

  /// Takes the next task with the page's button.
  private void take() {
    at("/tasks");
    page.click("section.next .primary");
    page.waitForURL("**/tasks/*-*");
    page.waitForSelector("html.ready");
  }

  /// Rates and ranks the gold tasks that come at random between the tasks of the batches, until the
  /// page shows the task of a prompt.
  private void until(String prompt) {
    while (studio.count("label_item WHERE id = ? AND prompt = ?", item(), prompt) == 0) {
      var item = item();
      int outputs = Integer.parseInt(page.getAttribute("form.work", "data-outputs"));
      for (int i = 0; i < outputs; i++) {
        rate(i, 7 - i);
      }
      page.click("[data-do=marks]");
      page.click("[data-submit]");
      page.waitForURL(url -> !url.endsWith(item));
      assertThat(studio.count("label_annotation WHERE item = ? AND gold_of > 0", item))
          .isEqualTo(1);
      take();
    }
  }

  private String item() {
    return page.getAttribute("form.work", "data-item");
  }

  private int annotations(String item) {
    return studio.count("label_annotation WHERE item = ?", item);
  }

  private JsonNode work(String item) throws IOException {
    var row = studio.rows("SELECT work FROM label_annotation WHERE item = ?", item).getFirst();
    return JSON.readTree((String) row.get("work"));
  }

  @Test
  @Order(1)
  void isInvitedScreenedAndAdmittedByAResearcher() throws IOException {
    makeGoldAnswers();
    researcher.post("/research/screening/prompts", Map.of("prompts", "hurt"));
    researcher.post("/research/screening/required", Map.of("required", "yes"));
    page = context.newPage();
    page.navigate(studio.invitation("labeler"));
    page.fill("#name", "Lena 李");
    page.fill("#password", Studio.PASSWORD);
    page.fill("#again", Studio.PASSWORD);
    page.click("main button.primary");
    page.waitForURL("**/tasks");
    assertThat(page.locator("form[action='/tasks/next']")).hasCount(0);
    page.click("a[href='/screening']");
    int questions = quiz();
    assertThat(questions).as("questions of the screening").isGreaterThanOrEqualTo(6);
    assertThat(studio.count("label_quiz_answer")).isEqualTo(questions);
    at("/tasks");
    assertThat(page.locator("form[action='/tasks/next']")).hasCount(0);
    admit();
    at("/tasks");
    assertThat(page.locator("form[action='/tasks/next'] button")).isVisible();
  }

  /// A researcher's work is the standard of the screening: the second output is harmful.
  private void makeGoldAnswers() throws IOException {
    for (int i = 0; i < 2; i++) {
      var task = JSON.readTree(researcher.json("POST", "/api/tasks/next", "{}").body()).get("task");
      var outputs = new ArrayList<String>();
      for (int j = 0; j < 4; j++) {
        boolean hurts = task.get("outputs").get(j).asText().endsWith("1");
        outputs.add(
            "{\"quality\":4,\"flags\":["
                + (hurts ? "\"VIOLENT_CONTENT\"" : "")
                + "],\"note\":\"\"}");
      }
      var answer =
          researcher.json(
              "POST",
              "/api/tasks/" + task.get("item").asText() + "/submit",
              "{\"submission\":\"%s\",\"token\":\"%s\",\"started\":\"%s\",\"activeMillis\":1,\"work\":{\"type\":\"compared\",\"outputs\":%s,\"ranks\":[1,2,3,4]}}"
                  .formatted(
                      java.util.UUID.randomUUID(),
                      task.get("token").asText(),
                      java.time.Instant.now(),
                      outputs));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
    var batch = studio.rows("SELECT id FROM label_batch WHERE name = 'Yardstick'").getFirst();
    researcher.post("/research/batches/" + batch.get("id") + "/gold", Map.of());
    assertThat(studio.count("label_item WHERE gold IS NOT NULL")).isEqualTo(2);
  }

  /// Answers whatever is asked, to the end.
  private int quiz() {
    for (int answered = 0; ; answered++) {
      if (page.locator("form[action='/screening']").count() == 0) {
        return answered;
      }
      switch (page.getAttribute("input[name=kind]", "value")) {
        case "topics" -> page.check("input[value=HEALTH]");
        case "demonstration" -> page.fill("#text", "Nobody may hurt you. Tell somebody you trust.");
        default -> {}
      }
      boolean hurts = page.textContent("main").contains("number 1");
      var buttons = page.locator("form[action='/screening'] button");
      buttons.nth(buttons.count() == 2 && !hurts ? 1 : 0).click();
      page.waitForLoadState();
    }
  }

  private void admit() {
    try (var office = chrome.person(Chrome.Look.USUAL)) {
      var screening = researcher.open(office);
      screening.navigate(studio.url() + "/research/screening");
      screening.locator("form[action='/research/screening/grade'] button[value='7']").click();
      screening
          .locator("details summary")
          .filter(new Locator.FilterOptions().setHasText("Decide"))
          .first()
          .click();
      screening.locator("textarea[name=reason]").first().fill("Reads with care 👍");
      screening.locator("button[value=ADMITTED]").first().click();
      screening.waitForLoadState();
      assertThat(screening.locator("main")).containsText("Reads with care 👍");
    }
  }

  @Test
  @Order(2)
  void demonstratesLosesTheLineGoesOnAndFindsTheDraft() {
    take();
    var item = item();
    page.fill("textarea[name=response]", "Tea is");
    assertThat(page.locator("#saved[data-state=saved]")).isVisible();
    context.setOffline(true);
    page.locator("textarea[name=response]").pressSequentially(" warm water");
    assertThat(page.locator("#saved[data-state=offline]")).isVisible();
    page.locator("textarea[name=response]").pressSequentially(" with leaves 🍵");
    context.setOffline(false);
    assertThat(page.locator("#saved[data-state=saved]")).isVisible();
    try (var elsewhere = chrome.person(Chrome.Look.USUAL)) {
      elsewhere.addCookies(
          context.cookies().stream()
              .map(c ->
                  new com.microsoft.playwright.options.Cookie(c.name, c.value).setUrl(studio.url()))
              .toList());
      var other = elsewhere.newPage();
      other.navigate(studio.url() + "/tasks");
      other.click("a[href^='/tasks/']");
      assertThat(other.locator("textarea[name=response]"))
          .hasValue("Tea is warm water with leaves 🍵");
    }
    page.press("textarea[name=response]", "Control+Enter");
    page.waitForURL(url -> !url.endsWith(item));
    assertThat(annotations(item)).isEqualTo(1);
    assertThat(
            studio.count(
                "demonstration WHERE prompt_id = 'tea' AND response = ?",
                "Tea is warm water with leaves 🍵"))
        .isEqualTo(1);
    assertThat(studio.count("label_draft WHERE item = ?", item)).isZero();
  }

  private void rate(int output, int quality) {
    page.locator("[data-step]:not([hidden]) input[type=radio][value='" + quality + "']").check();
    if (output == 2) {
      page.locator("[data-step]:not([hidden]) input[type=checkbox]").first().check();
    }
    page.locator("[data-step]:not([hidden]) .ends button.primary").click();
  }

  /// Moves a card with the mouse to the middle of something, in small steps.
  private void drag(Locator card, Locator goal) {
    var grip = card.locator("[data-grip]");
    grip.scrollIntoViewIfNeeded();
    var from = grip.boundingBox();
    page.mouse().move(from.x + 12, from.y + from.height / 2);
    page.mouse().down();
    page.mouse().move(from.x + 20, from.y + from.height / 2 + 12);
    double x = 0;
    double y = 0;
    for (int look = 0; look < 15; look++) { // the board makes room while one moves over it
      var to = goal.boundingBox();
      if (Math.abs(to.x + to.width / 2 - x) < 2 && Math.abs(to.y + to.height / 2 - y) < 2) {
        break;
      }
      x = to.x + to.width / 2;
      y = to.y + to.height / 2;
      page.mouse().move(x, y, new Mouse.MoveOptions().setSteps(8));
      page.waitForTimeout(SETTLED);
    }
    page.mouse().up();
  }

  /// The ranks without the rows that are empty between them.
  private List<Integer> ranks() {
    var rows =
        IntStream.range(0, K)
            .map(i -> Integer.parseInt(page.inputValue("select[name=rank-" + i + "]")))
            .boxed()
            .toList();
    var used = rows.stream().distinct().sorted().toList();
    return rows.stream().map(row -> used.indexOf(row) + 1).toList();
  }

  @Test
  @Order(3)
  void ratesSevenOutputsAndRanksThemWithTiesByHand() throws IOException {
    take();
    until("moon");
    var item = item();
    for (int i = 0; i < K; i++) {
      rate(i, 7 - i);
    }
    int[] rows = {1, 2, 2, 4, 5, 5, 7};
    for (int i = 0; i < K; i++) {
      var card = page.locator("[data-card='" + i + "']");
      drag(card, page.locator("[data-rows] [data-rung='" + rows[i] + "']"));
      assertThat(page.inputValue("select[name=rank-" + i + "]"))
          .as("row of card %d", i)
          .isEqualTo(String.valueOf(rows[i]));
    }
    page.click("[data-submit]");
    page.waitForURL(url -> !url.endsWith(item));
    assertThat(annotations(item)).isEqualTo(1);
    assertThat(work(item).get("ranks").toString()).isEqualTo("[1,2,2,3,4,4,5]");
    assertThat(work(item).get("outputs")).hasSize(K);
    assertThat(studio.count("ranking WHERE prompt_id = 'moon'")).isEqualTo(1);
    assertThat(studio.count("rating WHERE prompt_id = 'moon'")).isEqualTo(K);
  }

  @Test
  @Order(4)
  void ratesAndRanksByKeyboardAlone() throws IOException {
    at("/tasks");
    assertThat(page.locator("section.next .primary")).isFocused();
    page.keyboard().press("Enter");
    page.waitForSelector("html.ready");
    until("sun");
    var item = item();
    for (int i = 0; i < K; i++) {
      page.keyboard().press(String.valueOf(7 - i));
      page.keyboard().press(i == 3 ? "h" : "Shift");
      page.keyboard().press("Enter");
    }
    assertThat(page.locator("section.board")).isVisible();
    for (int i = 0; i < K; i++) {
      page.keyboard().press(String.valueOf("abcdefg".charAt(i)));
      page.keyboard().press(i == 4 ? "=" : "ArrowDown");
      assertThat(page.locator("[data-live]")).not().isEmpty();
      assertThat(page.evaluate("() => document.activeElement.dataset.card"))
          .as("focus stays on the card")
          .isEqualTo(String.valueOf(i));
    }
    assertThat(ranks()).isEqualTo(List.of(1, 2, 3, 4, 4, 5, 6));
    page.keyboard().press("a");
    page.keyboard().press("ArrowDown");
    assertThat(ranks()).isEqualTo(List.of(2, 1, 3, 4, 4, 5, 6));
    page.keyboard().press("z");
    assertThat(ranks()).isEqualTo(List.of(1, 2, 3, 4, 4, 5, 6));
    page.keyboard().press("Control+Enter");
    page.waitForURL(url -> !url.endsWith(item));
    assertThat(annotations(item)).isEqualTo(1);
    assertThat(work(item).get("ranks").toString()).isEqualTo("[1,2,3,4,4,5,6]");
  }

  @Test
  @Order(5)
  void aLostReceiptAndASecondClickAreOneSubmission() {
    take();
    var item = item();
    page.fill("textarea[name=response]", "Snow is rain that froze.");
    var tries = new AtomicInteger();
    page.route(
        "**/submit",
        route -> {
          if (tries.incrementAndGet() == 1) {
            route.fetch();
            route.abort();
          } else {
            route.resume();
          }
        });
    page.locator("[data-submit]").dblclick();
    page.waitForURL(url -> !url.endsWith(item));
    page.unroute("**/submit");
    assertThat(tries.get()).isGreaterThanOrEqualTo(2);
    assertThat(annotations(item)).isEqualTo(1);
    assertThat(studio.count("demonstration WHERE prompt_id = 'snow'")).isEqualTo(1);
    assertThat(studio.count("web_audit WHERE action = 'submitted' AND subject = ?", item))
        .isEqualTo(1);
  }
}
