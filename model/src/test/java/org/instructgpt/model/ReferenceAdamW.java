package org.instructgpt.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.instructgpt.torch.AdamW;

/// AdamW in plain loops over doubles, to compare training steps with. Weight decay concerns
/// matrices; the gradient is clipped by its global norm and forgotten after the step.
public final class ReferenceAdamW {
  private final AdamW.Settings settings;
  private final Set<String> matrices = new HashSet<>();
  private final Map<String, double[]> mean = new HashMap<>();
  private final Map<String, double[]> square = new HashMap<>();
  private int steps;

  /// @param shapes of the parameters by their names
  public ReferenceAdamW(SequencedMap<String, long[]> shapes, AdamW.Settings settings) {
    this.settings = settings;
    shapes.forEach((name, shape) -> {
      if (shape.length > 1) {
        matrices.add(name);
      }
    });
  }

  /// One step on `weights`.
  ///
  /// @return the gradient's norm before clipping
  public double step(
      Map<String, double[]> weights, Map<String, double[]> gradients, double learningRate) {
    double squares = 0;
    for (double[] gradient : gradients.values()) {
      for (double g : gradient) {
        squares += g * g;
      }
    }
    double norm = Math.sqrt(squares);
    double factor = norm > settings.gradientClip() ? settings.gradientClip() / norm : 1;
    steps++;
    gradients.forEach((name, gradient) -> {
      double decay = matrices.contains(name) ? settings.weightDecay() : 0;
      var m = mean.computeIfAbsent(name, _ -> new double[gradient.length]);
      var v = square.computeIfAbsent(name, _ -> new double[gradient.length]);
      var w = weights.get(name);
      for (int i = 0; i < gradient.length; i++) {
        double g = gradient[i] * factor;
        m[i] = settings.beta1() * m[i] + (1 - settings.beta1()) * g;
        v[i] = settings.beta2() * v[i] + (1 - settings.beta2()) * g * g;
        double mHat = m[i] / (1 - Math.pow(settings.beta1(), steps));
        double vHat = v[i] / (1 - Math.pow(settings.beta2(), steps));
        w[i] -= learningRate * (decay * w[i] + mHat / (Math.sqrt(vHat) + settings.epsilon()));
        gradient[i] = 0;
      }
    });
    return norm;
  }
}
