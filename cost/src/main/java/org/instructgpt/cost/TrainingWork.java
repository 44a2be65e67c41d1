package org.instructgpt.cost;

import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.LogProbs;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// A training step on plain text: forward pass, cross-entropy, backward pass, AdamW.
///
/// @param shape of the model
/// @param batch sequences of a step
/// @param length tokens of each
public record TrainingWork(GptConfig shape, int batch, int length) implements StageWork {
  @Override
  public String unit() {
    return "tokens";
  }

  @Override
  public double units() {
    return (double) batch * length;
  }

  @Override
  public Demand demand(Precision precision) {
    var traffic = new Traffic(shape, precision);
    return new Demand(
        units() * new GptOperations(shape).trainingToken(length),
        traffic.weights() + traffic.update());
  }

  @Override
  public double memory(Precision precision) {
    var memory = new ModelMemory(shape, precision);
    return memory.learning(false) + memory.training(batch, length);
  }

  @Override
  public <T> T prepare(Place place, Function<Step, T> body) {
    try (var _ = Scope.open()) {
      var gpt = new Gpt(shape, place.precision(), place.device());
      gpt.initialize(new Randomness(1, place.device()));
      var optimizer = new AdamW(gpt.parameters(), AdamW.Settings.gpt3(0.1));
      var ids = new Random(1).ints((long) batch * (length + 1), 0, shape.vocabulary());
      var tokens = Tensor.of(ids.toArray(), batch, length + 1).to(place.device());
      var inputs = tokens.narrow(1, 0, length);
      var targets = tokens.narrow(1, 1, length);
      return body.apply(() -> {
        try (var _ = Scope.open()) {
          LogProbs.ofNext(gpt, inputs, targets, Dropout.NONE).mean().neg().backward();
          return Map.of("gradient_norm", optimizer.step(1e-4));
        }
      });
    }
  }
}
