package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Scoped.class)
class AdamWTest {
  /// The algorithm as Loshchilov and Hutter print it, one number at a time.
  private static final class Loop {
    final double[] values;
    final double[] first;
    final double[] second;
    final boolean matrix;
    int steps;

    Loop(double[] values, boolean matrix) {
      this.values = values;
      this.first = new double[values.length];
      this.second = new double[values.length];
      this.matrix = matrix;
    }

    void step(double[] gradient, double scale, double rate, AdamW.Settings s) {
      steps++;
      for (int i = 0; i < values.length; i++) {
        double g = gradient[i] * scale;
        first[i] = s.beta1() * first[i] + (1 - s.beta1()) * g;
        second[i] = s.beta2() * second[i] + (1 - s.beta2()) * g * g;
        double mean = first[i] / (1 - Math.pow(s.beta1(), steps));
        double square = second[i] / (1 - Math.pow(s.beta2(), steps));
        double decay = matrix ? rate * s.weightDecay() * values[i] : 0;
        values[i] -= decay + rate * mean / (Math.sqrt(square) + s.epsilon());
      }
    }
  }

  private static Parameters parameters(int rows, int columns, int vector) {
    var shapes = new LinkedHashMap<String, long[]>();
    shapes.put("bias", new long[] {vector});
    shapes.put("weight", new long[] {rows, columns});
    var parameters = new Parameters(shapes, DType.FLOAT64, Device.CPU).train();
    parameters.byName().values().forEach(AdamWTest::fill);
    return parameters;
  }

  private static void fill(Tensor parameter) {
    int count = (int) parameter.count();
    parameter.detach().view(count).copy_(Tensor.of(Expect.wave(count, 1), count));
  }

  private static void collect(Tensor parameter, double[] gradient) {
    Expect.gradient(parameter).view(gradient.length).copy_(Tensor.of(gradient, gradient.length));
  }

  // The second row has 90,000 matrix entries and 70,000 vector entries: the border between them and
  // that between chunks of 1,048,576 fall in different places.
  @ParameterizedTest
  @CsvSource({"3, 4, 5, 0.1", "1000, 1100, 70000, 0.1", "3, 4, 5, 0", "1, 1048576, 16, 0.5"})
  void tenStepsAreThoseOfTheLoop(int rows, int columns, int vector, double decay) {
    var settings = new AdamW.Settings(0.9, 0.95, 1e-8, decay, 1.0);
    var parameters = parameters(rows, columns, vector);
    var weight = parameters.get("weight");
    var bias = parameters.get("bias");
    var optimizer = new AdamW(parameters, settings);
    var weightLoop = new Loop(weight.doubles(), true);
    var biasLoop = new Loop(bias.doubles(), false);
    for (int step = 0; step < 10; step++) {
      // From far below the clipping norm to far above it.
      double size = Math.pow(10, step - 6);
      var weightGradient = Expect.wave(weightLoop.values.length, step);
      var biasGradient = Expect.wave(biasLoop.values.length, 20 + step);
      double norm = scale(size, weightGradient, biasGradient);
      collect(weight, weightGradient);
      collect(bias, biasGradient);
      double rate = 1e-2 * (step + 1);
      assertThat(optimizer.step(rate)).isCloseTo(norm, within(1e-9 * norm));
      double clip = Math.min(1, 1 / norm);
      weightLoop.step(weightGradient, clip, rate, settings);
      biasLoop.step(biasGradient, clip, rate, settings);
      assertThat(parameters.gradient().norm().item()).isZero();
    }
    assertThat(optimizer.steps()).isEqualTo(10);
    Expect.close(weight.doubles(), weightLoop.values, 1e-11);
    Expect.close(bias.doubles(), biasLoop.values, 1e-11);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1, 20})
  void clippingWithoutWaitingIsClipping(double size) {
    var gradient = Tensor.of(Expect.wave(1000, 1), 1000);
    gradient.mul_(size / gradient.norm().item());
    var clipped = gradient.copy();
    AdamW.clip(clipped, gradient.norm(), 2);
    var expected = size > 2 ? gradient.mul(2 / size) : gradient;
    Expect.close(clipped.doubles(), expected.doubles(), 1e-14);
  }

  /// Multiplies the gradients by `size` and returns their common norm.
  private static double scale(double size, double[]... gradients) {
    double squares = 0;
    for (var gradient : gradients) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] *= size;
        squares += gradient[i] * gradient[i];
      }
    }
    return Math.sqrt(squares);
  }

  @Test
  void theFirstStepMovesEveryEntryByTheLearningRate() {
    // Bias correction makes the first moment g and the second g squared: the step is sign(g) *
    // rate.
    var parameters = parameters(1, 2, 2);
    parameters.flat().zero_();
    collect(parameters.get("weight"), new double[] {0.3, -0.0001});
    collect(parameters.get("bias"), new double[] {-0.5, 0.02});
    new AdamW(parameters, new AdamW.Settings(0.9, 0.95, 1e-12, 0, 1)).step(0.25);
    assertThat(parameters.get("weight").doubles())
        .containsExactly(new double[] {-0.25, 0.25}, within(1e-6));
    assertThat(parameters.get("bias").doubles())
        .containsExactly(new double[] {0.25, -0.25}, within(1e-6));
  }

  @Test
  void decayShrinksMatricesAloneAndNotThroughTheGradient() {
    var parameters = parameters(1, 2, 2);
    parameters.flat().fill_(1);
    new AdamW(parameters, AdamW.Settings.gpt3(0.1)).step(0.5);
    Expect.holds(parameters.get("weight"), 0.95, 0.95);
    Expect.holds(parameters.get("bias"), 1, 1);
  }

  @Test
  void theGapsBetweenParametersStayZero() {
    var parameters = parameters(1, 3, 5);
    var optimizer = new AdamW(parameters, AdamW.Settings.gpt3(0.1));
    for (int step = 0; step < 3; step++) {
      collect(parameters.get("weight"), Expect.wave(3, step));
      collect(parameters.get("bias"), Expect.wave(5, step));
      optimizer.step(0.1);
    }
    Expect.holds(parameters.flat().narrow(0, 3, 13), new double[13]);
    Expect.holds(parameters.flat().narrow(0, 21, 11), new double[11]);
  }

  @Test
  void restoredMomentsGoOnBitForBit() {
    var straight = parameters(20, 30, 7);
    var optimizer = new AdamW(straight, AdamW.Settings.gpt3(0.1));
    train(straight, optimizer, 0, 3);
    var resumed = parameters(20, 30, 7);
    resumed.copyFrom(straight);
    var second = new AdamW(resumed, AdamW.Settings.gpt3(0.1));
    second.restore(optimizer.firstMoment(), optimizer.secondMoment(), optimizer.steps());
    train(straight, optimizer, 3, 6);
    train(resumed, second, 3, 6);
    assertThat(resumed.flat().sameBits(straight.flat())).isTrue();
    assertThat(second.secondMoment().sameBits(optimizer.secondMoment())).isTrue();
  }

  /// Least squares: 32 outputs of 16 inputs with noise, a new batch of 24 a step.
  private static double loss(MomentPrecision moments, int steps) {
    var shapes = new LinkedHashMap<String, long[]>();
    shapes.put("weight", new long[] {16, 32});
    shapes.put("bias", new long[] {32});
    var parameters =
        new Parameters(shapes, DType.FLOAT32, Device.CPU).train(MemorySaving.of(moments));
    var optimizer = new AdamW(parameters, AdamW.Settings.gpt3(0));
    var truth = Tensor.empty(DType.FLOAT32, 16, 32).normal_(0, 1, new Randomness(1));
    double last = 0;
    for (int step = 0; step < steps; step++) {
      try (var _ = Scope.open()) {
        var random = Randomness.at(2, "batch", step);
        var x = Tensor.empty(DType.FLOAT32, 24, 16).normal_(0, 1, random);
        var noise = Tensor.empty(DType.FLOAT32, 24, 32).normal_(0, 0.3, random);
        var out = parameters.get("bias").addmm(x, parameters.get("weight"));
        var loss = out.sub(x.matmul(truth).add(noise)).square().mean();
        loss.backward();
        last += step < steps - 50 ? 0 : loss.item() / 50; // the mean of the last fifty
        optimizer.step(0.02 * (1 - step / (double) steps));
      }
    }
    return last;
  }

  @Test
  void fiveHundredStepsWithMomentsInBfloat16EndWithinAPercentOfFloat32s() {
    double half = loss(MomentPrecision.HALF, 500);
    double full = loss(MomentPrecision.FULL, 500);
    assertThat(full).isBetween(0.05, 0.12); // the noise alone is 0.09
    assertThat(half / full).isCloseTo(1, within(0.01)).isNotEqualTo(1);
  }

  @Test
  void momentsInBfloat16TakeHalfTheMemoryAndGoOnBitForBit() {
    var straight = parameters(20, 30, 7).train(MemorySaving.of(MomentPrecision.HALF));
    var optimizer = new AdamW(straight, AdamW.Settings.gpt3(0.1));
    assertThat(optimizer.firstMoment().dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(optimizer.secondMoment().dtype()).isEqualTo(DType.BFLOAT16);
    train(straight, optimizer, 0, 3);
    var resumed = parameters(20, 30, 7).train(MemorySaving.of(MomentPrecision.HALF));
    resumed.copyFrom(straight);
    var second = new AdamW(resumed, AdamW.Settings.gpt3(0.1));
    second.restore(optimizer.firstMoment(), optimizer.secondMoment(), optimizer.steps());
    train(straight, optimizer, 3, 6);
    train(resumed, second, 3, 6);
    assertThat(resumed.flat().sameBits(straight.flat())).isTrue();
    assertThat(second.secondMoment().sameBits(optimizer.secondMoment())).isTrue();
  }

  @Test
  void aStepWithMomentsInBfloat16ComputesInTheParametersType() {
    var half = parameters(1, 1, 1).train(MemorySaving.of(MomentPrecision.HALF));
    var optimizer = new AdamW(half, new AdamW.Settings(0.9, 0.95, 1e-8, 0, 100));
    double p = half.get("weight").item();
    double m = 0;
    double v = 0;
    for (int step = 1; step <= 3; step++) {
      double g = 0.7 + 0.1 * step;
      collect(half.get("weight"), new double[] {g});
      optimizer.step(0.01);
      m = 0.9 * m + 0.1 * g;
      v = 0.95 * v + 0.05 * g * g;
      p -= 0.01 * m / (1 - Math.pow(0.9, step)) / Math.sqrt(v / (1 - Math.pow(0.95, step)));
      m = bfloat16(m);
      v = bfloat16(v);
      assertThat(half.get("weight").item()).isCloseTo(p, within(1e-8));
      Expect.holds(optimizer.firstMoment().narrow(0, 0, 1), m);
    }
  }

  private static double bfloat16(double x) {
    return Tensor.scalar(x, DType.FLOAT32).to(DType.BFLOAT16).item();
  }

  @Test
  void betasForWhichBfloat16StandsStillAreRefused() {
    var parameters = parameters(1, 1, 1).train(MemorySaving.of(MomentPrecision.HALF));
    assertThatThrownBy(() -> new AdamW(parameters, new AdamW.Settings(0.9, 0.999, 1e-8, 0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keep them in float32");
  }

  private static void train(Parameters parameters, AdamW optimizer, int from, int to) {
    for (int step = from; step < to; step++) {
      collect(parameters.get("weight"), Expect.wave(600, step));
      collect(parameters.get("bias"), Expect.wave(7, -step));
      optimizer.step(0.01);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0.9, 1e-8, 0, 1",
    "0.9, -0.1, 1e-8, 0, 1",
    "0.9, 0.9, 0, 0, 1",
    "0.9, 0.9, 1e-8, -1, 1",
    "0.9, 0.9, 1e-8, 0, 0",
    "NaN, 0.9, 1e-8, 0, 1"
  })
  void settingsOutOfRangeAreRefused(
      double beta1, double beta2, double epsilon, double decay, double clip) {
    assertThatThrownBy(() -> new AdamW.Settings(beta1, beta2, epsilon, decay, clip))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be");
  }
}
