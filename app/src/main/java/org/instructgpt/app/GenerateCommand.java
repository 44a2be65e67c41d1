package org.instructgpt.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Count;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.torch.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `instructgpt generate`: what a model answers.
@Command(
    name = "generate",
    description = {
      "Completions of given prompts.",
      "A line {\"id\", \"prompt\" | \"prompt_ids\"} gives {\"id\", \"completion\", \"completion_ids\","
          + " \"logprobs\", \"finish_reason\": \"stop\" | \"length\"}. A token that ends the text is"
          + " among the ids and not in the text; the log-probabilities are the model's at temperature"
          + " 1. With --reward-model a line has its \"reward\", and with --best-of N it is the best of N"
          + " (\"samples\")."
    },
    mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {

  @Mixin private final BatchOptions options = new BatchOptions();
  @Mixin private final BestOfOptions bestOf = new BestOfOptions();

  @Option(
      names = "--max-new-tokens",
      defaultValue = "256",
      paramLabel = "N",
      description = "The most tokens of a completion (${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      paramLabel = "T",
      description = "Divides the logits; 0 takes the likeliest token (${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = {
        "Of the random choices (${DEFAULT-VALUE}).",
        "The same seed, model, prompts in the same order, precision, batch size and machine give the"
            + " same completions. Another kind of processor, another number of threads and, in"
            + " bfloat16, another batch size round differently, which now and then chooses another"
            + " token."
      })
  private long seed;

  private final StopSignals stop;
  private final TokenRate rate = new TokenRate(System::nanoTime);
  private long done;
  private long unended;

  GenerateCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    try (var _ = options.open()) {
      return answer();
    }
  }

  private int answer() throws IOException {
    var settings = settings();
    var tokens = options.tokens(Checkpoint.Kind.LANGUAGE);
    bestOf.check(options.model, temperature);
    try (var lines = options.lines();
        var _ = Scope.open()) {
      options.follow("generate", lines.check(line -> check(line, tokens)));
      var model =
          Checkpoint.loadLanguageModel(
              options.model, options.hardware.precision(), options.hardware.device());
      var sampler = tokens.sampler(model, settings).frozen();
      var judge = bestOf.load(options.hardware);
      bestOf.words().ifPresent(Terminal::tell);
      int status = options.compute(lines, stop, batch -> answers(sampler, judge, tokens, batch));
      if (unended > 0) {
        Terminal.tell(
            "%s left out: the best of the prompt was cut off by --max-new-tokens or the context"
                .formatted(Count.of(unended, "demonstration is", "demonstrations are")));
      }
      return status;
    }
  }

  private Sampler.Settings settings() {
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException(
          "--max-new-tokens: expected at least 1, found " + maxNewTokens);
    }
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "--temperature: expected 0 (the likeliest token) or more, found " + temperature);
    }
    return new Sampler.Settings(
        maxNewTokens, temperature, seed, Math.max(1, options.batchSize), true);
  }

  private void check(JsonLine line, JsonLineTokens tokens) {
    var _ = line.id();
    if (bestOf.demonstrations && !line.json().path("prompt").isTextual()) {
      throw new IllegalArgumentException(
          line.where()
              + ": prompt: expected the text of the prompt, for --demonstrations, found ids or nothing");
    }
    int length = tokens.prompt(line).length;
    if (length >= tokens.context()) {
      throw new IllegalArgumentException(
          "%s: the prompt has %s and leaves no room in the model's context of %d; shorten it"
              .formatted(line.where(), Count.of(length, "token"), tokens.context()));
    }
  }

  private List<ObjectNode> answers(
      Sampler sampler, Optional<ScalarModel> judge, JsonLineTokens tokens, List<JsonLine> batch) {
    int samples = bestOf.samples();
    var prompts =
        batch.stream()
            .map(tokens::prompt)
            .flatMap(prompt -> Collections.nCopies(samples, prompt).stream())
            .toList();
    var sampled = sampled(sampler, tokens, prompts);
    // Lines are counted while they are sampled; scoring takes no line of its own.
    var scorer =
        SequenceScorer.shortestFirst(options.batchSize).observed(stop.heed()::requested, _ -> {});
    var kept = bestOf.best(judge, prompts, sampled, scorer);
    var answers = new ArrayList<ObjectNode>();
    for (int i = 0; i < batch.size(); i++) {
      if (!bestOf.demonstrations) {
        answers.add(answer(batch.get(i), tokens, kept.get(i)));
      } else if (kept.get(i).sampled().finish() == Sampler.Finish.STOP) {
        answers.add(demonstration(batch.get(i), tokens, kept.get(i)));
      } else {
        unended++;
      }
    }
    return answers;
  }

  /// A response to each of the prompts, where those of a line follow one another.
  private List<Sampler.Sampled> sampled(
      Sampler sampler, JsonLineTokens tokens, List<int[]> prompts) {
    var flag = stop.heed();
    var chosen = new int[prompts.size()];
    var left = new int[prompts.size() / bestOf.samples()];
    Arrays.fill(left, bestOf.samples());
    var sampled =
        sampler.sample(
            prompts,
            done,
            (place, token) -> {
              if (flag.requested()) {
                throw new CancellationException("stopped");
              }
              chosen[place]++;
              int room = Math.min(maxNewTokens, tokens.context() - prompts.get(place).length);
              boolean ends = tokens.ends().contains(token) || chosen[place] == room;
              boolean last = ends && --left[place / bestOf.samples()] == 0;
              options.advance(last ? 1 : 0, rate.after(1));
              return true;
            });
    done += prompts.size();
    return sampled;
  }

  private ObjectNode demonstration(JsonLine line, JsonLineTokens tokens, BestOfOptions.Kept kept) {
    var answer = JsonNodeFactory.instance.objectNode();
    answer.set("prompt", line.json().get("prompt"));
    answer.put("completion", tokens.text(kept.sampled().tokens()));
    return answer.put("labeler", bestOf.author(options.model));
  }

  private ObjectNode answer(JsonLine line, JsonLineTokens tokens, BestOfOptions.Kept kept) {
    var sampled = kept.sampled();
    var answer = JsonNodeFactory.instance.objectNode();
    answer.set("id", line.id());
    answer.put("completion", tokens.text(sampled.tokens()));
    var ids = answer.putArray("completion_ids");
    Arrays.stream(sampled.tokens()).forEach(ids::add);
    var logprobs = answer.putArray("logprobs");
    for (float logprob : sampled.logProbs()) {
      logprobs.add(logprob);
    }
    answer.put("finish_reason", sampled.finish().name().toLowerCase(Locale.ROOT));
    var reward = kept.reward();
    if (reward != null) {
      answer.put("reward", reward.floatValue()).put("samples", bestOf.samples());
    }
    return answer;
  }
}
