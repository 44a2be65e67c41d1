package org.instructgpt.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.instructgpt.model.Checkpoint;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.Sequences;
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
    var tokens = options.tokens(Checkpoint.Kind.LANGUAGE);
    try (var lines = options.lines();
        var _ = Scope.open()) {
      options.follow(
          "logprobs", lines.check(line -> answer(line, tokens.pair(line), new float[0])));
      var model =
          Checkpoint.loadLanguageModel(
              options.model, options.hardware.precision(), options.hardware.device());
      return options.compute(lines, stop, batch -> answers(model, tokens, batch));
    }
  }

  private List<ObjectNode> answers(Gpt model, JsonLineTokens tokens, List<JsonLine> batch) {
    var pairs = batch.stream().map(tokens::pair).toList();
    var logprobs = options.together(pairs, stop.heed(), some -> logprobs(model, some));
    var answers = new ArrayList<ObjectNode>();
    for (int i = 0; i < batch.size(); i++) {
      answers.add(answer(batch.get(i), pairs.get(i), logprobs.get(i)));
    }
    return answers;
  }

  /// The log-probabilities of each completion's tokens.
  private List<float[]> logprobs(Gpt model, List<EncodedExample> pairs) {
    try (var _ = Scope.open()) {
      var sequences =
          Sequences.of(
              pairs.stream().map(EncodedExample::prompt).toList(),
              pairs.stream().map(EncodedExample::response).toList(),
              options.hardware.device());
      var flat =
          Scope.constant(() -> LogProbs.ofResponses(model, sequences, 1, Dropout.NONE)).floats();
      var rows = new ArrayList<float[]>();
      int from = 0;
      for (int length : sequences.responseLengths()) {
        rows.add(Arrays.copyOfRange(flat, from, from + length));
        from += length;
      }
      return rows;
    }
  }

  private static ObjectNode answer(JsonLine line, EncodedExample pair, float[] logprobs) {
    var answer = JsonNodeFactory.instance.objectNode();
    answer.set("id", line.id());
    var ids = answer.putArray("completion_ids");
    Arrays.stream(pair.response()).forEach(ids::add);
    var values = answer.putArray("logprobs");
    for (float logprob : logprobs) {
      values.add(logprob);
    }
    return answer;
  }
}
