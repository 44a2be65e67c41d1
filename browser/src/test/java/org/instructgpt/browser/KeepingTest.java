package org.instructgpt.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.instructgpt.label.TaskBatch.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a person types is kept until it is stored: through the end of the session, an error, an
/// outage, a second window, a server that cannot store, a prompt that is deleted.
class KeepingTest extends AtStudio {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final String FIELD = "textarea[name=response]";
  private static final String KEPT =
      "() => Object.keys(localStorage).filter((key) => key.startsWith('kept:')).length";

  private Visitor labeler;
  private BrowserContext context;
  private Page page;

  KeepingTest() {
    super(seed -> {
      for (var id : List.of("moon", "sun", "tea")) {
        seed.prompt(id, "Explain the " + id + " to a 6 year old.");
      }
      seed.batch(
          "Answer",
          Kind.DEMONSTRATE,
          2,
          List.of(Seed.about("moon"), Seed.about("sun"), Seed.about("tea")));
    });
  }

  @BeforeEach
  void open() {
    labeler = studio.person("labeler", "Lena " + COUNT.incrementAndGet());
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

  private String item() {
    return page.getAttribute("form.work", "data-item");
  }

  private String account() {
    return (String)
        studio
            .rows("SELECT id FROM web_account WHERE name = ?", labeler.name())
            .getFirst()
            .get("id");
  }

  private void endSessions() {
    studio.admin().post("/people/" + account() + "/sign-out", Map.of());
  }

  private void signIn(Page where) {
    where.fill("#name", labeler.name());
    where.fill("#password", Studio.PASSWORD);
    where.click("main button.primary");
    where.waitForURL(url -> !url.contains("sign-in"));
  }

  private int drafts(String item, String text) {
    return studio.count("label_draft WHERE item = ? AND json LIKE ?", item, "%" + text + "%");
  }

  private boolean asks() {
    return (boolean)
        page.evaluate("() => !dispatchEvent(new Event('beforeunload', {cancelable: true}))");
  }

  private void saved() {
    assertThat(page.locator("#saved[data-state=saved]")).isVisible();
  }

  @Test
  void draftsAreSavedAgainAfterSigningInInAnotherWindow() {
    page.fill(FIELD, "The moon");
    saved();
    assertThat(page.evaluate(KEPT)).as("kept here once it is safe").isEqualTo(0);
    endSessions();
    page.locator(FIELD).pressSequentially(" is a stone.");
    assertThat(page.locator("#later")).containsText("signed out");
    page.locator(FIELD).pressSequentially(" It shines.");
    assertThat(page.locator("#later a")).isVisible();
    assertThat(asks()).isTrue();
    assertThat(drafts(item(), "shines")).isZero();
    var other = context.newPage();
    other.navigate(studio.url() + "/sign-in");
    signIn(other);
    page.bringToFront();
    saved();
    assertThat(page.locator("#later")).isHidden();
    assertThat(drafts(item(), "The moon is a stone. It shines.")).isEqualTo(1);
    assertThat(asks()).isFalse();
    assertThat(page.evaluate(KEPT)).isEqualTo(0);
  }

  @Test
  void unsavedTextIsRestoredAfterSigningInInTheSameWindow() {
    var item = item();
    endSessions();
    page.fill(FIELD, "Nobody has this yet.");
    assertThat(page.locator("#later")).containsText("signed out");
    page.navigate(studio.url() + "/tasks/" + item);
    signIn(page);
    assertThat(page.locator(FIELD)).hasValue("Nobody has this yet.");
    saved();
    assertThat(drafts(item, "Nobody has this yet.")).isEqualTo(1);
  }

  @Test
  void signingOutRemovesLocalDraftsAndNobodyElseSeesThem() {
    endSessions();
    page.fill(FIELD, "My secret.");
    assertThat(page.locator("#later")).containsText("signed out");
    assertThat(page.evaluate(KEPT)).isEqualTo(1);
    var other = studio.person("labeler", "Other " + labeler.name());
    other.open(context).close();
    page.navigate(studio.url() + "/account");
    page.click("form[action$='/sign-out'] button");
    page.waitForURL("**/sign-in");
    assertThat(page.evaluate(KEPT)).as("of the first labeler").isEqualTo(1);
    signIn(page);
    page.navigate(studio.url() + "/account");
    page.click("form[action$='/sign-out'] button");
    page.waitForURL("**/sign-in");
    page.waitForFunction("(" + KEPT + ")() === 0");
  }

  @Test
  void aDraftThatIsTooLongIsSavedAsSoonAsItIsShortEnough() {
    page.fill(FIELD, "long ".repeat(100_000));
    assertThat(page.locator("#saved[data-state=refused]")).isVisible();
    assertThat(asks()).isTrue();
    page.fill(FIELD, "short");
    saved();
    assertThat(drafts(item(), "short")).isEqualTo(1);
  }

  @Test
  void textTypedWhileASubmissionWaitsIsSubmittedWithTheRest() {
    var item = item();
    page.fill(FIELD, "First words");
    saved();
    context.setOffline(true);
    page.click("[data-submit]");
    assertThat(page.locator("#saved[data-state=offline]")).isVisible();
    page.locator(FIELD).pressSequentially(" and more");
    assertThat(page.locator("#saved")).containsText("went on writing");
    assertThat(asks()).isTrue();
    context.setOffline(false);
    saved();
    assertThat(studio.count("label_annotation WHERE labeler = ?", account())).isZero();
    page.click("[data-submit]");
    page.waitForURL(url -> !url.endsWith(item));
    assertThat(
            studio.count(
                "label_annotation WHERE item = ? AND labeler = ? AND work LIKE ?",
                item,
                account(),
                "%First words and more%"))
        .isEqualTo(1);
  }

  @Test
  void aSecondWindowIsToldAndMayReplaceTheSubmission() {
    var item = item();
    page.fill(FIELD, "From one window");
    saved();
    var other = context.newPage();
    other.navigate(studio.url() + "/tasks/" + item);
    other.waitForSelector("html.ready");
    page.click("[data-submit]");
    page.waitForURL(url -> !url.endsWith(item));
    other.fill(FIELD, "From the other");
    assertThat(other.locator("#later")).containsText("submitted");
    other.click("[data-submit]");
    assertThat(other.locator("#later")).containsText("counts once");
    assertThat(other.locator(FIELD)).hasValue("From the other");
    other.locator("#later button").first().click();
    other.waitForURL(url -> !url.endsWith(item));
    var mine = "label_annotation WHERE item = ? AND labeler = ?";
    assertThat(studio.count(mine, item, account())).isEqualTo(1);
    assertThat(studio.count(mine + " AND work LIKE '%From the other%'", item, account()))
        .isEqualTo(1);
    assertThat(studio.count("label_version WHERE work LIKE '%From one window%'")).isEqualTo(1);
  }

  @Test
  void aSubmissionIsCorrectedFromTheListOfToday() {
    var item = item();
    page.fill(FIELD, "Wih a typo");
    page.click("[data-submit]");
    page.waitForURL(url -> !url.endsWith(item));
    page.navigate(studio.url() + "/tasks");
    page.click("a[href$='" + item + "']");
    assertThat(page.locator(FIELD)).hasValue("Wih a typo");
    page.fill(FIELD, "Without a typo");
    page.click("[data-submit]");
    page.waitForURL("**/tasks");
    assertThat(
            studio.count(
                "demonstration WHERE labeler_id = ? AND response = 'Without a typo'", account()))
        .isEqualTo(1);
    assertThat(studio.count("demonstration WHERE response = 'Wih a typo'")).isZero();
    assertThat(studio.count("web_audit WHERE action = 'corrected' AND subject = ?", item))
        .isGreaterThanOrEqualTo(1);
  }

  private static void refuse(Route route, int status, String code, String message) {
    route.fulfill(
        new Route.FulfillOptions()
            .setStatus(status)
            .setContentType("application/json")
            .setBody(
                "{\"error\": {\"message\": \"%s\", \"code\": \"%s\"}}".formatted(message, code)));
  }

  @Test
  void aServerThatCannotStoreIsNotReportedAsNoConnection() {
    page.route("**/draft", route -> refuse(route, 507, "refusal.storage", "The disk is full."));
    page.fill(FIELD, "Where to");
    assertThat(page.locator("#saved")).containsText("The disk is full.");
    assertThat(page.locator("#saved")).containsText("kept");
    assertThat(page.locator("#saved")).not().containsText("connection");
    assertThat(page.evaluate(KEPT)).isEqualTo(1);
    page.unroute("**/draft");
    page.locator("#saved button").click();
    saved();
  }

  @Test
  void aDeletedTaskIsReportedAndItsTextCanBeCopied() {
    page.route("**/draft", route -> refuse(route, 409, "label.refused.gone", "It was deleted."));
    page.fill(FIELD, "My words");
    assertThat(page.locator("#later")).containsText("It was deleted.");
    assertThat(page.locator(FIELD)).hasValue("My words");
    assertThat(page.locator("[data-submit]")).isDisabled();
    assertThat(asks()).isTrue();
  }

  @Test
  void theAnswersOfASurveyAreKeptThroughTheEndOfTheSession() {
    page.navigate(studio.url() + "/surveys/satisfaction");
    page.locator("input[value=agree]").first().check();
    endSessions();
    page.click("main button.primary");
    assertThat(page.locator("main")).containsText("kept in this browser");
    page.click("main a.primary");
    signIn(page);
    assertThat(page.locator("input[value=agree]").first()).isChecked();
    page.click("main button.primary");
    page.waitForURL("**/tasks");
    page.waitForFunction("(" + KEPT + ")() === 0");
    assertThat(studio.count("label_survey_part WHERE labeler = ?", account())).isEqualTo(1);
  }
}
