package org.instructgpt.sft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.instructgpt.model.Trainer;
import org.instructgpt.model.TrainerState;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;

/// Checks that a trainer resumes exactly: k steps, save, load into a fresh trainer and k more steps
/// equal 2k steps to the bit.
final class Resume {
  private Resume() {}

  static void isBitForBit(Supplier<Trainer> make, int k, Path file) throws IOException {
    try (var _ = Scope.open()) {
      var whole = make.get();
      for (int step = 0; step < k; step++) {
        whole.step(step);
      }
      whole.evaluate(k);
      Safetensors.write(file, whole.state().tensors(), Map.of());
      var values = whole.state().values().deepCopy();
      Map<String, Double> last = Map.of();
      for (int step = k; step < 2 * k; step++) {
        last = whole.step(step);
      }

      var resumed = make.get();
      resumed.restore(new TrainerState(Safetensors.read(file), values));
      Map<String, Double> lastResumed = Map.of();
      for (int step = k; step < 2 * k; step++) {
        lastResumed = resumed.step(step);
      }

      assertThat(lastResumed).isEqualTo(last);
      var expected = whole.state();
      var actual = resumed.state();
      assertThat(actual.values()).isEqualTo(expected.values());
      assertThat(actual.tensors()).containsOnlyKeys(expected.tensors().keySet());
      expected
          .tensors()
          .forEach((name, tensor) ->
              assertThat(actual.tensors().get(name).sameBits(tensor)).as(name).isTrue());
    }
  }
}
