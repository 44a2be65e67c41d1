package org.instructgpt.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.torch.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `instructgpt score`: what a reward model gives completions.
@Command(
    name = "score",
    description = {
      "Rewards of given completions.",
      "A line {\"id\", \"prompt\" | \"prompt_ids\", \"completion\" | \"completion_ids\"} gives"
          + " {\"id\", \"reward\"}, shifted by the reward model's reward_bias."
    },
    mixinStandardHelpOptions = true)
final class ScoreCommand implements Callable<Integer> {

  @Mixin private final BatchOptions options = new BatchOptions();
  private final StopSignals stop;

  ScoreCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    try (var _ = options.open()) {
      return answer();
    }
  }

  private int answer() throws IOException {
    var tokens = options.tokens(Checkpoint.Kind.REWARD);
    try (var lines = options.lines();
        var _ = Scope.open()) {
      options.follow(
          "score",
          lines.check(line -> {
            var _ = line.id();
            var _ = tokens.pair(line);
          }));
      var model =
          Checkpoint.loadRewardModel(
              options.model, options.hardware.precision(), options.hardware.device());
      return options.compute(lines, stop, batch -> answers(model, tokens, batch));
    }
  }

  private List<ObjectNode> answers(ScalarModel model, JsonLineTokens tokens, List<JsonLine> batch) {
    var pairs = batch.stream().map(tokens::pair).toList();
    double[] rewards = options.scorer(stop.heed()).rewards(model, pairs);
    var answers = new ArrayList<ObjectNode>();
    for (int i = 0; i < batch.size(); i++) {
      var answer = JsonNodeFactory.instance.objectNode();
      answer.set("id", batch.get(i).id());
      answers.add(answer.put("reward", (float) rewards[i]));
    }
    return answers;
  }
}
