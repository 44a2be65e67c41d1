package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;

class VectorFunctionsTest {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  private static float[] exp(float[] x) {
    var y = new float[x.length];
    for (int i = 0; i < x.length; i += LANES) {
      VectorFunctions.exp(FloatVector.fromArray(F, x, i)).intoArray(y, i);
    }
    return y;
  }

  private static float[] sums(float[] x) {
    var y = new float[x.length / LANES];
    for (int i = 0; i < y.length; i++) {
      y[i] = VectorFunctions.sum(FloatVector.fromArray(F, x, i * LANES));
    }
    return y;
  }

  private static float[] numbers(int count, float least, float most) {
    var random = new Random(1);
    var x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = least + (most - least) * random.nextFloat();
    }
    return x;
  }

  @Test
  void theExponentialIsRightToTwoUnitsInTheLastPlace() {
    for (var x : new float[][] {numbers(64_000, -87.3f, 88.3f), numbers(64_000, -1, 1)}) {
      var y = exp(x);
      for (int i = 0; i < x.length; i++) {
        double right = Math.exp(x[i]);
        assertThat(Math.abs(y[i] - right) / Math.ulp((float) right))
            .as("e^%s", x[i])
            .isLessThanOrEqualTo(2);
      }
    }
    var ends = new float[LANES];
    ends[0] = Float.NEGATIVE_INFINITY;
    ends[1] = -1000;
    ends[2] = 1000;
    var y = exp(ends);
    assertThat(y[0]).isPositive().isLessThan(2e-38f);
    assertThat(y[1]).isEqualTo(y[0]);
    assertThat(y[2]).isFinite().isGreaterThan(2e38f);
    assertThat(y[3]).isEqualTo(1);
  }

  @Test
  void theTangentIsRightToTenMillionths() {
    var x = numbers(64_000, -12, 12);
    for (int i = 0; i < x.length; i += LANES) {
      var y = new float[LANES];
      VectorFunctions.tanh(FloatVector.fromArray(F, x, i)).intoArray(y, 0);
      for (int j = 0; j < LANES; j++) {
        assertThat((double) y[j]).isCloseTo(Math.tanh(x[i + j]), within(1.5e-7));
      }
    }
  }

  /// What the first calls give, which are interpreted, is what later ones give, which are compiled.
  @Test
  void theBitsAreThoseOfTheFirstCall() {
    var x = numbers(4_096, -20, 20);
    var firstExp = exp(x);
    var firstSums = sums(x);
    for (int i = 0; i < 2_000; i++) {
      assertThat(exp(x)).isEqualTo(firstExp);
      assertThat(sums(x)).isEqualTo(firstSums);
    }
    for (int i = 0; i < firstSums.length; i++) {
      double right = 0;
      for (int j = 0; j < LANES; j++) {
        right += x[i * LANES + j];
      }
      assertThat((double) firstSums[i]).isCloseTo(right, within(1e-4));
    }
  }
}
