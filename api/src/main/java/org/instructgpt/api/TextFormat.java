package org.instructgpt.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.files.Json;
import org.instructgpt.model.ScoredToken;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.text.TextStream;
import org.instructgpt.text.TokenTexts;
import org.instructgpt.text.Tokenizer;

/// The completions of `/v1/completions`. Of one request: it counts the characters of each
/// completion.
final class TextFormat implements AnswerFormat {
  private final Tokenizer tokenizer;
  private final TokenTexts texts;
  private final boolean echo;
  private final boolean scored;
  private final Map<Integer, Offsets> offsets = new HashMap<>();

  /// @param echo whether the input is part of the text
  /// @param scored whether the tokens' log-probabilities are wanted
  TextFormat(Tokenizer tokenizer, TokenTexts texts, boolean echo, boolean scored) {
    this.tokenizer = tokenizer;
    this.texts = texts;
    this.echo = echo;
    this.scored = scored;
  }

  /// Where the tokens of a text begin, in characters (code points).
  private static final class Offsets {
    private final TextStream stream;
    private int length;

    Offsets(Tokenizer tokenizer) {
      stream = new TextStream(tokenizer);
    }

    /// Where the next token begins.
    int next(int id) {
      int at = length;
      var more = stream.add(id);
      length += more.codePointCount(0, more.length());
      return at;
    }
  }

  @Override
  public String prefix() {
    return "cmpl-";
  }

  @Override
  public String object(boolean part) {
    return "text_completion";
  }

  @Override
  public ObjectNode choice(int index, Answer answer) {
    var choice =
        Json.LENIENT
            .createObjectNode()
            .put("index", index)
            .put("text", echo ? written(answer) + answer.text() : answer.text());
    if (scored) {
      var tokens = new Tokens(index);
      if (echo) {
        tokens.addInput(answer);
      }
      answer.tokens().forEach(tokens::add);
      choice.set("logprobs", tokens.json());
    } else {
      choice.putNull("logprobs");
    }
    return choice.put("finish_reason", answer.reason());
  }

  /// The text of the input, without the token that begins every text.
  private String written(Answer answer) {
    int[] ids = answer.input().stream().mapToInt(id -> id).skip(isBegun(answer) ? 1 : 0).toArray();
    return tokenizer.decode(ids);
  }

  private boolean isBegun(Answer answer) {
    var first = tokenizer.beginOfText();
    return !answer.input().isEmpty()
        && first.isPresent()
        && answer.input().getFirst() == first.getAsInt();
  }

  @Override
  public Optional<ObjectNode> opening(int index, Answer answer) {
    if (!echo) {
      return Optional.empty();
    }
    var choice = Json.LENIENT.createObjectNode().put("index", index).put("text", written(answer));
    if (scored) {
      var tokens = new Tokens(index);
      tokens.addInput(answer);
      choice.set("logprobs", tokens.json());
    } else {
      choice.putNull("logprobs");
    }
    return Optional.of(choice.putNull("finish_reason"));
  }

  @Override
  public ObjectNode part(int index, String text, List<ScoredToken> tokens) {
    var choice = Json.LENIENT.createObjectNode().put("index", index).put("text", text);
    if (scored) {
      var written = new Tokens(index);
      tokens.forEach(written::add);
      choice.set("logprobs", written.json());
    } else {
      choice.putNull("logprobs");
    }
    return choice.putNull("finish_reason");
  }

  @Override
  public boolean sendsTokens() {
    return scored;
  }

  @Override
  public ObjectNode closing(int index, Finish finish) {
    return Json.LENIENT
        .createObjectNode()
        .put("index", index)
        .put("text", "")
        .putNull("logprobs")
        .put("finish_reason", Answer.reason(finish));
  }

  /// The four lists in which tokens are told.
  private final class Tokens {
    private final ArrayNode names = Json.LENIENT.createArrayNode();
    private final ArrayNode logProbs = Json.LENIENT.createArrayNode();
    private final ArrayNode likeliest = Json.LENIENT.createArrayNode();
    private final ArrayNode starts = Json.LENIENT.createArrayNode();
    private final Offsets at;

    Tokens(int index) {
      at = offsets.computeIfAbsent(index, _ -> new Offsets(tokenizer));
    }

    /// The input: nothing is known of its first token.
    void addInput(Answer answer) {
      var ids = new ArrayList<>(answer.input());
      boolean begun = isBegun(answer);
      names.add(begun ? "" : name(ids.getFirst()));
      starts.add(begun ? 0 : at.next(ids.getFirst()));
      logProbs.addNull();
      likeliest.addNull();
      answer.scores().forEach(this::add);
    }

    void add(ScoredToken token) {
      names.add(name(token.id()));
      starts.add(at.next(token.id()));
      logProbs.add(token.logProb());
      var others = likeliest.addObject();
      token.likeliest().forEach(other -> others.put(name(other.id()), other.logProb()));
    }

    /// As OpenAI names a token that is no whole character.
    private String name(int id) {
      if (!texts.isPart(id)) {
        return texts.text(id);
      }
      var name = new StringBuilder("bytes:");
      for (byte each : texts.bytes(id)) {
        name.append("\\x%02x".formatted(each));
      }
      return name.toString();
    }

    ObjectNode json() {
      var json = Json.LENIENT.createObjectNode();
      json.set("tokens", names);
      json.set("token_logprobs", logProbs);
      json.set("top_logprobs", likeliest);
      json.set("text_offset", starts);
      return json;
    }
  }
}
