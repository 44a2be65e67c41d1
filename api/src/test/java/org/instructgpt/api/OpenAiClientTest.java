package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// OpenAI's own client for Java, unmodified. It checks each field when it is read.
@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OpenAiClientTest {
  private static final String KEY = "sk-0123456789abcdefghij";

  @TempDir private static Path folder;
  private static TestServer server;
  private static OpenAIClient client;

  @BeforeAll
  static void start() throws IOException {
    var file = folder.resolve("keys.jsonl");
    Files.writeString(file, "{\"name\": \"team\", \"key\": \"%s\"}".formatted(KEY));
    server = TestServer.start(folder, 8, 64, Duration.ofSeconds(60), ApiKeys.read(file));
    client = client(KEY);
  }

  private static OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder().baseUrl(server.url() + "/v1").apiKey(key).build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private static ChatCompletionCreateParams.Builder hello() {
    return ChatCompletionCreateParams.builder()
        .model("sft")
        .addSystemMessage("Be short.")
        .addUserMessage("Hello")
        .maxCompletionTokens(9)
        .putAdditionalBodyProperty("seed", JsonValue.from(3));
  }

  @Test
  void chat() {
    var answer = client.chat().completions().create(hello().n(2).build());
    answer.validate();
    assertThat(answer.choices()).hasSize(2);
    assertThat(answer.choices().getFirst().message().content().orElseThrow()).isNotBlank();
    assertThat(answer.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
    assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(18);
  }

  @Test
  void stream() {
    var options = ChatCompletionStreamOptions.builder().includeUsage(true).build();
    var request = hello().n(2).streamOptions(options).build();
    var all = ChatCompletionAccumulator.create();
    try (var chunks = client.chat().completions().createStreaming(request)) {
      chunks.stream()
          .forEach(chunk -> {
            chunk.validate();
            all.accumulate(chunk);
          });
    }
    var whole = client.chat().completions().create(hello().n(2).build());
    var streamed = all.chatCompletion();
    for (int i = 0; i < 2; i++) {
      assertThat(streamed.choices().get(i).message().content())
          .isEqualTo(whole.choices().get(i).message().content());
    }
    assertThat(streamed.usage()).isEqualTo(whole.usage());
  }

  @Test
  void stopAndLogProbabilities() {
    var plain = client.chat().completions().create(hello().build());
    var text = plain.choices().getFirst().message().content().orElseThrow();
    var stop = text.substring(text.length() / 2, text.length() / 2 + 3);
    var stopped =
        client
            .chat()
            .completions()
            .create(hello().stop(stop).logprobs(true).topLogprobs(2).build());
    stopped.validate();
    var choice = stopped.choices().getFirst();
    assertThat(choice.message().content().orElseThrow())
        .isEqualTo(text.substring(0, text.indexOf(stop)).stripTrailing());
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    assertThat(choice.logprobs().orElseThrow().content().orElseThrow())
        .isNotEmpty()
        .allMatch(token -> token.topLogprobs().size() == 2 && token.logprob() <= 0);
  }

  @Test
  void completions() {
    var request =
        CompletionCreateParams.builder()
            .model("sft")
            .prompt("bab bad")
            .echo(true)
            .logprobs(1)
            .maxTokens(3)
            .seed(5)
            .build();
    // The client's validation does not know that OpenAI gives null for the first token of an echo.
    var answer = client.completions().create(request);
    assertThat(answer.choices().getFirst().text()).startsWith("bab bad");
    assertThat(answer.choices().getFirst().logprobs().orElseThrow().textOffset().orElseThrow())
        .startsWith(0L);
    var plain = request.toBuilder().echo(false).build();
    client.completions().create(plain).validate();
    try (var chunks = client.completions().createStreaming(plain)) {
      var text = new StringBuilder();
      chunks.stream().forEach(chunk -> text.append(chunk.choices().getFirst().text()));
      assertThat(text.toString())
          .isEqualTo(client.completions().create(plain).choices().getFirst().text());
    }
  }

  @Test
  void models() {
    assertThat(client.models().list().data())
        .extracting(model -> model.validate().id())
        .containsExactlyInAnyOrder("sft", "reward");
    assertThat(client.models().retrieve("sft").id()).isEqualTo("sft");
  }

  @Test
  void errors() {
    assertThatThrownBy(() -> client.chat().completions().create(hello().model("nobody").build()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("there is no model 'nobody'");
    assertThatThrownBy(() -> client.chat().completions().create(hello().temperature(3.0).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("temperature");
    var stranger = client("sk-wrong");
    assertThatThrownBy(() -> stranger.models().list()).isInstanceOf(UnauthorizedException.class);
    stranger.close();
  }

  @Test
  void cancel() throws InterruptedException {
    int end = TestServer.WORDS.endOfText();
    for (int i = 0; i < 20; i++) {
      var request =
          hello()
              .maxCompletionTokens(240)
              .putAdditionalBodyProperty("logit_bias", JsonValue.from(Map.of(end, -100)))
              .build();
      try (var chunks = client.chat().completions().createStreaming(request)) {
        assertThat(chunks.stream().limit(3)).hasSize(3);
      }
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (server.engine().underWay() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertThat(server.engine().underWay()).as("rows of clients that went away").isZero();
  }
}
