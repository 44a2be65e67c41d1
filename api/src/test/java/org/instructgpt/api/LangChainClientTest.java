package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// LangChain4j's client, unmodified.
@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LangChainClientTest {
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

  private static OpenAiChatModel model(String name) {
    return OpenAiChatModel.builder()
        .baseUrl(server.url() + "/v1")
        .apiKey("none")
        .modelName(name)
        .seed(3)
        .maxTokens(9)
        .maxRetries(0)
        .build();
  }

  @Test
  void chat() {
    var answer = model("sft").chat(SystemMessage.from("Be short."), UserMessage.from("Hello"));
    assertThat(answer.aiMessage().text()).isNotBlank();
    assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(answer.tokenUsage().outputTokenCount()).isEqualTo(9);
  }

  @Test
  void stream() throws Exception {
    var streaming =
        OpenAiStreamingChatModel.builder()
            .baseUrl(server.url() + "/v1")
            .apiKey("none")
            .modelName("sft")
            .seed(3)
            .maxTokens(9)
            .build();
    var whole = new CompletableFuture<ChatResponse>();
    var parts = new StringBuffer();
    streaming.chat(
        List.of(UserMessage.from("Hello")),
        new StreamingChatResponseHandler() {
          @Override
          public void onPartialResponse(String part) {
            parts.append(part);
          }

          @Override
          public void onCompleteResponse(ChatResponse response) {
            whole.complete(response);
          }

          @Override
          public void onError(Throwable error) {
            whole.completeExceptionally(error);
          }
        });
    var response = whole.get(30, TimeUnit.SECONDS);
    assertThat(response.aiMessage().text()).isEqualTo(parts.toString());
    assertThat(response.aiMessage().text()).isEqualTo(model("sft").chat("Hello"));
    assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(9);
  }

  @Test
  void errors() {
    assertThatThrownBy(() -> model("nobody").chat("Hello"))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("there is no model 'nobody'");
  }
}
