package org.instructgpt.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.instructgpt.files.Json;
import org.instructgpt.model.ScoredToken;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.text.TokenTexts;

/// The completions of `/v1/chat/completions`.
///
/// @param scored whether the tokens' log-probabilities are wanted
record ChatFormat(TokenTexts texts, boolean scored) implements AnswerFormat {
  @Override
  public String input() {
    return "messages";
  }

  @Override
  public String prefix() {
    return "chatcmpl-";
  }

  @Override
  public String object(boolean part) {
    return part ? "chat.completion.chunk" : "chat.completion";
  }

  @Override
  public ObjectNode choice(int index, Answer answer) {
    var choice = Json.LENIENT.createObjectNode().put("index", index);
    choice
        .putObject("message")
        .put("role", "assistant")
        .put("content", answer.text())
        .putNull("refusal");
    choice.set("logprobs", logProbs(answer.tokens()));
    return choice.put("finish_reason", answer.reason());
  }

  @Override
  public Optional<ObjectNode> opening(int index, Answer answer) {
    var choice = Json.LENIENT.createObjectNode().put("index", index);
    choice.putObject("delta").put("role", "assistant").put("content", "").putNull("refusal");
    return Optional.of(choice.putNull("logprobs").putNull("finish_reason"));
  }

  @Override
  public ObjectNode part(int index, String text, List<ScoredToken> tokens) {
    var choice = Json.LENIENT.createObjectNode().put("index", index);
    choice.putObject("delta").put("content", text);
    choice.set("logprobs", logProbs(tokens));
    return choice.putNull("finish_reason");
  }

  @Override
  public boolean opensFirst() {
    return true;
  }

  @Override
  public boolean sendsTokens() {
    return scored;
  }

  @Override
  public ObjectNode closing(int index, Finish finish) {
    var choice = Json.LENIENT.createObjectNode().put("index", index);
    choice.putObject("delta");
    return choice.putNull("logprobs").put("finish_reason", Answer.reason(finish));
  }

  private JsonNode logProbs(List<ScoredToken> tokens) {
    if (!scored) {
      return Json.LENIENT.nullNode();
    }
    var logProbs = Json.LENIENT.createObjectNode();
    var content = logProbs.putArray("content");
    for (var token : tokens) {
      var one = content.addObject();
      put(one, token.id(), token.logProb());
      var likeliest = one.putArray("top_logprobs");
      token.likeliest().forEach(other -> put(likeliest.addObject(), other.id(), other.logProb()));
    }
    return logProbs.putNull("refusal");
  }

  private void put(ObjectNode to, int id, float logProb) {
    to.put("token", texts.text(id)).put("logprob", logProb);
    var bytes = to.putArray("bytes");
    for (byte each : texts.bytes(id)) {
      bytes.add(each & 0xff);
    }
  }
}
