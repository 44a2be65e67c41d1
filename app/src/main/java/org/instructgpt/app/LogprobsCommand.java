package org.instructgpt.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `instructgpt logprobs`: how likely a model finds given completions.
@Command(
    name = "logprobs",
    description = {
      "Log-probabilities of given completions.",
      "A line {\"id\", \"prompt\" | \"prompt_ids\", \"completion\" | \"completion_ids\"} gives"
          + " {\"id\", \"completion_ids\", \"logprobs\"}: natural logarithms, one for each completion"
          + " token."
    },
    mixinStandardHelpOptions = true)
final class LogprobsCommand implements Callable<Integer> {

  @Mixin private final BatchOptions options = new BatchOptions();
  private final StopSignals stop;

  LogprobsCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    try (var _ = options.open()) {
      return answer();
    }
  }

  private int answer() throws IOException {
    var tokens = options.tokens(Checkpoint.Kind.LANGUAGE);
    try (var lines = options.lines();
        var _ = Scope.open()) {
      options.follow(
          "logprobs", lines.check(line -> answer(line, tokens.pair(line), new double[0])));
      var model =
          Checkpoint.loadLanguageModel(
              options.model, options.hardware.precision(), options.hardware.device());
      return options.compute(lines, stop, batch -> answers(model, tokens, batch));
    }
  }

  private List<ObjectNode> answers(Gpt model, JsonLineTokens tokens, List<JsonLine> batch) {
    var pairs = batch.stream().map(tokens::pair).toList();
    var logprobs = options.scorer(stop.heed()).logProbs(model, pairs);
    var answers = new ArrayList<ObjectNode>();
    for (int i = 0; i < batch.size(); i++) {
      answers.add(answer(batch.get(i), pairs.get(i), logprobs.get(i)));
    }
    return answers;
  }

  private static ObjectNode answer(JsonLine line, EncodedExample pair, double[] logprobs) {
    var answer = JsonNodeFactory.instance.objectNode();
    answer.set("id", line.id());
    var ids = answer.putArray("completion_ids");
    Arrays.stream(pair.response()).forEach(ids::add);
    var values = answer.putArray("logprobs");
    for (double logprob : logprobs) {
      values.add((float) logprob);
    }
    return answer;
  }
}
