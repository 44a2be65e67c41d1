package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.instructgpt.api.AnswerStore.AnswerId;
import org.instructgpt.api.AnswerStore.Opinion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is asked is kept where a key says so and nowhere else, and what is said of answers arrives.
@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FeedbackRouteTest {
  private static final String KEEPS = "sk-keeps-0123456789abcdef";
  private static final String SILENT = "sk-silent-0123456789abcdef";
  private static final String ASK =
      "{\"model\": \"sft\", \"max_tokens\": 3, \"seed\": 1, %s\"messages\": [{\"role\": \"user\", \"content\": \"who?\"}]}";

  @TempDir private static Path folder;
  private static TestServer server;
  private static final Notes NOTES = new Notes();

  /// Notes what it is given.
  private static final class Notes implements AnswerStore {
    private final List<Asked> asked = new ArrayList<>();
    private final List<Opinion> opinions = new ArrayList<>();
    private final List<ApiAccess.Keeping> whose = new ArrayList<>();
    private Reply reply = Reply.KEPT;
    private boolean inForce = true;

    @Override
    public boolean keep(ApiAccess.Keeping of, Asked request) {
      whose.add(of);
      asked.add(request);
      return inForce;
    }

    @Override
    public Reply take(ApiAccess.Keeping of, Opinion opinion) {
      whose.add(of);
      opinions.add(opinion);
      return reply;
    }
  }

  @BeforeAll
  static void start() throws IOException {
    var file = folder.resolve("keys.jsonl");
    Files.writeString(
        file,
        """
        {"name": "team", "key": "%s", "keep": "terms-3"}
        {"name": "other", "key": "%s"}
        """
            .formatted(KEEPS, SILENT));
    var keys = ApiKeys.read(file);
    assertThat(keys.keepAny()).isTrue();
    var limits = new TestServer.Limits(8, 64, Duration.ofSeconds(60));
    server = TestServer.start(folder, limits, keys, NOTES);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void forget() {
    NOTES.asked.clear();
    NOTES.opinions.clear();
    NOTES.whose.clear();
    NOTES.reply = AnswerStore.Reply.KEPT;
    NOTES.inForce = true;
  }

  private static HttpResponse<String> post(String key, String path, String body) {
    return server.send(
        server
            .request(path)
            .header("Authorization", "Bearer " + key)
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  private static String kept(HttpResponse<String> answer) {
    return answer.headers().firstValue("x-kept").orElse("");
  }

  @Test
  void aConversationIsKeptWithAllAnswersWhereTheKeySaysSo() {
    var answer =
        post(
            KEEPS,
            "/v1/chat/completions",
            ASK.formatted("\"n\": 2, \"user\": \"ada\", ").replace("\"who?\"", "\"who is it?\""));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(kept(answer)).isEqualTo("true");
    var json = TestServer.json(answer.body());
    var asked = NOTES.asked.getFirst();
    assertThat(asked.id()).isEqualTo(json.path("id").asText());
    assertThat(asked.prompt()).isEqualTo("who is it?");
    assertThat(asked.user()).contains("ada");
    assertThat(asked.answers()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(asked.answers().get(i).text())
          .isEqualTo(json.at("/choices/%d/message/content".formatted(i)).asText());
    }
    assertThat(NOTES.whose.getFirst())
        .isEqualTo(new ApiAccess.Keeping("key:team", "terms-3", true));
  }

  @Test
  void turnsAndSystemMessageAreKeptAsADialogue() {
    post(
        KEEPS,
        "/v1/chat/completions",
        "{\"model\": \"sft\", \"max_tokens\": 1, \"messages\": [{\"role\": \"system\", \"content\": \"Be kind.\"}, {\"role\": \"user\", \"content\": \"who?\"}]}");
    assertThat(NOTES.asked.getFirst().prompt()).isEqualTo("Be kind.\n\nHuman: who?\n\nAssistant:");
  }

  @Test
  void aStreamIsKeptBeforeItsEndIsSent() {
    var answer = post(KEEPS, "/v1/chat/completions", ASK.formatted("\"stream\": true, "));
    assertThat(answer.body()).endsWith("data: [DONE]\n\n");
    assertThat(kept(answer)).isEqualTo("true");
    assertThat(answer.body()).contains(NOTES.asked.getFirst().id());
  }

  @ParameterizedTest
  @CsvSource({
    "sk-silent-0123456789abcdef, ''",
    "sk-silent-0123456789abcdef, '\"store\": true, '",
    "sk-keeps-0123456789abcdef, '\"store\": false, '"
  })
  void nothingIsKeptOtherwise(String key, String store) {
    var answer = post(key, "/v1/chat/completions", ASK.formatted(store));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(kept(answer)).isEqualTo("false");
    assertThat(NOTES.asked).isEmpty();
  }

  @Test
  void evaluationsAreNotKept() {
    for (var prompt : List.of("[1, 2, 3]", "[\"a\", \"b\"]", "\" \"")) {
      var answer =
          post(
              KEEPS,
              "/v1/completions",
              "{\"model\": \"sft\", \"max_tokens\": 1, \"prompt\": %s}".formatted(prompt));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(kept(answer)).isEqualTo("false");
    }
    assertThat(NOTES.asked).isEmpty();
    var whole = "{\"model\": \"sft\", \"max_tokens\": 1, \"prompt\": \"a b\"}";
    assertThat(kept(post(KEEPS, "/v1/completions", whole))).isEqualTo("true");
  }

  @Test
  void aConsentThatEndedMeanwhileIsTold() {
    NOTES.inForce = false;
    assertThat(kept(post(KEEPS, "/v1/chat/completions", ASK.formatted("")))).isEqualTo("false");
  }

  @Test
  void opinionsArrive() {
    for (var body :
        List.of(
            "{\"id\": \"c-1\", \"rating\": \"up\"}",
            "{\"id\": \"c-1\", \"index\": 1, \"rating\": \"down\", \"note\": \"rude\"}",
            "{\"id\": \"c-1\", \"index\": 1, \"text\": \"A better one.\"}",
            "{\"answers\": [{\"id\": \"c-1\"}, {\"id\": \"c-2\", \"index\": 3}], \"ranks\": [2, 1]}")) {
      assertThat(post(KEEPS, "/v1/feedback", body).body()).isEqualTo("{\"object\":\"feedback\"}");
    }
    assertThat(NOTES.opinions)
        .containsExactly(
            new Opinion.Thumb(new AnswerId("c-1", 0), 1, Optional.empty()),
            new Opinion.Thumb(new AnswerId("c-1", 1), -1, Optional.of("rude")),
            new Opinion.Rewritten(new AnswerId("c-1", 1), "A better one."),
            new Opinion.Ranked(
                List.of(new AnswerId("c-1", 0), new AnswerId("c-2", 3)), List.of(2, 1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "          | {\"id\": \"a\"}",
        "          | {\"id\": \"a\", \"rating\": \"up\", \"text\": \"b\"}",
        "id        | {\"rating\": \"up\"}",
        "rating    | {\"id\": \"a\", \"rating\": \"great\"}",
        "index     | {\"id\": \"a\", \"rating\": \"up\", \"index\": -1}",
        "text      | {\"id\": \"a\", \"text\": \" \"}",
        "note      | {\"id\": \"a\", \"rating\": \"down\", \"note\": \"\"}",
        "answers   | {\"ranks\": [1, 2]}",
        "answers   | {\"answers\": [{\"id\": \"a\"}], \"ranks\": [1]}",
        "answers   | {\"answers\": [{\"id\": \"a\"}, {\"id\": \"a\", \"index\": 0}], \"ranks\": [1, 2]}",
        "answers[1].id | {\"answers\": [{\"id\": \"a\"}, {\"index\": 1}], \"ranks\": [1, 2]}",
        "ranks     | {\"answers\": [{\"id\": \"a\"}, {\"id\": \"b\"}], \"ranks\": [1]}",
        "ranks     | {\"answers\": [{\"id\": \"a\"}, {\"id\": \"b\"}], \"ranks\": [0, 1]}",
        "ranks     | {\"answers\": [{\"id\": \"a\"}, {\"id\": \"b\"}], \"ranks\": [1, 1.5]}",
        "ranks     | {\"answers\": [{\"id\": \"a\"}, {\"id\": \"b\"}], \"ranks\": \"ab\"}"
      })
  void brokenOpinionsAreRefusedWithTheField(String param, String body) {
    var answer = post(KEEPS, "/v1/feedback", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    var found = TestServer.json(answer.body()).at("/error/param");
    assertThat(found.isNull() ? null : found.asText()).as(answer.body()).isEqualTo(param);
    assertThat(NOTES.opinions).isEmpty();
  }

  @Test
  void whatCannotBeKeptIsTold() {
    var thumb = "{\"id\": \"a\", \"rating\": \"up\"}";
    assertThat(post(SILENT, "/feedback", thumb).statusCode()).isEqualTo(404);
    NOTES.reply = AnswerStore.Reply.UNKNOWN;
    assertThat(post(KEEPS, "/feedback", thumb).statusCode()).isEqualTo(404);
    NOTES.reply = AnswerStore.Reply.OTHER_PROMPTS;
    assertThat(post(KEEPS, "/feedback", thumb).statusCode()).isEqualTo(400);
    NOTES.reply = AnswerStore.Reply.SAME_TEXT;
    assertThat(post(KEEPS, "/feedback", thumb).statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "keep: | {\"name\": \"team\", \"key\": \"sk-0123456789abcdef01\", \"keep\": true}",
        "keep: | {\"name\": \"team\", \"key\": \"sk-0123456789abcdef01\", \"keep\": \" \"}",
        "name: | {\"name\": \"a team\", \"key\": \"sk-0123456789abcdef01\", \"keep\": \"terms\"}"
      })
  void keysThatCannotKeepAreRefused(String what, String line) throws IOException {
    var file = Files.writeString(folder.resolve("broken.jsonl"), line);
    assertThatThrownBy(() -> ApiKeys.read(file)).hasMessageContaining("line 1: " + what);
  }
}
