package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.instructgpt.label.OutputSource;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Filter;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TaskApiTest {
  private static final String WORK =
      """
      {"submission": "%s", "token": "%s", "started": "2026-11-23T08:55:00Z", "activeMillis": 61000,
       "work": {"type": "compared", "ranks": [2, 1, 2], "outputs": [
         {"quality": 3, "flags": [], "note": ""},
         {"quality": 6, "flags": ["satisfies_constraint"], "note": "很好"},
         {"quality": 3, "flags": ["HALLUCINATION", "expresses_opinion"], "note": ""}]}}\
      """;

  /// A labeler's program with its token.
  private record Program(PagesSite site, String bearer) {
    HttpResponse<String> ask(String method, String path, String body) {
      return site.test
          .browser()
          .send(
              method,
              path,
              body,
              "Accept",
              "application/json",
              "Authorization",
              "Bearer " + bearer);
    }

    JsonNode json(String method, String path, String body) {
      var answer = ask(method, path, body);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return TaskApi.tree(answer.body());
    }
  }

  private static Program program(PagesSite site, String name) {
    var account = site.test.person(Role.LABELER, name);
    return new Program(site, site.test.site().accounts().credentials().makeToken(account, "test"));
  }

  private static PagesSite comparison() {
    var site = new PagesSite(OutputSource.none());
    site.prompt("prompt", "Which?");
    site.task(Kind.COMPARE, Optional.of("prompt"), "", "a", "b", "c");
    return site;
  }

  @Test
  void aProgramDoesATask() {
    try (var site = comparison()) {
      var program = program(site, "Lena");
      assertThat(program.json("GET", "/api/progress", "").path("waiting").path("compare").asInt())
          .isEqualTo(1);
      JsonNode task = program.json("POST", "/api/tasks/next", "{}").path("task");
      String path = "/api/tasks/" + task.path("item").asText();
      String token = task.path("token").asText();
      assertThat(task.path("kind").asText()).isEqualTo("compare");
      assertThat(task.path("mode").asText()).isEqualTo("training");
      assertThat(task.path("prompt").asText()).isEqualTo("Which?");
      assertThat(task.path("outputs")).hasSize(3);
      assertThat(task.has("draft")).isFalse();

      var draft =
          program.json("PUT", path + "/draft", "{\"version\": 3, \"content\": {\"a\": [1]}}");
      assertThat(draft.path("version").asLong()).isEqualTo(3);
      var again = program.json("POST", "/api/tasks/next", "{}").path("task");
      assertThat(again.path("item")).isEqualTo(task.path("item"));
      assertThat(again.path("draft").path("content").path("a").path(0).asInt()).isEqualTo(1);
      var renewed = program.json("POST", path + "/renew", "{\"token\": \"" + token + "\"}");
      assertThat(renewed.path("until").asText()).isEqualTo("2026-11-23T09:20:00Z");

      String id = UUID.randomUUID().toString();
      var receipt = program.json("POST", path + "/submit", WORK.formatted(id, token));
      assertThat(receipt.path("submission").asText()).isEqualTo(id);
      assertThat(receipt.path("outcome").asText()).isEqualTo("counted");
      assertThat(program.json("POST", "/api/tasks/next", "{}").has("task")).isFalse();
      assertThat(program.json("GET", "/api/progress", "").path("today").asInt()).isEqualTo(1);
      assertThat(site.test.store().rankings(Filter.ALL))
          .singleElement()
          .satisfies(r -> assertThat(r.item().ranks()).containsExactly(2, 1, 2));
      assertThat(site.test.store().ratings(Filter.ALL)).hasSize(3);
    }
  }

  @Test
  void theSameSubmissionTenTimesConcurrentlyIsOneRowAndTenReceipts() throws Exception {
    try (var site = comparison();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var program = program(site, "Lena");
      JsonNode task = program.json("POST", "/api/tasks/next", "{}").path("task");
      String path = "/api/tasks/" + task.path("item").asText() + "/submit";
      String body = WORK.formatted(UUID.randomUUID(), task.path("token").asText());
      var answers =
          IntStream.range(0, 10)
              .mapToObj(_ -> threads.submit(() -> program.json("POST", path, body)))
              .toList();
      var first = answers.getFirst().get();
      for (var answer : answers) {
        assertThat(answer.get()).isEqualTo(first);
      }
      assertThat(site.test.store().rankings(Filter.ALL)).hasSize(1);
    }
  }

  @Test
  void aTaskIsSubmittedOnceAndCorrectedWhileThatIsAllowed() {
    try (var site = comparison()) {
      var program = program(site, "Lena");
      JsonNode task = program.json("POST", "/api/tasks/next", "{}").path("task");
      String path = "/api/tasks/" + task.path("item").asText();
      String token = task.path("token").asText();
      assertThat(program.json("GET", path, "").path("state").asText()).isEqualTo("out");
      var receipt =
          program.json("POST", path + "/submit", WORK.formatted(UUID.randomUUID(), token));
      assertThat(receipt.path("bounds"))
          .extracting(bound -> bound.path("field").asText())
          .containsExactly("started", "activeMillis");
      var again = program.ask("POST", path + "/submit", WORK.formatted(UUID.randomUUID(), token));
      assertThat(again.statusCode()).isEqualTo(409);
      assertThat(again.body()).contains("label.refused.handed-in").contains("2026-11-23T09:00:00Z");
      String other = WORK.formatted(UUID.randomUUID(), token).replace("[2, 1, 2]", "[1, 2, 3]");
      program.json("POST", path + "/correct", other);
      assertThat(site.test.store().rankings(Filter.ALL))
          .singleElement()
          .satisfies(r -> assertThat(r.item().ranks()).containsExactly(1, 2, 3));
      var stands = program.json("GET", path, "").path("handedIn");
      assertThat(stands.path("versions").asInt()).isEqualTo(2);
      assertThat(stands.has("fixed")).isFalse();
      String negative = WORK.formatted(UUID.randomUUID(), token).replace("61000", "-5");
      var refused = program.ask("POST", path + "/correct", negative);
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("activeMillis");
      // 9 o'clock in London on the 23rd is the 23rd in Tokyo too, and no day of nowhere.
      assertThat(program.json("GET", "/api/progress?zone=Asia/Tokyo", "").path("today").asInt())
          .isEqualTo(1);
      assertThat(program.ask("GET", "/api/progress?zone=Nowhere", "").statusCode()).isEqualTo(400);
    }
  }

  @Test
  void allProblemsOfASubmissionAreReportedByField() {
    try (var site = comparison()) {
      var program = program(site, "Lena");
      JsonNode task = program.json("POST", "/api/tasks/next", "{}").path("task");
      String path = "/api/tasks/" + task.path("item").asText();
      String wrong =
          WORK.formatted(UUID.randomUUID(), task.path("token").asText())
              .replace("[2, 1, 2]", "[2, 9, 2]")
              .replace("\"quality\": 6", "\"quality\": 8");
      var refused = program.ask("POST", path + "/submit", wrong);
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("outputs[1].quality").contains("ranks[1]");

      String unknown = WORK.replace("\"ranks\"", "\"order\"").formatted("x", "y");
      assertThat(program.ask("POST", path + "/submit", unknown).statusCode()).isEqualTo(400);
      for (String body : List.of("", "null", "[]", "{", "{\"version\": 1}", "{\"content\": {}}")) {
        assertThat(program.ask("PUT", path + "/draft", body).statusCode()).as(body).isEqualTo(400);
      }
    }
  }

  @Test
  void anOlderDraftAndAFinishedTaskAreConflictsAndOthersTasksAreNotFound() {
    try (var site = comparison()) {
      var program = program(site, "Lena");
      JsonNode task = program.json("POST", "/api/tasks/next", "{}").path("task");
      String path = "/api/tasks/" + task.path("item").asText();
      program.json("PUT", path + "/draft", "{\"version\": 5, \"content\": {}}");
      var older = program.ask("PUT", path + "/draft", "{\"version\": 5, \"content\": {\"b\": 1}}");
      assertThat(older.statusCode()).isEqualTo(409);
      assertThat(older.body()).contains("label.refused.older-draft");
      var other = program(site, "Li");
      assertThat(
              other.ask("PUT", path + "/draft", "{\"version\": 9, \"content\": {}}").statusCode())
          .isEqualTo(404);
      program.json("POST", path + "/skip", "{\"reason\": \"unclear\", \"note\": \"?\"}");
      var finished =
          program.ask(
              "POST", path + "/renew", "{\"token\": \"" + task.path("token").asText() + "\"}");
      assertThat(finished.statusCode()).isEqualTo(409);
      assertThat(finished.body()).contains("label.refused.finished");
    }
  }
}
