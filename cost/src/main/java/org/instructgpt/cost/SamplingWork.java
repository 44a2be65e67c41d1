package org.instructgpt.cost;

import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Sampler;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// Sampling at temperature 1 with the key-value cache, the pass over the prompts included. All
/// responses have full length.
///
/// @param shape of the model
/// @param rows prompts answered together
/// @param prompt tokens of each prompt
/// @param response tokens of each response
public record SamplingWork(GptConfig shape, int rows, int prompt, int response)
    implements StageWork {
  @Override
  public String unit() {
    return "new tokens";
  }

  @Override
  public double units() {
    return (double) rows * response;
  }

  @Override
  public Demand demand(Precision precision) {
    return new Demand(
        new GptOperations(shape).sampling(rows, prompt, response),
        new Traffic(shape, precision).sampling(rows, prompt, response));
  }

  @Override
  public double memory(Precision precision) {
    var memory = new ModelMemory(shape, precision);
    return memory.parameters()
        + memory.samplingOperands(rows)
        + memory.cache(rows, prompt + response)
        + memory.prefill((double) rows * prompt, prompt)
        + memory.sampledLogits(rows);
  }

  @Override
  public <T> T prepare(Place place, Function<Step, T> body) {
    try (var _ = Scope.open()) {
      var gpt = new Gpt(shape, place.precision(), place.device());
      gpt.initialize(new Randomness(1, place.device()));
      var random = new Random(1);
      var prompts =
          Stream.generate(() -> random.ints(prompt, 0, shape.vocabulary()).toArray())
              .limit(rows)
              .toList();
      var settings = new Sampler.Settings(response, 1, 1, rows, false);
      var sampler = new Sampler(gpt, -1, settings).frozen();
      return body.apply(() -> Map.of("responses", (double) sampler.sample(prompts, 0).size()));
    }
  }
}
