package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instructgpt.studio.TestPlayground.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.records.Output;
import org.instructgpt.records.Ranking;
import org.instructgpt.web.Account.Role;
import org.instructgpt.web.Browser;
import org.instructgpt.web.TestSite;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ArenaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ASKED = 60;

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

  private Browser agreed(String name) {
    return TestPlayground.agreed(site, site.person(Role.CUSTOMER, name));
  }

  private static HttpResponse<String> send(
      Browser browser, String path, String json, String accept) {
    return browser.send(
        "POST",
        path,
        json,
        "Content-Type",
        "application/json",
        "Accept",
        accept,
        "X-CSRF-Token",
        browser.csrf());
  }

  private static HttpResponse<String> ask(Browser browser) {
    return send(browser, "/arena/ask", "{\"prompt\":\"Which one?\"}", "text/event-stream");
  }

  private static HttpResponse<String> vote(Browser browser, String turn, String word) {
    return send(
        browser,
        "/arena/turns/" + turn + "/vote",
        "{\"vote\":\"" + word + "\"}",
        "application/json");
  }

  private static String turn(HttpResponse<String> answer) throws IOException {
    return events(answer).getFirst().data().path("id").asText();
  }

  private List<Ranking> votes() throws IOException {
    var votes = new ArrayList<Ranking>();
    CustomerFeedback.open(site.store()).each(each -> votes.add(each.item()));
    return votes;
  }

  private static List<String> models(HttpResponse<String> answer) throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var names = new ArrayList<String>();
    for (JsonNode model : JSON.readTree(answer.body()).path("models")) {
      names.add(model.path("name").asText());
    }
    return names;
  }

  @Test
  void aSingleModelThatAnswersIsTooFew() {
    var ada = agreed("Ada");
    assertThat(ada.get("/arena").body()).contains("needs two models").doesNotContain("<form id=");
    assertThat(ask(ada).statusCode()).isEqualTo(409);
  }

  @Test
  void namesAreHiddenUntilTheVoteWhichCountsOnce() throws IOException {
    playground.model("ppo", "ppo");
    var ada = agreed("Ada");
    assertThat(ada.get("/arena").body()).doesNotContain("ppo", "sft");
    var asked = ask(ada);
    assertThat(asked.body()).doesNotContain("ppo", "sft").contains("\"models\":[\"A\",\"B\"]");
    events(asked).stream()
        .filter(event -> event.name().equals("ended"))
        .forEach(event -> {
          assertThat(event.data().path("millis").asInt()).isZero();
          assertThat(event.data().path("tokens").asInt()).isZero();
        });
    var turn = turn(asked);
    assertThat(ada.get("/playground/history").body()).contains(turn).doesNotContain("ppo", "sft");
    assertThat(ada.get("/playground/history/mine.jsonl").body())
        .contains(turn)
        .doesNotContain("ppo", "sft");
    assertThat(vote(agreed("Bob"), turn, "A").statusCode()).isEqualTo(404);
    assertThat(vote(ada, turn, "C").statusCode()).isEqualTo(400);
    var revealed = models(vote(ada, turn, "B"));
    assertThat(revealed).containsExactlyInAnyOrder("ppo", "sft");
    assertThat(vote(ada, turn, "A").statusCode()).isEqualTo(409);
    assertThat(votes())
        .singleElement()
        .satisfies(vote -> {
          assertThat(vote.id()).isEqualTo("vote-" + turn);
          assertThat(vote.outputs()).extracting(Output::model).isEqualTo(revealed);
          assertThat(vote.ranks()).containsExactly(2, 1);
        });
    assertThat(ada.get("/playground/history").body()).contains("ppo", "sft");
    assertThat(ada.get("/playground/history/mine.jsonl").body()).contains("\"vote\":[");
    assertThat(ada.get("/playground/history/" + turn + "/delete").body())
        .contains("one better answer or vote");
  }

  @Test
  void afterAnHourTheNamesAreShownAndNoVoteIsTaken() throws IOException {
    playground.model("ppo", "ppo");
    var ada = agreed("Ada");
    var turn = turn(ask(ada));
    site.pass(ArenaVotes.PATIENCE.plus(Duration.ofSeconds(1)));
    assertThat(ada.get("/playground/history").body()).contains("ppo", "sft");
    assertThat(vote(ada, turn, "A").statusCode()).isEqualTo(409);
    assertThat(votes()).isEmpty();
  }

  @Test
  void aTurnOfThePlaygroundTakesNoVote() throws IOException {
    var ada = agreed("Ada");
    var turn = turn(TestPlayground.ask(ada, TestPlayground.question("Which?", "base", "sft")));
    assertThat(vote(ada, turn, "A").statusCode()).isEqualTo(404);
  }

  @Test
  void allPairsAndSidesComeUpAndBothBadIsATie() throws IOException {
    playground.model("ppo", "ppo");
    playground.model("dpo", "dpo");
    var ada = agreed("Ada");
    var seen = new HashMap<List<String>, Integer>();
    for (int i = 0; i < ASKED; i++) {
      seen.merge(models(vote(ada, turn(ask(ada)), "BAD")), 1, Integer::sum);
      site.pass(Duration.ofSeconds(30));
    }
    assertThat(seen.keySet()) // each is missing with a chance of (5/6)^60, one in 56,000
        .as("%s", seen)
        .hasSize(6);
    assertThat(votes()).hasSize(ASKED).allMatch(vote -> vote.ranks().equals(List.of(1, 1)));
    var words =
        site.store()
            .read(handle ->
                handle
                    .createQuery("SELECT DISTINCT arena FROM serve_turn")
                    .mapTo(String.class)
                    .list());
    assertThat(words).containsExactly("BAD");
  }

  @Test
  void resultsAreForResearchersAndSayWhichModelsNeverMet() throws IOException {
    playground.model("ppo", "ppo");
    var rita = site.signedIn(site.person(Role.RESEARCHER, "Rita"));
    assertThat(rita.get("/arena/results").body()).contains("Nobody has compared");
    var ada = agreed("Ada");
    assertThat(ada.get("/arena/results").statusCode()).isEqualTo(403);
    assertThat(site.signedIn(site.person(Role.LABELER, "Lena")).get("/arena/results").statusCode())
        .isEqualTo(403);
    vote(ada, turn(ask(ada)), "A");
    assertThat(rita.get("/arena/results").body())
        .contains("One comparison", ">ppo<", ">sft<", "∞")
        .doesNotContain("human");
    for (int i = 0; i < 4; i++) {
      vote(ada, turn(ask(ada)), i % 2 == 0 ? "A" : "B");
    }
    put("apart", "old", "older");
    assertThat(rita.get("/arena/results").body())
        .contains("6 comparisons", "2 groups", ">older<")
        .doesNotContain("human");
    ada.get("/playground/notice");
    ada.post("/playground/notice/withdraw", Map.of());
    assertThat(rita.get("/arena/results").body()).contains("Nobody has compared");
  }

  /// Stores a comparison of two models that met no other, with an answer of a person.
  private void put(String id, String better, String worse) throws IOException {
    var feedback = CustomerFeedback.open(site.store());
    var some = votes().getFirst();
    var outputs =
        List.of(new Output("x", better), new Output("y", "human"), new Output("z", worse));
    boolean _ =
        site.store()
            .writeNow(handle -> {
              feedback.put(
                  handle,
                  new Ranking(
                      id,
                      some.promptId(),
                      outputs,
                      List.of(2, 1, 3),
                      some.labeler(),
                      some.created()));
              return true;
            });
  }
}
