package org.instructgpt.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.instructgpt.model.LogitAdjustment;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.serve.CompletionStream.Event;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.CompletionWish;
import org.instructgpt.serve.Failure;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ModelInput;
import org.instructgpt.text.Dialogue.Role;
import org.instructgpt.text.Dialogue.Turn;

/// A request of LangChain4j, answered by the engine.
///
/// @param model its name
record LocalRequest(InferenceEngine engine, String model, ChatRequest request) {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /// The whole answer.
  ///
  /// @param part takes each part of its text when it is there
  ChatResponse answer(Consumer<String> part) {
    var stream = start();
    try {
      return collect(stream, part);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the model answered", stop);
    } finally {
      stream.cancel();
    }
  }

  private CompletionStream start() {
    refuseUnsupported();
    var turns = request.messages().stream().map(LocalRequest::turn).toList();
    var settings =
        new GenerationSettings(
            Optional.ofNullable(request.maxOutputTokens()).orElse(GenerationSettings.LONGEST),
            Optional.ofNullable(request.temperature()).orElse(1.0),
            Optional.ofNullable(request.topP()).orElse(1.0),
            Optional.ofNullable(request.stopSequences()).orElse(List.of()),
            ThreadLocalRandom.current().nextLong());
    var adjustment =
        new LogitAdjustment(
            Optional.ofNullable(request.presencePenalty()).orElse(0.0),
            Optional.ofNullable(request.frequencyPenalty()).orElse(0.0),
            Map.of());
    var wish = new CompletionWish(settings, 1, adjustment, -1, false, false);
    try {
      return engine.stream(model, List.of(new ModelInput.Conversation(turns)), wish);
    } catch (InferenceEngine.Overloaded full) {
      throw new RateLimitException(full.getMessage(), full);
    } catch (IllegalArgumentException gone) {
      throw new ModelNotFoundException(gone.getMessage(), gone);
    }
  }

  private void refuseUnsupported() {
    if (request.topK() != null) {
      throw new UnsupportedFeatureException("topK is not supported; take topP");
    }
    if (request.toolSpecifications() != null && !request.toolSpecifications().isEmpty()) {
      throw new UnsupportedFeatureException("tools are not supported");
    }
    if (request.modelName() != null && !request.modelName().equals(model)) {
      throw new UnsupportedFeatureException(
          "expected the model %s, found %s".formatted(model, request.modelName()));
    }
  }

  private static Turn turn(ChatMessage message) {
    return switch (message) {
      case SystemMessage system -> new Turn(Role.SYSTEM, system.text());
      case UserMessage user ->
          new Turn(
              Role.HUMAN,
              user.contents().stream().map(LocalRequest::text).collect(Collectors.joining()));
      case AiMessage ai -> new Turn(Role.ASSISTANT, Optional.ofNullable(ai.text()).orElse(""));
      case ToolExecutionResultMessage tool -> new Turn(Role.HUMAN, tool.text());
      default -> throw new UnsupportedFeatureException("messages of the type " + message.type());
    };
  }

  private static String text(Content content) {
    if (content instanceof TextContent text) {
      return text.text();
    }
    throw new UnsupportedFeatureException("content of the type " + content.type());
  }

  private ChatResponse collect(CompletionStream stream, Consumer<String> part)
      throws InterruptedException {
    var text = new StringBuilder();
    int input = 0;
    while (true) {
      var event = stream.next(PAUSE);
      switch (event.orElse(null)) {
        case null -> {}
        case Event.Started started -> input = started.input().size();
        case Event.Text more -> add(text, more.text(), part);
        case Event.Failed failed -> throw refusal(failed.failure());
        case Event.Finished(_, String rest, Finish finish, int tokens) -> {
          add(text, rest, part);
          if (finish == Finish.CANCELLED) {
            throw new IllegalStateException("the models were closed while one answered");
          }
          return ChatResponse.builder()
              .aiMessage(AiMessage.from(text.toString()))
              .modelName(model)
              .tokenUsage(new TokenUsage(input, tokens))
              .finishReason(finish == Finish.LENGTH ? FinishReason.LENGTH : FinishReason.STOP)
              .build();
        }
      }
    }
  }

  private static void add(StringBuilder text, String more, Consumer<String> part) {
    if (!more.isEmpty()) {
      text.append(more);
      part.accept(more);
    }
  }

  private static RuntimeException refusal(Failure failure) {
    return switch (failure.key()) {
      case Failure.LONG, Failure.INPUT -> new InvalidRequestException(failure.explanation());
      default -> new IllegalStateException(failure.explanation());
    };
  }
}
