package org.instructgpt.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /// @param before the tokens before the text, where they are no part of it
    Offsets(Tokenizer tokenizer, int[] before) {
      stream = new TextStream(tokenizer, before);
    }

    int length() {
      return length;
    }

    /// The characters that a token adds.
    String next(int id) {
      var more = stream.add(id);
      length += more.codePointCount(0, more.length());
      return more;
    }
  }

  @Override
  public String input() {
    return "prompt";
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
      begin(index, answer);
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

  private void begin(int index, Answer answer) {
    int[] before = echo ? new int[0] : answer.input().stream().mapToInt(id -> id).toArray();
    offsets.put(index, new Offsets(tokenizer, before));
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
    begin(index, answer);
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
  public boolean opensFirst() {
    return false;
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
      at = Objects.requireNonNull(offsets.get(index));
    }

    /// The input: nothing is known of its first token.
    void addInput(Answer answer) {
      starts.add(0);
      int first = answer.input().getFirst();
      names.add(isBegun(answer) ? "" : name(first, at.next(first)));
      logProbs.addNull();
      likeliest.addNull();
      answer.scores().forEach(this::add);
    }

    void add(ScoredToken token) {
      starts.add(at.length());
      var name = name(token.id(), at.next(token.id()));
      names.add(name);
      logProbs.add(token.logProb());
      var others = likeliest.addObject();
      for (var other : token.likeliest()) {
        boolean same = other.id() == token.id();
        others.put(same ? name : name(other.id(), texts.text(other.id())), other.logProb());
      }
    }

    /// As OpenAI names a token that is no whole character.
    ///
    /// @param text what the token adds where it stands
    private String name(int id, String text) {
      if (!texts.isPart(id)) {
        return text;
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
