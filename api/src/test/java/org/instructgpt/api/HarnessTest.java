package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A likelihood evaluation, asked and read as EleutherAI's lm-evaluation-harness 0.4.13 does it:
/// `LocalCompletionsAPI._create_payload` and `parse_logprobs` in lm_eval/models/openai_completions,
/// and `RemoteTokenizer` in lm_eval/utils.
@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HarnessTest {
  @TempDir private static Path folder;
  private static TestServer server;
  private static Scope scope;
  private static Gpt gpt;

  @BeforeAll
  static void start() throws IOException {
    server = TestServer.start(folder);
    scope = Scope.open();
    gpt = Checkpoint.loadLanguageModel(folder.resolve("sft"), Precision.FULL, Device.CPU);
  }

  @AfterAll
  static void stop() {
    scope.close();
    server.close();
  }

  /// A continuation whose likelihood is asked for.
  ///
  /// @param context how many of the ids stand before it, 1 or more
  private record Question(int[] ids, int context) {
    static Question drawn(Random random, int context, int continuation) {
      int vocabulary = TestServer.WORDS.vocabularySize();
      return new Question(
          random.ints(context + continuation, 2, vocabulary).toArray(), context); // nothing special
    }
  }

  /// What the harness makes of an answer.
  private record Likelihood(double sum, boolean greedy) {}

  private static JsonNode ask(List<Question> questions, String more) {
    var prompts = questions.stream().map(question -> Arrays.toString(question.ids)).toList();
    var body =
        """
        {"model": "sft", "prompt": %s, "temperature": 0, "max_tokens": 1, "logprobs": 1, \
        "seed": 1234, "echo": true%s}\
        """
            .formatted(prompts, more);
    var request =
        server
            .request("/v1/completions")
            .header("Authorization", "Bearer ") // of nobody who has set a key
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    var answer = server.send(request.build());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return TestServer.json(answer.body());
  }

  /// The sum over `token_logprobs[context:-1]`, and whether each of them is the greatest of its
  /// place in `top_logprobs`: the last token is the one that had to be generated.
  private static List<Likelihood> read(JsonNode answer, List<Question> questions) {
    var choices = new ArrayList<JsonNode>();
    answer.path("choices").forEach(choices::add);
    choices.sort(Comparator.comparingInt(choice -> choice.path("index").intValue()));
    assertThat(choices).hasSameSizeAs(questions);
    var read = new ArrayList<Likelihood>();
    for (int i = 0; i < choices.size(); i++) {
      var scores = choices.get(i).path("logprobs").path("token_logprobs");
      var top = choices.get(i).path("logprobs").path("top_logprobs");
      assertThat(top).hasSameSizeAs(scores);
      double sum = 0;
      boolean greedy = true;
      for (int t = questions.get(i).context; t < scores.size() - 1; t++) {
        assertThat(scores.get(t).isNumber()).isTrue();
        sum += scores.get(t).doubleValue();
        double best = Double.NEGATIVE_INFINITY;
        for (var other : top.get(t)) {
          best = Math.max(best, other.doubleValue());
        }
        greedy &= scores.get(t).doubleValue() == best;
      }
      read.add(new Likelihood(sum, greedy));
    }
    return read;
  }

  /// The same from the model itself.
  private static Likelihood expected(Question question) {
    try (var _ = Scope.open()) {
      int length = question.ids.length;
      var example =
          new EncodedExample(
              Arrays.copyOf(question.ids, question.context),
              Arrays.copyOfRange(question.ids, question.context, length));
      var logProbs = SequenceScorer.inOrder(1).logProbs(gpt, List.of(example)).getFirst();
      boolean greedy = true;
      for (int t = question.context; t < length; t++) {
        greedy &= likeliest(Arrays.copyOf(question.ids, t)) == question.ids[t];
      }
      return new Likelihood(Arrays.stream(logProbs).sum(), greedy);
    }
  }

  /// The token that the model's logits put after others.
  private static int likeliest(int[] ids) {
    try (var _ = Scope.open()) {
      var logits =
          Scope.constant(() -> {
            var hidden = gpt.hidden(Tensor.of(ids, 1, ids.length), Dropout.NONE);
            return gpt.logits(hidden.view(ids.length, -1).narrow(0, ids.length - 1, 1)).floats();
          });
      int best = 0;
      for (int id = 1; id < logits.length; id++) {
        best = logits[id] > logits[best] ? id : best;
      }
      return best;
    }
  }

  /// What the model would say itself.
  private static Question greedy(Random random, int context, int continuation) {
    int[] ids = Question.drawn(random, context, 0).ids;
    for (int i = 0; i < continuation; i++) {
      int next = likeliest(ids);
      ids = Arrays.copyOf(ids, ids.length + 1);
      ids[ids.length - 1] = next;
    }
    return new Question(ids, context);
  }

  private static void assertClose(Likelihood found, Likelihood expected) {
    assertThat(found.sum).isCloseTo(expected.sum, within(1e-6 * Math.max(1, -expected.sum)));
    assertThat(found.greedy).isEqualTo(expected.greedy);
  }

  @Test
  void likelihoodsAreThoseOfTheModelAndGreedyIsWhatItWouldSay() {
    var random = new Random(1);
    var questions =
        List.of(
            Question.drawn(random, 200, TestServer.CONTEXT - 1 - 200), // the longest that fit
            Question.drawn(random, 40, 7),
            greedy(random, 6, 3),
            Question.drawn(random, 5, 3),
            greedy(random, 2, 1),
            Question.drawn(random, 1, 1));
    var together = read(ask(questions, ""), questions);
    assertThat(together)
        .extracting(Likelihood::greedy)
        .containsExactly(false, false, true, false, true, false);
    for (int i = 0; i < questions.size(); i++) {
      assertClose(together.get(i), expected(questions.get(i)));
    }
    var alone =
        questions.parallelStream()
            .map(List::of)
            .map(one -> read(ask(one, ""), one).getFirst())
            .toList();
    for (int i = 0; i < questions.size(); i++) {
      assertClose(alone.get(i), together.get(i));
    }
  }

  /// Each token by itself, so that no two faults of a sum make up for each other.
  @Test
  void eachTokenHasTheProgramsOwnLogProbability() {
    var question = Question.drawn(new Random(2), 30, 60);
    var scores = ask(List.of(question), "").at("/choices/0/logprobs/token_logprobs");
    var example =
        new EncodedExample(
            Arrays.copyOf(question.ids, 1),
            Arrays.copyOfRange(question.ids, 1, question.ids.length));
    var expected = SequenceScorer.inOrder(1).logProbs(gpt, List.of(example)).getFirst();
    assertThat(scores).hasSize(question.ids.length + 1);
    for (int t = 1; t < question.ids.length; t++) {
      assertThat(scores.get(t).doubleValue()).isCloseTo(expected[t - 1], within(1e-6));
    }
  }

  /// The harness drops the last of the tokens, so it must be there also where the model ends the
  /// text; else a token of the continuation is not counted.
  @Test
  void theTokenThatEndsATextIsOneOfTheTokens() {
    int end = TestServer.WORDS.endOfText();
    var question = Question.drawn(new Random(3), 4, 5);
    var bias = ", \"logit_bias\": {\"%d\": 100}".formatted(end);
    var answer = ask(List.of(question), bias);
    assertClose(read(answer, List.of(question)).getFirst(), expected(question));
    var choice = answer.path("choices").path(0);
    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    var text = TestServer.WORDS.decode(question.ids);
    assertThat(choice.path("text").asText()).isEqualTo(text);
    var tokens = choice.path("logprobs").path("tokens");
    assertThat(tokens).hasSize(question.ids.length + 1);
    assertThat(tokens.get(question.ids.length).asText()).isEqualTo("<|endoftext|>");
    assertThat(choice.path("logprobs").path("text_offset").get(question.ids.length).asInt())
        .isEqualTo(text.codePointCount(0, text.length()));

    var streamed =
        server.events(
            "/v1/completions",
            "{\"model\": \"sft\", \"prompt\": \"bab\", \"logprobs\": 0, \"stream\": true"
                + bias
                + "}");
    assertThat(TestServer.json(streamed.getFirst()).at("/choices/0/logprobs/tokens/0").asText())
        .isEqualTo("<|endoftext|>");
    assertThat(TestServer.json(streamed.getFirst()).at("/choices/0/text").asText()).isEmpty();
    var chat =
        server.answer(
            "/v1/chat/completions",
            "{\"model\": \"sft\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}],"
                + " \"logprobs\": true"
                + bias
                + "}");
    assertThat(chat.at("/choices/0/logprobs/content")).as("tokens of the message").isEmpty();
  }

  /// No request of its tokenizer names a model.
  @Test
  void itsTokenizerFindsWhatItReads() {
    var info = TestServer.json(server.get("/tokenizer_info").body());
    assertThat(info.has("bos_token")).isTrue();
    assertThat(info.path("eos_token").asText()).isEqualTo("<|endoftext|>");
    assertThat(encoded(info.path("eos_token").asText()))
        .as("eos_token_id")
        .containsExactly(TestServer.WORDS.endOfText());
    var text = "bab bad <|endoftext|>";
    assertThat(encoded(text)).containsExactly(TestServer.WORDS.encode(text));
    var back = "{\"tokens\": %s}".formatted(Arrays.toString(encoded(text)));
    assertThat(server.answer("/detokenize", back).path("prompt").asText()).isEqualTo(text);
  }

  private static int[] encoded(String text) {
    var body = "{\"prompt\": \"%s\", \"add_special_tokens\": false}".formatted(text);
    var tokens = server.answer("/tokenize", body).path("tokens");
    return IntStream.range(0, tokens.size()).map(i -> tokens.get(i).intValue()).toArray();
  }
}
