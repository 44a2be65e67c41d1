package org.instructgpt.project;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Count;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.reward.TokenizedRanking;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;

/// Makes what people gave fit a model's context: prompts may have half of it and responses the
/// rest, as in the paper (1k tokens each of 2k, appendix C).
///
/// A prompt that is longer is dropped, as there, or cut at the end of a line; a response that is
/// longer loses its end and with it its end-of-text token. How often that happened is told.
final class ContextFitter {
  /// Fits to the context of a model, or to a shorter one that the options ask for.
  ///
  /// @throws IllegalArgumentException if they ask for a longer one
  static ContextFitter to(Path model, LongPrompts rule, RunOptions options) throws IOException {
    int own = Checkpoint.shape(model).context();
    int wanted = options.context() == 0 ? own : options.context();
    if (wanted < 2 || wanted > own) {
      throw new IllegalArgumentException(
          "--context: expected 2 to %d tokens, the context of %s, found %d"
              .formatted(own, model, wanted));
    }
    return new ContextFitter(Checkpoint.tokenizer(model), PromptTemplate.of(model), wanted, rule);
  }

  private final Tokenizer tokenizer;
  private final PromptTemplate template;
  private final int context;
  private final LongPrompts rule;
  private int dropped;
  private int cutPrompts;
  private int cutResponses;
  private int refused;
  private String refusal = "";

  ContextFitter(Tokenizer tokenizer, PromptTemplate template, int context, LongPrompts rule) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.context = context;
    this.rule = rule;
  }

  /// What texts become ids with.
  Tokenizer tokenizer() {
    return tokenizer;
  }

  /// The tokens that end a response.
  Set<Integer> ends() {
    return template.ends(tokenizer);
  }

  /// The context that everything is made to fit.
  int context() {
    return context;
  }

  /// A demonstration that fits; empty where its prompt does not.
  Optional<EncodedExample> demonstration(WithPrompt<Demonstration> given) {
    return prompt(given.prompt())
        .map(prompt -> new EncodedExample(prompt, response(prompt, given.item().response(), true)));
  }

  /// A ranking that fits; empty where its prompt does not.
  Optional<TokenizedRanking> ranking(WithPrompt<Ranking> given) {
    return prompt(given.prompt()).map(prompt -> ranking(prompt, given.item()));
  }

  private TokenizedRanking ranking(int[] prompt, Ranking ranking) {
    var completions = new ArrayList<int[]>();
    var ended = new ArrayList<Boolean>();
    for (var output : ranking.outputs()) {
      int before = cutResponses;
      completions.add(response(prompt, output.text(), output.ended()));
      ended.add(output.ended() && cutResponses == before);
    }
    return new TokenizedRanking(
        ranking.promptId(), prompt, completions, ranking.ranks(), ranking.labeler(), ended);
  }

  /// Says what was lost to the person who started the run, and notes it among the run's facts.
  void tell(PrintWriter out, TrainingRun run) {
    out.println("prompts are framed by " + template.description());
    losses().ifPresent(out::println);
    run.with("left_out_for_long_prompts", dropped)
        .with("cut_prompts", cutPrompts)
        .with("responses_cut_at_context", cutResponses);
  }

  /// Says why a training cannot begin for want of data, with what was lost of them on the way.
  IllegalArgumentException none(String missing) {
    return new IllegalArgumentException(
        missing + losses().map(lost -> " (" + lost + ")").orElse(""));
  }

  /// What was lost, for the person who started the run; empty if nothing was.
  Optional<String> losses() {
    var losses = new ArrayList<String>();
    if (dropped > 0) {
      losses.add(
          "%d left out, the prompt longer than %s (--long-prompts cut keeps its beginning)"
              .formatted(dropped, Count.of(context / 2, "token")));
    }
    if (refused > 0) {
      losses.add(
          "%d left out, which the model cannot be asked: %s (the first of them)"
              .formatted(refused, refusal));
    }
    if (cutPrompts > 0) {
      losses.add(
          "%s cut to %s (--long-prompts drop leaves them out)"
              .formatted(Count.of(cutPrompts, "prompt"), Count.of(context / 2, "token")));
    }
    if (cutResponses > 0) {
      losses.add(
          "%s cut at the end of the context, %s, which takes the end of text away"
              .formatted(Count.of(cutResponses, "response"), Count.of(context, "token")));
    }
    return losses.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", losses));
  }

  /// A prompt that fits; empty where it does not.
  Optional<int[]> prompt(Prompt given) {
    var text = given.text();
    int limit = context / 2;
    int[] ids;
    try {
      ids = template.prompt(tokenizer, text);
      if (ids.length > limit && rule == LongPrompts.CUT) {
        cutPrompts++;
        ids = template.prompt(tokenizer, template.shorten(tokenizer, text, limit));
      }
    } catch (IllegalArgumentException e) {
      refusal = refused++ == 0 ? String.valueOf(e.getMessage()) : refusal;
      return Optional.empty();
    }
    if (ids.length == 0 || ids.length > limit) {
      dropped++;
      return Optional.empty();
    }
    return Optional.of(ids);
  }

  private int[] response(int[] prompt, String text, boolean ended) {
    int[] ids = template.response(tokenizer, text, ended);
    int room = context - prompt.length;
    if (ids.length > room) {
      cutResponses++;
      return Arrays.copyOf(ids, room);
    }
    return ids;
  }
}
