package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CompletionsTest {
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

  private static String chat(String more) {
    return """
    {"model": "sft", "messages": [{"role": "user", "content": "Hello"}], "seed": 3, "max_tokens": 12%s}\
    """
        .formatted(more.isEmpty() ? "" : ", " + more);
  }

  private static String text(String prompt, String more) {
    return """
    {"model": "sft", "prompt": %s, "seed": 3%s}\
    """
        .formatted(prompt, more.isEmpty() ? "" : ", " + more);
  }

  @Test
  void anAnswerHasTheFieldsThatClientsRead() {
    var answer = server.answer("/v1/chat/completions", chat(""));
    assertThat(answer.path("id").asText()).matches("chatcmpl-[0-9a-f]{24}");
    assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
    assertThat(answer.path("created").asLong()).isGreaterThan(1_700_000_000);
    assertThat(answer.path("model").asText()).isEqualTo("sft");
    var choice = answer.path("choices").path(0);
    assertThat(choice.path("index").asInt()).isZero();
    assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
    assertThat(choice.get("logprobs").isNull()).isTrue();
    assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
    assertThat(choice.path("message").path("content").asText()).isNotBlank();
    assertThat(choice.path("message").get("refusal").isNull()).isTrue();
    int prompt = TestServer.WORDS.encode("Hello\n\n").length;
    assertThat(answer.path("usage").toString())
        .isEqualTo(
            "{\"prompt_tokens\":%d,\"completion_tokens\":12,\"total_tokens\":%d}"
                .formatted(prompt, prompt + 12));
    assertThat(server.answer("/chat/completions", chat("")).path("choices"))
        .as("without /v1, of the same seed")
        .isEqualTo(answer.path("choices"));
    assertThat(server.answer("/v1/chat/completions", chat("").replace("3,", "4,")).path("choices"))
        .isNotEqualTo(answer.path("choices"));
  }

  @Test
  void aStreamIsTheAnswerInParts() {
    var whole = server.answer("/v1/chat/completions", chat("\"n\": 3"));
    var events =
        server.events(
            "/v1/chat/completions",
            chat("\"n\": 3, \"stream\": true, \"stream_options\": {\"include_usage\": true}"));
    assertThat(events.getLast()).isEqualTo("[DONE]");
    var parts = events.subList(0, events.size() - 1).stream().map(TestServer::json).toList();
    assertThat(parts).extracting(part -> part.path("id").asText()).containsOnly(id(parts));
    assertThat(parts)
        .allSatisfy(part -> {
          assertThat(part.path("object").asText()).isEqualTo("chat.completion.chunk");
          assertThat(part.path("created").isIntegralNumber()).isTrue();
          assertThat(part.has("error")).isFalse();
        });
    var last = parts.getLast();
    assertThat(last.path("choices")).isEmpty();
    assertThat(last.path("usage")).isEqualTo(whole.path("usage"));
    assertThat(parts.subList(0, parts.size() - 1))
        .allSatisfy(part -> assertThat(part.get("usage").isNull()).isTrue());
    for (int index = 0; index < 3; index++) {
      var mine = choices(parts, index);
      assertThat(mine.getFirst().path("delta").path("role").asText()).isEqualTo("assistant");
      assertThat(mine.subList(1, mine.size()))
          .noneMatch(choice -> choice.path("delta").has("role"));
      assertThat(mine.subList(0, mine.size() - 1))
          .allMatch(choice -> choice.get("finish_reason").isNull());
      assertThat(mine.getLast().path("finish_reason").asText()).isEqualTo("length");
      var text = new StringBuilder();
      mine.forEach(choice -> text.append(choice.path("delta").path("content").asText()));
      assertThat(text.toString())
          .isEqualTo(whole.path("choices").path(index).path("message").path("content").asText());
    }
  }

  private static String id(List<JsonNode> parts) {
    return parts.getFirst().path("id").asText();
  }

  private static List<JsonNode> choices(List<JsonNode> parts, int index) {
    var found = new ArrayList<JsonNode>();
    for (var part : parts) {
      for (var choice : part.path("choices")) {
        if (choice.path("index").asInt() == index) {
          found.add(choice);
        }
      }
    }
    return found;
  }

  @Test
  void aStopStringEndsTheTextAndNeverLeaksHalf() {
    var whole = content(server.answer("/v1/chat/completions", chat("")));
    var stop = whole.substring(whole.length() / 2, whole.length() / 2 + 4);
    var stopped = server.answer("/v1/chat/completions", chat("\"stop\": \"" + stop + "\""));
    var before = whole.substring(0, whole.indexOf(stop)).stripTrailing();
    assertThat(content(stopped)).isEqualTo(before);
    assertThat(stopped.path("choices").path(0).path("finish_reason").asText()).isEqualTo("stop");
    var text = new StringBuilder();
    for (var event :
        server.events(
            "/v1/chat/completions",
            chat("\"stop\": [\"#\", \"%s\"], \"stream\": true".formatted(stop)))) {
      if (!event.equals("[DONE]")) {
        var part = TestServer.json(event).path("choices").path(0).path("delta").path("content");
        text.append(part.asText());
        assertThat(before).startsWith(text.toString());
      }
    }
    assertThat(text.toString()).isEqualTo(before);
  }

  private static String content(JsonNode answer) {
    return answer.path("choices").path(0).path("message").path("content").asText();
  }

  @Test
  void logProbabilitiesOfAnAnswerAreThoseOfItsTokens() {
    var answer =
        server.answer(
            "/v1/chat/completions",
            chat("\"logprobs\": true, \"top_logprobs\": 3, \"temperature\": 0"));
    var choice = answer.path("choices").path(0);
    var bytes = new StringBuilder();
    assertThat(choice.path("logprobs").path("content")).hasSize(12);
    for (var token : choice.path("logprobs").path("content")) {
      assertThat(token.path("top_logprobs")).hasSize(3);
      var likeliest = token.path("top_logprobs").path(0);
      assertThat(likeliest.path("token")).isEqualTo(token.path("token"));
      assertThat(likeliest.path("logprob")).isEqualTo(token.path("logprob"));
      token.path("bytes").forEach(each -> bytes.append((char) each.asInt()));
    }
    var text =
        new String(bytes.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    assertThat(text.strip()).isEqualTo(content(answer));
    assertThat(choice.path("logprobs").get("refusal").isNull()).isTrue();
  }

  /// The request of a likelihood evaluation, as lm-evaluation-harness sends it.
  @Test
  void promptLogProbabilitiesAreThoseOfTheProgram() throws IOException {
    int[] first = TestServer.WORDS.encode("bab bad baf bag bah");
    int[] second = TestServer.WORDS.encode("zuz zux");
    var prompts = "[%s, %s]".formatted(list(first), list(second));
    var answer =
        server.answer(
            "/v1/completions",
            text(
                prompts, "\"temperature\": 0, \"max_tokens\": 1, \"logprobs\": 1, \"echo\": true"));
    for (int i = 0; i < 2; i++) {
      int[] ids = i == 0 ? first : second;
      var choice = answer.path("choices").path(i);
      var scores = choice.path("logprobs").path("token_logprobs");
      assertThat(scores).hasSize(ids.length + 1);
      assertThat(scores.get(0).isNull()).isTrue();
      assertThat(choice.path("logprobs").path("top_logprobs").get(0).isNull()).isTrue();
      double[] expected = logProbs(ids);
      for (int t = 1; t < ids.length; t++) {
        assertThat(scores.get(t).asDouble()).isCloseTo(expected[t - 1], within(1e-6));
      }
      var last = choice.path("logprobs").path("top_logprobs").get(ids.length);
      assertThat(last.path(choice.path("logprobs").path("tokens").get(ids.length).asText()))
          .as("the greedy token, to the bit")
          .isEqualTo(scores.get(ids.length));
      var text = choice.path("text").asText();
      assertThat(text).startsWith(TestServer.WORDS.decode(ids));
      var tokens = new StringBuilder();
      for (int t = 0; t <= ids.length; t++) {
        assertThat(choice.path("logprobs").path("text_offset").get(t).asInt())
            .isEqualTo(tokens.length());
        tokens.append(choice.path("logprobs").path("tokens").get(t).asText());
      }
      assertThat(tokens.toString()).isEqualTo(text);
    }
    assertThat(answer.path("usage").path("prompt_tokens").asInt())
        .isEqualTo(first.length + second.length);
    assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(2);
    var none =
        server.answer(
            "/v1/completions",
            text(list(first), "\"max_tokens\": 0, \"logprobs\": 0, \"echo\": true"));
    assertThat(none.path("choices").path(0).path("logprobs").path("token_logprobs"))
        .hasSize(first.length);
    assertThat(none.path("choices").path(0).path("finish_reason").asText()).isEqualTo("length");
  }

  private static String list(int[] ids) {
    return IntStream.of(ids).boxed().toList().toString();
  }

  private static double[] logProbs(int[] ids) throws IOException {
    try (var _ = Scope.open()) {
      var gpt = Checkpoint.loadLanguageModel(folder.resolve("sft"), Precision.FULL, Device.CPU);
      var rest = IntStream.of(ids).skip(1).toArray();
      var example = new EncodedExample(new int[] {ids[0]}, rest);
      return SequenceScorer.inOrder(1).logProbs(gpt, List.of(example)).getFirst();
    }
  }

  @Test
  void aCompletionGoesOnFromItsPromptToTheCharacter() {
    var alone = server.answer("/v1/completions", text("\"bab bad\"", "\"max_tokens\": 9"));
    var echoed =
        server.answer("/v1/completions", text("\"bab bad\"", "\"max_tokens\": 9, \"echo\": true"));
    var written = alone.path("choices").path(0).path("text").asText();
    assertThat(written).isNotEmpty();
    assertThat(echoed.path("choices").path(0).path("text").asText()).isEqualTo("bab bad" + written);
    var parts = new StringBuilder();
    for (var event :
        server.events(
            "/v1/completions",
            text(
                "\"bab bad\"",
                "\"max_tokens\": 9, \"echo\": true, \"stream\": true, \"logprobs\": 2"))) {
      if (!event.equals("[DONE]")) {
        parts.append(TestServer.json(event).path("choices").path(0).path("text").asText());
      }
    }
    assertThat(parts.toString()).isEqualTo("bab bad" + written);
    assertThat(server.answer("/v1/completions", text("[\"a\", \"b\"]", "\"n\": 2")).path("choices"))
        .hasSize(4);
    assertThat(server.answer("/v1/completions", "{\"model\": \"sft\"}").path("choices")).hasSize(1);
  }

  @Test
  void theBestOfSeveralIsTheLikeliest() {
    var all =
        server.answer(
            "/v1/completions", text("\"bab\"", "\"n\": 4, \"max_tokens\": 6, \"logprobs\": 0"));
    double best = Double.NEGATIVE_INFINITY;
    JsonNode likeliest = null;
    for (var choice : all.path("choices")) {
      double sum = 0;
      for (var each : choice.path("logprobs").path("token_logprobs")) {
        sum += each.asDouble();
      }
      if (sum > best) {
        best = sum;
        likeliest = choice;
      }
    }
    var one =
        server.answer("/v1/completions", text("\"bab\"", "\"best_of\": 4, \"max_tokens\": 6"));
    assertThat(one.path("choices")).hasSize(1);
    assertThat(one.path("choices").path(0).path("text")).isEqualTo(likeliest.path("text"));
    assertThat(one.path("usage").path("completion_tokens").asInt()).isEqualTo(24);
  }

  @Test
  void aBiasAndPenaltiesChangeTheText() {
    int id = TestServer.WORDS.encode(" zuz")[0];
    var forced =
        server.answer(
            "/v1/completions",
            text("\"bab\"", "\"max_tokens\": 4, \"logit_bias\": {\"%d\": 100}".formatted(id)));
    assertThat(forced.path("choices").path(0).path("text").asText()).isEqualTo(" zuz zuz zuz zuz");
  }

  @Test
  void rewardsComeInTheOrderOfTheAnswers() {
    var body = "{\"model\": \"reward\", \"text_1\": \"bab\", \"text_2\": [\"bad\", \"zuz zux\"]}";
    var answer = server.answer("/v1/score", body);
    assertThat(answer.path("data")).hasSize(2);
    assertThat(answer.path("data").path(1).path("index").asInt()).isEqualTo(1);
    double first = answer.path("data").path(0).path("score").asDouble();
    assertThat(first).isNotEqualTo(answer.path("data").path(1).path("score").asDouble());
    var alone =
        server.answer(
            "/score", "{\"model\": \"reward\", \"text_1\": \"bab\", \"text_2\": \"bad\"}");
    assertThat(alone.path("data").path(0).path("score").asDouble()).isCloseTo(first, within(1e-5));
  }

  @Test
  void tokensAndModelsAreTold() {
    var tokens = server.answer("/tokenize", "{\"model\": \"sft\", \"prompt\": \"bab bad\"}");
    assertThat(tokens.path("tokens").toString())
        .isEqualTo(list(TestServer.WORDS.encode("bab bad")).replace(" ", ""));
    assertThat(tokens.path("max_model_len").asInt()).isEqualTo(TestServer.CONTEXT);
    var back = "{\"model\": \"sft\", \"tokens\": %s}".formatted(tokens.path("tokens"));
    assertThat(server.answer("/detokenize", back).path("prompt").asText()).isEqualTo("bab bad");
    var info = TestServer.json(server.get("/tokenizer_info?model=sft").body());
    assertThat(info.path("eos_token").asText()).isEqualTo("<|endoftext|>");
    var models = TestServer.json(server.get("/v1/models").body());
    assertThat(models.path("data"))
        .extracting(model -> model.path("id").asText())
        .containsExactlyInAnyOrder("sft", "reward");
    var one = TestServer.json(server.get("/models/sft").body());
    assertThat(one.path("object").asText()).isEqualTo("model");
    assertThat(server.get("/health").body()).contains("ok");
    assertThat(server.get("/metrics").body())
        .contains("instructgpt_requests_total{", "instructgpt_first_token_seconds_bucket");
  }
}
