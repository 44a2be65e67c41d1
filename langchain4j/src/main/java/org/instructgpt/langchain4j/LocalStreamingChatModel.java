package org.instructgpt.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import org.instructgpt.serve.InferenceEngine;

/// A language model in this process whose answers come token by token, for LangChain4j. The handler
/// is called on a thread of its own.
public final class LocalStreamingChatModel implements StreamingChatModel {
  private final InferenceEngine engine;
  private final String name;

  LocalStreamingChatModel(InferenceEngine engine, String name) {
    this.engine = engine;
    this.name = name;
  }

  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    Thread.ofVirtual()
        .name("answer-" + name)
        .start(() -> {
          try {
            var whole = new LocalRequest(engine, name, request).answer(handler::onPartialResponse);
            handler.onCompleteResponse(whole);
          } catch (RuntimeException failed) {
            handler.onError(failed);
          }
        });
  }
}
