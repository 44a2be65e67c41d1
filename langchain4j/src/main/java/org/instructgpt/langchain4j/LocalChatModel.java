package org.instructgpt.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import org.instructgpt.serve.InferenceEngine;

/// A language model in this process, for LangChain4j. Answers are drawn at temperature 1 where the
/// request does not say otherwise.
public final class LocalChatModel implements ChatModel {
  private final InferenceEngine engine;
  private final String name;

  LocalChatModel(InferenceEngine engine, String name) {
    this.engine = engine;
    this.name = name;
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    return new LocalRequest(engine, name, request).answer(_ -> {});
  }
}
