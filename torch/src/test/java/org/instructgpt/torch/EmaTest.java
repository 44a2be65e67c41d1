package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.torch.Expect.holds;

import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class EmaTest {
  private static Parameters one(double value) {
    var shapes = new LinkedHashMap<String, long[]>();
    shapes.put("w", new long[] {16});
    var parameters = new Parameters(shapes, DType.FLOAT64, Device.CPU);
    parameters.flat().fill_(value);
    return parameters;
  }

  @Test
  void theAverageFollowsTheParametersSlowly() {
    var parameters = one(1);
    var ema = new Ema(parameters, 0.75);
    holds(ema.average().narrow(0, 0, 1), 1);
    double expected = 1;
    for (int i = 0; i < 5; i++) {
      parameters.flat().fill_(i * i);
      ema.update();
      expected = 0.75 * expected + 0.25 * i * i;
      holds(ema.average().narrow(0, 15, 1), expected);
    }
    holds(parameters.get("w").narrow(0, 0, 1), 16);
  }

  @Test
  void theParametersHoldTheAverageOnlyForAWhile() {
    var parameters = one(1);
    var ema = new Ema(parameters, 0.5);
    parameters.flat().fill_(3);
    ema.update();
    ema.swappedIn(() -> holds(parameters.get("w").narrow(0, 0, 1), 2));
    holds(parameters.get("w").narrow(0, 0, 1), 3);
    assertThatThrownBy(() ->
            ema.swappedIn(() -> {
              throw new IllegalStateException("evaluation failed");
            }))
        .hasMessage("evaluation failed");
    holds(parameters.get("w").narrow(0, 0, 1), 3);
    holds(ema.average().narrow(0, 0, 1), 2);
  }

  @Test
  void parametersAndAverageChangePlacesToTheLastOne() {
    var shapes = new LinkedHashMap<String, long[]>();
    shapes.put("w", new long[] {2_500_000}); // two pieces and a half
    var parameters = new Parameters(shapes, DType.FLOAT32, Device.CPU);
    parameters.flat().copy_(Tensor.range(0, 2_500_000, Device.CPU));
    var ema = new Ema(parameters, 0.5);
    parameters.flat().mul_(3);
    ema.update();
    var mine = parameters.flat().copy();
    var average = ema.average().copy();
    ema.swappedIn(() -> assertThat(parameters.flat().sameBits(average)).isTrue());
    assertThat(parameters.flat().sameBits(mine)).isTrue();
    assertThat(ema.average().sameBits(average)).isTrue();
  }

  @Test
  void aDecayOfOneIsRefused() {
    assertThatThrownBy(() -> new Ema(one(1), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("EMA decay must be in [0, 1), but is 1.0");
  }
}
