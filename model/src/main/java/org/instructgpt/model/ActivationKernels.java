package org.instructgpt.model;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The activations of networks in float32, with the processor's vector instructions. All bounds are
/// multiples of [VectorKernels#LANES].
final class ActivationKernels {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = VectorKernels.LANES;

  private ActivationKernels() {}

  /// Replaces numbers, from `low` to before `high`, by their activations.
  @FunctionalInterface
  interface Kernel {
    void apply(float[] x, int low, int high);
  }

  static Kernel of(GptConfig.Activation activation) {
    return switch (activation) {
      case GELU -> ActivationKernels::gelu;
      case GELU_NEW -> ActivationKernels::geluByTanh;
      case QUICK_GELU -> (x, low, high) -> logistic(x, low, high, 1.702f);
      case SILU -> (x, low, high) -> logistic(x, low, high, 1);
      case RELU -> ActivationKernels::relu;
      case TANH -> ActivationKernels::tanh;
    };
  }

  /// `x` times the normal distribution function.
  private static void gelu(float[] x, int low, int high) {
    for (int j = low; j < high; j += LANES) {
      var v = FloatVector.fromArray(F, x, j);
      v.mul(normal(v)).intoArray(x, j);
    }
  }

  /// The normal distribution function by a rational approximation of the error function with an
  /// error below 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26).
  private static FloatVector normal(FloatVector x) {
    var z = x.abs().mul((float) Math.sqrt(0.5));
    var t = FloatVector.broadcast(F, 1).div(z.mul(0.3275911f).add(1));
    var p =
        t.mul(1.0614054f)
            .add(-1.4531521f)
            .fma(t, FloatVector.broadcast(F, 1.4214138f))
            .fma(t, FloatVector.broadcast(F, -0.28449672f))
            .fma(t, FloatVector.broadcast(F, 0.2548296f))
            .mul(t);
    // Half of what lies beyond |x|.
    var tail = p.mul(VectorFunctions.exp(z.mul(z).neg())).mul(0.5f);
    return tail.blend(tail.neg().add(1), x.compare(VectorOperators.GE, 0));
  }

  /// GELU by its approximation with a hyperbolic tangent.
  private static void geluByTanh(float[] x, int low, int high) {
    float root = (float) Math.sqrt(2 / Math.PI);
    for (int j = low; j < high; j += LANES) {
      var v = FloatVector.fromArray(F, x, j);
      var inner = v.mul(v).mul(0.044715f).add(1).mul(v).mul(root);
      v.mul(0.5f).mul(VectorFunctions.tanh(inner).add(1)).intoArray(x, j);
    }
  }

  /// `x` times the logistic function of `factor` times `x`.
  private static void logistic(float[] x, int low, int high, float factor) {
    for (int j = low; j < high; j += LANES) {
      var v = FloatVector.fromArray(F, x, j);
      v.div(VectorFunctions.exp(v.mul(-factor)).add(1)).intoArray(x, j);
    }
  }

  private static void relu(float[] x, int low, int high) {
    for (int j = low; j < high; j += LANES) {
      FloatVector.fromArray(F, x, j).max(0).intoArray(x, j);
    }
  }

  private static void tanh(float[] x, int low, int high) {
    for (int j = low; j < high; j += LANES) {
      VectorFunctions.tanh(FloatVector.fromArray(F, x, j)).intoArray(x, j);
    }
  }

  /// Multiplies what the activation has given with the other half of a gated layer.
  static void gate(float[] x, float[] by, int low, int high) {
    for (int j = low; j < high; j += LANES) {
      FloatVector.fromArray(F, x, j).mul(FloatVector.fromArray(F, by, j)).intoArray(x, j);
    }
  }
}
