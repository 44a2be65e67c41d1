package org.instructgpt.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// A trainer of four numbers that still has all that makes resuming hard: float32 weights whose
/// rounding depends on every step before, a moving average, and a random generator of its own. Its
/// tensors belong to the scope it is made in.
final class ToyTrainer implements Trainer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Tensor weights = Tensor.of(new float[] {1, -2, 3, -4});
  private final Tensor average = Tensor.of(new float[] {0, 0, 0, 0});
  private final Moment moment;
  private long random = 42;

  ToyTrainer() {
    this((_, _) -> {});
  }

  /// @param moment is called in the middle of everything the trainer does
  ToyTrainer(Moment moment) {
    this.moment = moment;
  }

  /// Something that happens while the trainer works.
  interface Moment {
    /// @param what the method that is called
    /// @param step its argument; 0 if it has none
    void at(String what, long step) throws IOException;
  }

  @Override
  public Map<String, Double> step(long step) {
    try (var _ = Scope.open()) {
      weights.mul_(0.9).add_(noise());
      happens("step", step);
      average.mul_(0.75).add_(weights.mul(0.25));
      var metrics = new LinkedHashMap<String, Double>();
      metrics.put("loss", weights.square().mean().item());
      metrics.put("tokens", 100.0);
      return metrics;
    }
  }

  @Override
  public Map<String, Double> evaluate(long step) {
    try (var _ = Scope.open()) {
      happens("evaluate", step);
      return Map.of("held_out", Math.sin(step * 1.6) + average.select(0, 0).item() * 1e-3);
    }
  }

  @Override
  public TrainerState state() {
    happens("state", 0);
    return new TrainerState(tensors(), JSON.createObjectNode().put("random", random));
  }

  @Override
  public void restore(TrainerState state) {
    state.tensors().forEach((name, saved) -> requireNonNull(tensors().get(name)).copy_(saved));
    random = state.values().required("random").asLong();
  }

  @Override
  public void export(Path directory, Map<String, Object> lineage) throws IOException {
    Files.writeString(directory.resolve("model"), print());
    moment.at("export", 0);
    Files.writeString(directory.resolve("lineage.json"), JSON.writeValueAsString(lineage));
  }

  /// Makes the run unhealthy.
  void poison() {
    weights.fill_(Double.NaN);
  }

  /// Everything about it, to the bit.
  String print() {
    return bits(weights) + bits(average) + random;
  }

  private static String bits(Tensor tensor) {
    float[] values = tensor.floats();
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return Arrays.toString(bits);
  }

  private Map<String, Tensor> tensors() {
    return Map.of("weights", weights, "average", average);
  }

  private void happens(String what, long step) {
    try {
      moment.at(what, step);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private double noise() {
    random = random * 6364136223846793005L + 1442695040888963407L;
    return (random >>> 40) / (double) (1 << 24) - 0.5;
  }
}
