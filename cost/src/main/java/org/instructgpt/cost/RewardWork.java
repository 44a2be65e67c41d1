package org.instructgpt.cost;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.reward.TokenizedRanking;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// A step of the reward model's trainer on K ranked completions a prompt.
///
/// @param shape of the model
/// @param prompts of a step
/// @param completions K of each prompt
/// @param length tokens of a prompt with a completion; half of them are the prompt's
/// @param microBatchTokens cells that go through the model at once
public record RewardWork(
    GptConfig shape, int prompts, int completions, int length, int microBatchTokens)
    implements StageWork {
  @Override
  public String unit() {
    return "prompts";
  }

  @Override
  public double units() {
    return prompts;
  }

  /// Each prompt goes through the model once, for all its completions (paper 3.5).
  @Override
  public Demand demand(Precision precision) {
    var operations = new GptOperations(shape);
    var traffic = new Traffic(shape, precision);
    int prompt = length / 2;
    double forward =
        prompts
            * (operations.blocks(prompt, prompt)
                + operations.blocks((double) completions * (length - prompt), length));
    return new Demand(GptOperations.WITH_GRADIENTS * forward, traffic.weights() + traffic.update());
  }

  /// The language model from which the reward model was made stays beside it.
  @Override
  public double memory(Precision precision) {
    var memory = new ModelMemory(shape, precision);
    int prompt = length / 2;
    double each = prompt + (double) completions * (length - prompt);
    double together = Math.clamp(Math.floor(microBatchTokens / each), 1, prompts);
    return memory.learning(false)
        + memory.parameters()
        + memory.operands()
        + memory.activations(together * each, length)
        + memory.packing(
            together * each,
            together * completions * (length - prompt),
            together * completions * prompt)
        + memory.backward(together * each, 0);
  }

  @Override
  public <T> T prepare(Place place, Function<Step, T> body) {
    try (var _ = Scope.open()) {
      var source = new Gpt(shape, place.precision(), place.device());
      source.initialize(new Randomness(1, place.device()));
      var model = new ScalarModel(shape, place.precision(), place.device());
      model.initializeFrom(source, new Randomness(2, place.device()));
      var random = new Random(1);
      var rankings = IntStream.range(0, prompts).mapToObj(i -> ranking(i, random)).toList();
      var trainer =
          new RewardModeling(
              model,
              new RewardModeling.Data(Tokenizers.gpt2(), rankings, List.of(), List.of()),
              new RewardModeling.Settings(
                  1_000_000, prompts, 1e-5, 0.1, 0, 0, 1, 1, microBatchTokens),
              new Lineage("reward", Map.of(), Map.of()));
      var step = new long[1];
      return body.apply(() -> trainer.step(step[0]++));
    }
  }

  private TokenizedRanking ranking(int number, Random random) {
    int prompt = length / 2;
    return new TokenizedRanking(
        String.valueOf(number),
        random.ints(prompt, 0, shape.vocabulary()).toArray(),
        Stream.generate(() -> random.ints(length - prompt, 0, shape.vocabulary()).toArray())
            .limit(completions)
            .toList(),
        IntStream.rangeClosed(1, completions).boxed().toList(),
        "bench");
  }
}
