package org.instructgpt.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// How a prompt and a response become token ids. Training, scoring and sampling all use the same
/// one, since a model that was trained in one frame and sampled in another meets a context it has
/// never seen.
///
/// A model that brings a chat template is framed by that: the prompt's turns ([Dialogue]) as the
/// template writes them, up to where the assistant begins. Any other model gets a blank line
/// between prompt and response.
///
/// **The response ends with the token that ends it, and that token is part of it**: the loss is
/// taken on it, so the model learns to stop; the policy is rewarded for it; the reward model reads
/// its score there. A response that was cut off by a length limit lacks it, which distinguishes the
/// two.
///
/// Source: docs/specification.md 4.4.
public final class PromptTemplate {

  /// A blank line between prompt and response.
  public static final PromptTemplate DEFAULT = new PromptTemplate(new SeparatorFrame("\n\n"));

  /// The texts as they are; the response still ends with the end-of-text token.
  public static final PromptTemplate VERBATIM = new PromptTemplate(new SeparatorFrame(""));

  private final PromptFrame frame;

  private PromptTemplate(PromptFrame frame) {
    this.frame = frame;
  }

  /// That of a model: its chat template, or [#DEFAULT] where it has none.
  ///
  /// @param model its folder
  /// @throws IllegalArgumentException if the template cannot be read
  public static PromptTemplate of(Path model) throws IOException {
    return ChatTemplate.load(model)
        .map(chat -> new PromptTemplate(new ChatFrame(chat)))
        .orElse(DEFAULT);
  }

  /// What it is, for people.
  public String description() {
    return frame.description();
  }

  /// Whether prompts and responses are framed; otherwise they are taken as they are.
  public boolean isFramed() {
    return this != VERBATIM;
  }

  /// Whether it is a model's chat template.
  public boolean isChat() {
    return frame instanceof ChatFrame;
  }

  /// The ids of a prompt.
  ///
  /// @throws IllegalArgumentException if the chat template refuses it
  public int[] prompt(Tokenizer tokenizer, String prompt) {
    return frame.prompt(tokenizer, prompt);
  }

  /// The ids of a conversation up to where the assistant is to go on: as of the prompt text that
  /// [Dialogue#prompt] makes of it, but nothing that is said in it can look like a turn. Turns of
  /// one role that follow each other become one.
  ///
  /// @param turns at least one
  /// @throws IllegalArgumentException if there is none, or the chat template refuses them
  public int[] prompt(Tokenizer tokenizer, List<Dialogue.Turn> turns) {
    if (turns.isEmpty()) {
      throw new IllegalArgumentException("expected a conversation of one turn or more, found none");
    }
    return frame.prompt(tokenizer, Dialogue.joined(turns));
  }

  /// The ids of a response, stripped on both sides, with the token that ends it.
  public int[] response(Tokenizer tokenizer, String response) {
    return frame.response(tokenizer, response);
  }

  /// The ids of a response that ended or was cut off by a limit: the cut one lacks the token that
  /// ends it, as it did when it was sampled. One without any other token has it all the same, since
  /// there is nothing else to read.
  public int[] response(Tokenizer tokenizer, String response, boolean ended) {
    int[] ids = response(tokenizer, response);
    return ended || ids.length == 1 ? ids : Arrays.copyOf(ids, ids.length - 1);
  }

  /// A prompt and its response.
  public EncodedExample frame(Tokenizer tokenizer, String prompt, String response) {
    return new EncodedExample(prompt(tokenizer, prompt), response(tokenizer, response));
  }

  /// The tokens that end a response.
  public Set<Integer> ends(Tokenizer tokenizer) {
    int[] ids = response(tokenizer, "x");
    return Set.of(ids[ids.length - 1]);
  }

  /// Shortens a prompt whose ids would be more than `limit`, at a natural boundary. A prompt that
  /// fits comes back as it is. This loses what the writer put last, or the oldest turns of a
  /// conversation; callers say so or refuse instead.
  ///
  /// @return a prompt, for [#prompt]
  /// @throws IllegalArgumentException if not even the first word fits
  public String shorten(Tokenizer tokenizer, String prompt, int limit) {
    return frame.shorten(tokenizer, prompt, limit);
  }
}
