package org.instructgpt.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.serve.TestModels;
import org.instructgpt.text.PromptTemplate;
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
class LocalModelsTest {
  @TempDir private static Path folder;
  private static LocalModels models;

  @BeforeAll
  static void open() throws IOException {
    TestModels.language(folder, "sft", "sft", 1);
    TestModels.reward(folder, "reward", 2);
    models = LocalModels.open(folder.resolve("sft"), folder.resolve("reward"));
  }

  @AfterAll
  static void close() {
    models.close();
  }

  private static ChatRequest request() {
    return ChatRequest.builder()
        .messages(
            SystemMessage.from("Be short."),
            UserMessage.from("bab"),
            AiMessage.from("bad"),
            UserMessage.from("baf"))
        .temperature(0.0)
        .maxOutputTokens(7)
        .build();
  }

  @Test
  void aConversationIsAnswered() {
    var answer = models.chat("sft").chat(request());
    assertThat(answer.aiMessage().text()).isNotBlank();
    assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(answer.tokenUsage().outputTokenCount()).isEqualTo(7);
    var text = "Be short.\n\nHuman: bab\n\nAssistant: bad\n\nHuman: baf\n\nAssistant:";
    assertThat(answer.tokenUsage().inputTokenCount())
        .isEqualTo(PromptTemplate.DEFAULT.prompt(TestModels.WORDS, text).length);
    assertThat(models.chat("sft").chat("bab")).isNotBlank();
  }

  @Test
  void aStreamIsTheAnswerInParts() throws Exception {
    var parts = new StringBuffer();
    var whole = new CompletableFuture<ChatResponse>();
    models
        .streaming("sft")
        .chat(
            request(),
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
    var streamed = whole.get(30, TimeUnit.SECONDS);
    assertThat(parts.toString()).isEqualTo(streamed.aiMessage().text());
    assertThat(streamed.aiMessage().text())
        .isEqualTo(models.chat("sft").chat(request()).aiMessage().text());
  }

  @Test
  void rewardsAreThoseOfTheModel() throws IOException {
    var segments = List.of(TextSegment.from("bad"), TextSegment.from("zuz zux"));
    var rewards = models.scoring("reward").scoreAll(segments, "bab").content();
    try (var _ = Scope.open()) {
      var model = Checkpoint.loadRewardModel(folder.resolve("reward"), Precision.FULL, Device.CPU);
      var examples =
          List.of(
              PromptTemplate.DEFAULT.frame(TestModels.WORDS, "bab", "bad"),
              PromptTemplate.DEFAULT.frame(TestModels.WORDS, "bab", "zuz zux"));
      double[] expected = SequenceScorer.inOrder(2).rewards(model, examples);
      assertThat(rewards.get(0)).isCloseTo(expected[0], within(1e-6));
      assertThat(rewards.get(1)).isCloseTo(expected[1], within(1e-6));
      assertThat(rewards.get(0)).isNotEqualTo(rewards.get(1));
    }
  }

  @Test
  void whatCannotBeDoneIsRefusedInWords() {
    assertThatThrownBy(() -> models.chat("reward"))
        .hasMessage("expected the name of a language model that was opened, found 'reward'");
    assertThatThrownBy(() -> models.chat("sft").chat(request().toBuilder().topK(5).build()))
        .isInstanceOf(UnsupportedFeatureException.class);
    assertThatThrownBy(() -> models.chat("sft").chat("bab ".repeat(400)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("expected a prompt of at most 255 tokens");
  }
}
