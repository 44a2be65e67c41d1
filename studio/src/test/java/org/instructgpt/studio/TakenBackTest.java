package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instructgpt.studio.TestPlayground.events;
import static org.instructgpt.studio.TestPlayground.question;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.instructgpt.collect.Intake;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Prompt;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.web.Account;
import org.instructgpt.web.Account.Role;
import org.instructgpt.web.Audit;
import org.instructgpt.web.TestSite;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Answers that were stopped, and consent that is withdrawn.
@Tag("slow")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TakenBackTest {
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

  private List<Prompt> prompts() {
    return site.store().prompts(Filter.ALL);
  }

  @Test
  void ofAStoppedAnswerOnlyWhatWasSeenIsStored() throws IOException {
    var account = customer("Ada");
    var browser = TestPlayground.agreed(site, account);
    var events = events(TestPlayground.ask(browser, question("Hi", "base", "sft")));
    var id = events.getFirst().data().path("id").asText();
    var whole = TestPlayground.text(events, 0);
    assertThat(whole).hasSizeGreaterThan(2);
    var path = "/playground/turns/" + id + "/seen";
    var other = TestPlayground.agreed(site, customer("Bob"));
    other.get("/playground");
    assertThat(TestPlayground.post(other, path, sight(0, 0))).isEqualTo(404);
    for (var bad : List.of("{\"answers\": []}", sight(-1, 0), sight(0, -1), "{}")) {
      assertThat(TestPlayground.post(browser, path, bad)).as(bad).isEqualTo(400);
    }
    var seen = whole.offsetByCodePoints(0, 1);
    assertThat(TestPlayground.post(browser, path, sight(seen, 1))).isEqualTo(200);
    assertThat(TestPlayground.post(browser, path, sight(0, 0)))
        .as("the first word counts")
        .isEqualTo(200);
    var answers =
        PlaygroundHistory.open(site.store()).turns(account.id(), 1, 0).getFirst().answers();
    assertThat(answers.get(0).text()).isEqualTo(whole.substring(0, seen));
    assertThat(answers.get(0).finish()).contains(CompletionStream.Finish.CANCELLED);
    assertThat(answers.get(0).tokens()).isEqualTo(1);
    assertThat(answers.get(1).text())
        .as("nothing was said of it")
        .isEqualTo(TestPlayground.text(events, 1));
  }

  @Test
  void whatWasSeenMayBeReportedBeforeTheAnswerEnds() throws IOException {
    var account = customer("Ada");
    var browser = TestPlayground.agreed(site, account);
    var id =
        events(TestPlayground.ask(browser, question("Hi", "sft")))
            .getFirst()
            .data()
            .path("id")
            .asText();
    var history = PlaygroundHistory.open(site.store());
    site.store()
        .write(handle ->
            handle.execute("UPDATE serve_answer SET text = '', finish = NULL, tokens = 0"))
        .join();
    assertThat(history.saw(account.id(), id, List.of(new SeenText.Seen(5, 2)))).isTrue();
    assertThat(answer(account).finish()).as("it goes on").isEmpty();
    history.complete(id, 0, "Hello, world", CompletionStream.Finish.COMPLETE, 4);
    assertThat(answer(account).text()).isEqualTo("Hello");
    assertThat(answer(account).finish()).contains(CompletionStream.Finish.CANCELLED);
    assertThat(answer(account).tokens()).isEqualTo(2);
  }

  private PlaygroundHistory.Answer answer(Account account) throws IOException {
    return PlaygroundHistory.open(site.store())
        .turns(account.id(), 1, 0)
        .getFirst()
        .answers()
        .getFirst();
  }

  private static String sight(int characters, int tokens) {
    return "{\"answers\": [{\"characters\": %d, \"tokens\": %d}]}".formatted(characters, tokens);
  }

  @Test
  void consentWithdrawnWhileAQuestionArrivesRefusesIt() throws IOException {
    var between = new AtomicReference<Runnable>(() -> {});
    RandomGenerator random =
        () -> {
          between.getAndSet(() -> {}).run();
          return 1;
        };
    try (var other = TestPlayground.start(workspace.resolve("other"), random)) {
      var store = other.site().store();
      var account = other.site().person(Role.CUSTOMER, "Ada");
      var browser = TestPlayground.agreed(other.site(), account);
      var intake = new Intake(store, new SecureRandom());
      between.set(() -> intake.withdraw(account.id(), Instant.now()));
      var json = "{\"prompt\": \"Hi\", \"models\": [\"sft\"]}";

      var answer = TestPlayground.ask(browser, json);

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
      assertThat(answer.body()).contains("accept the notice");
      assertThat(store.prompts(Filter.ALL)).isEmpty();
    }
  }

  @Test
  void consentIsWithdrawnAndGivenAgainWithItsHistory() throws IOException {
    var account = customer("Ada");
    var browser = TestPlayground.agreed(site, account);
    events(TestPlayground.ask(browser, question("first", "sft")));
    assertThat(browser.get("/playground/notice").body()).contains("id=\"withdraw\"");
    var intake = new Intake(site.store(), new SecureRandom());
    assertThat(intake.objection().apply(prompts().getFirst())).isEmpty();

    var back = browser.post("/playground/notice/withdraw", Map.of());

    assertThat(back.headers().firstValue("Location")).hasValue("/playground/notice");
    assertThat(intake.objection().apply(prompts().getFirst())).contains("consent withdrawn");
    assertThat(browser.get("/playground/notice").body())
        .contains("one prompt is no longer used", "sft", "you withdrew it")
        .doesNotContain("id=\"withdraw\"");
    assertThat(TestPlayground.ask(browser, question("second", "sft")).statusCode()).isEqualTo(403);
    assertThat(browser.get("/playground/history").body()).contains("first");
    site.pass(Duration.ofHours(1));
    var again = site.signedIn(account);
    var notice = again.get("/playground/notice").body();
    var version = notice.replaceAll("(?s).*name=\"version\" value=\"([^\"]*)\".*", "$1");
    again.post("/playground/notice", Map.of("version", version, "accept", "yes"));
    again.get("/playground");
    events(TestPlayground.ask(again, question("third", "sft")));
    assertThat(intake.terms(account.id())).hasSize(2);
    assertThat(intake.terms(account.id()).getLast().withdrawn()).isEmpty();
    assertThat(prompts())
        .filteredOn(prompt -> intake.objection().apply(prompt).isEmpty())
        .extracting(Prompt::text)
        .containsExactly("third");
    var acts =
        site.store().read(handle -> site.site().accounts().audit().latest(handle, 100, 0)).stream()
            .map(Audit.Act::action)
            .filter(action -> action.contains("consent"))
            .toList();
    assertThat(acts).containsExactly("gave-consent", "withdrew-consent", "gave-consent");
  }
}
