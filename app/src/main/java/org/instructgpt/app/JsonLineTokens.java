package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Count;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Sampler;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.jspecify.annotations.Nullable;

/// The tokens that a model reads for a line.
///
/// A model that was trained on framed prompts gets them framed: a separator after the prompt, the
/// end of text after the completion. Any other model gets the texts as they are. Ids are always
/// taken as they are.
///
/// @param model the checkpoint's folder, for messages
/// @param tokenizer null where the folder has none; lines must then give ids
/// @param template what is around texts
/// @param ends the ids that end a text by the model's files and its tokenizer; none where neither
///   names one
/// @param vocabulary how many ids the model knows
/// @param context how many tokens it can read
record JsonLineTokens(
    Path model,
    @Nullable Tokenizer tokenizer,
    PromptTemplate template,
    Set<Integer> ends,
    int vocabulary,
    int context) {

  /// What a user may ask for.
  enum Frame {
    /// Framed for models of our own supervised, reward, DPO and PPO stages, verbatim for others.
    AUTO,
    /// As our stages train it.
    FRAMED,
    /// The texts' own tokens and nothing else.
    VERBATIM
  }

  /// The tokens for the model in a folder; nothing of its weights is read.
  static JsonLineTokens of(Path model, Frame frame) throws IOException {
    var shape = Checkpoint.shape(model);
    var tokenizer = Tokenizers.isIn(model) ? Checkpoint.tokenizer(model) : null;
    var ends = new TreeSet<>(Checkpoint.ends(model));
    if (tokenizer != null) {
      ends.add(tokenizer.endOfText());
    }
    var template = template(model, frame);
    if (tokenizer != null && template.isFramed()) {
      try {
        ends.addAll(template.ends(tokenizer));
      } catch (IllegalArgumentException refused) { // even one question with its answer
        throw new IllegalArgumentException(model + ": " + refused.getMessage(), refused);
      }
    }
    return new JsonLineTokens(
        model, tokenizer, template, ends, shape.vocabulary(), shape.context());
  }

  /// Whether texts are framed.
  boolean isFramed() {
    return template.isFramed();
  }

  /// The ids of a line's prompt.
  ///
  /// @throws IllegalArgumentException when there is none, or it is empty, or not of this model
  int[] prompt(JsonLine line) {
    var conversation = line.conversation();
    int[] ids =
        conversation.isPresent()
            ? prompt(line, conversation.get())
            : line.tokens("prompt", text -> prompt(line, text));
    return checked(line, "prompt", ids);
  }

  private int[] prompt(JsonLine line, String text) {
    var known = tokenizer(line);
    try {
      return isFramed() ? template.prompt(known, text) : known.encodeFromStart(text);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException(line.where() + ": " + refused.getMessage(), refused);
    }
  }

  /// The ids of a line's prompt and completion; a framed completion that did not end by itself has
  /// no end of text.
  ///
  /// @throws IllegalArgumentException when one is missing, or empty, or both do not fit the context
  EncodedExample pair(JsonLine line) {
    var prompt = prompt(line);
    var completion =
        checked(
            line,
            "completion",
            line.tokens(
                "completion",
                text ->
                    isFramed()
                        ? template.response(tokenizer(line), text, line.ended())
                        : tokenizer(line).encode(text)));
    var pair = new EncodedExample(prompt, completion);
    if (pair.length() > context) {
      throw new IllegalArgumentException(
          "%s: prompt and completion have %s, but the model's context is %d; shorten them"
              .formatted(line.where(), Count.of(pair.length(), "token"), context));
    }
    return pair;
  }

  /// A sampler of the model; where there is a tokenizer, of ids that it knows.
  Sampler sampler(Gpt gpt, Sampler.Settings settings) {
    return tokenizer == null
        ? new Sampler(gpt, -1, settings)
        : new Sampler(gpt.withEnds(ends), tokenizer, settings);
  }

  /// The text of a response, without the token that ends it; null where there is no tokenizer.
  @Nullable String text(int[] response) {
    if (tokenizer == null) {
      return null;
    }
    boolean ended = response.length > 0 && ends.contains(response[response.length - 1]);
    return tokenizer.decode(Arrays.copyOf(response, response.length - (ended ? 1 : 0)));
  }

  private static PromptTemplate template(Path model, Frame frame) throws IOException {
    return switch (frame) {
      case FRAMED -> PromptTemplate.of(model);
      case VERBATIM -> PromptTemplate.VERBATIM;
      case AUTO -> Checkpoint.template(model);
    };
  }

  private Tokenizer tokenizer(JsonLine line) {
    if (tokenizer == null) {
      throw new IllegalArgumentException(
          "%s: the text needs a tokenizer, but %s has none; put its tokenizer.json there or give ids"
              .formatted(line.where(), model));
    }
    return tokenizer;
  }

  private int[] checked(JsonLine line, String name, int[] ids) {
    if (ids.length == 0) {
      throw new IllegalArgumentException(
          line.where() + ": " + name + ": expected at least one token, found none");
    }
    for (int id : ids) {
      if (id >= vocabulary) {
        throw new IllegalArgumentException(
            "%s: %s: the token id %d is not one of the model's %d"
                .formatted(line.where(), name, id, vocabulary));
      }
    }
    return ids;
  }
}
