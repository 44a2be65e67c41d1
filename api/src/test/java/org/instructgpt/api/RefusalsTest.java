package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RefusalsTest {
  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = TestServer.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void assertRefused(
      HttpResponse<String> answer, int status, String type, String param) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    var error = TestServer.json(answer.body()).path("error");
    assertThat(error.path("message").asText()).isNotBlank();
    assertThat(error.path("type").asText()).isEqualTo(type);
    assertThat(error.path("param").asText()).as(answer.body()).isEqualTo(param);
    assertThat(error.has("code")).isTrue();
    assertThat(answer.headers().firstValue("x-request-id").orElse("")).startsWith("req_");
    boolean later = answer.headers().firstValue("retry-after").isPresent();
    assertThat(answer.headers().firstValue("x-should-retry").isPresent()).isEqualTo(!later);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "messages          | {\"model\": \"sft\"}",
        "messages          | {\"model\": \"sft\", \"messages\": []}",
        "messages          | {\"model\": \"sft\", \"messages\": [{\"role\": \"user\", \"content\": \" \"}]}",
        "messages[0]       | {\"model\": \"sft\", \"messages\": [3]}",
        "messages[0].role  | {\"model\": \"sft\", \"messages\": [{\"role\": \"bot\", \"content\": \"a\"}]}",
        "messages[0].content | {\"model\": \"sft\", \"messages\": [{\"role\": \"user\", \"content\": 3}]}",
        "messages[0].content[0].type | {\"model\": \"sft\", \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]}",
        "messages[0].content[0].text | {\"model\": \"sft\", \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\"}]}]}",
        "model             | {\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}",
        "temperature       | {\"model\": \"sft\", \"temperature\": 3}",
        "temperature       | {\"model\": \"sft\", \"temperature\": \"hot\"}",
        "top_p             | {\"model\": \"sft\", \"top_p\": -0.1}",
        "n                 | {\"model\": \"sft\", \"n\": 17}",
        "n                 | {\"model\": \"sft\", \"n\": 1.5}",
        "seed              | {\"model\": \"sft\", \"seed\": 1.5}",
        "seed              | {\"model\": \"sft\", \"seed\": 99999999999999999999}",
        "stop              | {\"model\": \"sft\", \"stop\": [\"a\", \"b\", \"c\", \"d\", \"e\"]}",
        "stop              | {\"model\": \"sft\", \"stop\": \"\"}",
        "stop              | {\"model\": \"sft\", \"stop\": [1]}",
        "max_tokens        | {\"model\": \"sft\", \"max_tokens\": 0, \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}",
        "max_completion_tokens | {\"model\": \"sft\", \"max_completion_tokens\": 0}",
        "presence_penalty  | {\"model\": \"sft\", \"presence_penalty\": 2.5}",
        "frequency_penalty | {\"model\": \"sft\", \"frequency_penalty\": -2.5}",
        "logit_bias        | {\"model\": \"sft\", \"logit_bias\": {\"word\": 1}}",
        "logit_bias        | {\"model\": \"sft\", \"logit_bias\": [1]}",
        "logit_bias.3      | {\"model\": \"sft\", \"logit_bias\": {\"3\": 101}}",
        "stream            | {\"model\": \"sft\", \"stream\": \"yes\"}",
        "stream_options    | {\"model\": \"sft\", \"stream_options\": {\"include_usage\": true}}",
        "top_logprobs      | {\"model\": \"sft\", \"top_logprobs\": 2, \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}",
        "top_logprobs      | {\"model\": \"sft\", \"logprobs\": true, \"top_logprobs\": 21, \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}",
        "tools             | {\"model\": \"sft\", \"tools\": [{\"type\": \"function\"}]}",
        "response_format.type | {\"model\": \"sft\", \"response_format\": {\"type\": \"json_object\"}}",
        "''                | [1]",
        "''                | {\"model\": \"sft\"",
        "''                | {\"model\": \"sft\", \"model\": \"sft\"}",
        "''                | {\"model\": NaN}"
      })
  void whatIsWrongIsNamed(String param, String body) {
    var answer = server.post("/v1/chat/completions", body);
    assertRefused(answer, 400, "invalid_request_error", param.isEmpty() ? "null" : param);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prompt   | {\"model\": \"sft\", \"prompt\": {}}",
        "prompt   | {\"model\": \"sft\", \"prompt\": []}",
        "prompt   | {\"model\": \"sft\", \"prompt\": [\"a\", 3]}",
        "prompt   | {\"model\": \"sft\", \"prompt\": [1.5]}",
        "suffix   | {\"model\": \"sft\", \"suffix\": \"end\"}",
        "best_of  | {\"model\": \"sft\", \"n\": 2, \"best_of\": 1}",
        "best_of  | {\"model\": \"sft\", \"best_of\": 2, \"stream\": true}",
        "logprobs | {\"model\": \"sft\", \"logprobs\": 21}",
        "prompt   | {\"model\": \"sft\", \"prompt\": [123456]}",
        "logit_bias | {\"model\": \"sft\", \"prompt\": \"a\", \"logit_bias\": {\"123456\": 1}}",
        "model    | {\"model\": \"reward\", \"prompt\": \"a\"}"
      })
  void soItIsForPlainCompletions(String param, String body) {
    assertRefused(server.post("/v1/completions", body), 400, "invalid_request_error", param);
  }

  @Test
  void whatIsNotThereIs404AndWhatIsTooLarge413() {
    var unknown = "{\"model\": \"gpt-4\", \"prompt\": \"a\"}";
    var answer = server.post("/v1/completions", unknown);
    assertRefused(answer, 404, "not_found_error", "model");
    assertThat(answer.body()).contains("model_not_found", "known: sft, reward");
    assertRefused(server.get("/v1/models/nobody"), 404, "not_found_error", "model");
    assertRefused(server.get("/v1/embeddings"), 404, "not_found_error", "null");
    assertRefused(server.get("/v1/completions"), 405, "invalid_request_error", "null");
    var large = "{\"model\": \"sft\", \"prompt\": \"%s\"}".formatted("a".repeat(300_000));
    assertRefused(server.post("/v1/completions", large), 413, "invalid_request_error", "null");
    var chunked =
        server.send(
            server
                .request("/v1/completions")
                .POST(
                    BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(large.getBytes(StandardCharsets.UTF_8))))
                .build());
    assertRefused(chunked, 413, "invalid_request_error", "null");
  }

  @Test
  void aPromptThatIsTooLongSaysSoBeforeAnyStreamBegins() {
    var body =
        "{\"model\": \"sft\", \"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"%s\"}]}"
            .formatted("bab ".repeat(400));
    var answer = server.post("/v1/chat/completions", body);
    assertRefused(answer, 400, "invalid_request_error", "messages");
    assertThat(answer.body())
        .contains("context_length_exceeded", "expected a prompt of at most 255");
  }

  @Test
  void fieldsThatChangeNothingAreIgnoredAndHarmlessValuesTaken() {
    var body =
        """
        {"model": "sft", "max_tokens": 2, "user": "u", "store": true, "metadata": {"a": "b"}, "whatever": [1],
         "tools": [], "tool_choice": "none", "response_format": {"type": "text"}, "stop": null, "seed": null,
         "n": null, "logit_bias": {}, "stream": false, "top_p": 0,
         "messages": [{"role": "developer", "content": "Be short."}, {"role": "user", "name": "Ada", "content":
         [{"type": "text", "text": "Hello "}, {"type": "text", "text": "there"}]},
         {"role": "assistant", "content": null}, {"role": "tool", "tool_call_id": "x", "content": "42"}]}
        """;
    assertThat(server.answer("/v1/chat/completions", body).path("choices")).hasSize(1);
  }

  @Test
  void halfASurrogatePairBreaksNothing() {
    var body = "{\"model\": \"sft\", \"prompt\": \"a\\ud800b\", \"echo\": true, \"max_tokens\": 1}";
    assertThat(server.answer("/v1/completions", body).path("choices").path(0).path("text").asText())
        .startsWith("a\uFFFDb");
    var wrong = "{\"model\": \"\\ud800\", \"prompt\": \"a\"}";
    assertRefused(server.post("/v1/completions", wrong), 404, "not_found_error", "model");
  }

  @Test
  void pagesOfOtherSitesMayNotAsk() {
    var answer =
        server.send(server.request("/v1/models").header("Sec-Fetch-Site", "cross-site").build());
    assertRefused(answer, 403, "permission_error", "null");
  }

  @Test
  void keysAreAskedForAndTheirLimitsHold(@TempDir Path other) throws IOException {
    var file = other.resolve("keys.jsonl");
    Files.writeString(
        file,
        """
        # whoever may ask
        {"name": "team", "key": "sk-0123456789abcdefghij"}
        {"name": "guest", "key": "sk-guest-0123456789abcdef", "requests_per_minute": 2}
        {"name": "small", "key": "sk-small-0123456789abcdef", "tokens_per_minute": 5}
        """);
    var keys = ApiKeys.read(file);
    try (var guarded = TestServer.start(other, 8, 64, Duration.ofSeconds(60), keys)) {
      assertRefused(guarded.get("/v1/models"), 401, "authentication_error", "null");
      assertRefused(guarded.get("/metrics"), 401, "authentication_error", "null");
      assertThat(guarded.get("/health").statusCode()).isEqualTo(200);
      assertRefused(as(guarded, "sk-wrong"), 401, "authentication_error", "null");
      assertThat(as(guarded, "sk-0123456789abcdefghij").statusCode()).isEqualTo(200);
      assertThat(as(guarded, "sk-guest-0123456789abcdef").statusCode()).isEqualTo(200);
      assertThat(as(guarded, "sk-guest-0123456789abcdef").statusCode()).isEqualTo(200);
      assertRefused(as(guarded, "sk-guest-0123456789abcdef"), 429, "rate_limit_error", "null");
      var small = "Bearer sk-small-0123456789abcdef";
      var ask =
          guarded
              .request("/v1/completions")
              .header("Authorization", small)
              .POST(
                  BodyPublishers.ofString(
                      "{\"model\": \"sft\", \"prompt\": \"bab\", \"max_tokens\": 9}"))
              .build();
      assertThat(guarded.send(ask).statusCode()).isEqualTo(200);
      assertRefused(guarded.send(ask), 429, "rate_limit_error", "null");
    }
  }

  private static HttpResponse<String> as(TestServer guarded, String key) {
    return guarded.send(
        guarded.request("/v1/models").header("Authorization", "Bearer " + key).build());
  }

  @Test
  void aFullQueueIs429AndTooLongAnAnswer408(@TempDir Path other) throws Exception {
    try (var narrow = TestServer.start(other, 1, 2, Duration.ofMillis(500), ApiAccess.EVERYBODY)) {
      var body =
          "{\"model\": \"sft\", \"prompt\": \"bab\", \"max_tokens\": 200, \"n\": %d, \"logit_bias\": {\"%d\": -100}}";
      int end = TestServer.WORDS.endOfText();
      var first = narrow.engine();
      assertThat(first.closed()).isFalse();
      var three = narrow.post("/v1/completions", body.formatted(16, end));
      assertThat(three.statusCode()).as("alone, more than may wait is taken").isIn(200, 408);
      if (three.statusCode() == 408) {
        assertRefused(three, 408, "timeout_error", "null");
      }
    }
  }
}
