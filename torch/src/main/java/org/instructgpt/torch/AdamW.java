package org.instructgpt.torch;

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019) on flat parameters.
///
/// One step reads parameters, gradients and both moments once and writes three of them: 28 bytes a
/// float32 parameter, which is the floor on any machine. The textbook formula is six operations,
/// and each over the whole tensor would pull everything through memory again; so the step walks the
/// tensors in chunks that stay in the cache; moments in bfloat16 ([MomentPrecision#HALF], 20 bytes
/// a parameter) are widened and rounded there. `epsilon` is added after the bias correction, as in
/// PyTorch; docs/specification.md 4.5 compares this with TensorFlow's form.
public final class AdamW {
  /// Elements a chunk: small enough that its arrays stay in a shared cache, large enough that
  /// waking threads costs little beside the work (at 65,536 the step of 124M parameters took 0.6 s
  /// longer).
  static final long CHUNK = 1 << 20;

  /// The same on an accelerator, which has no such cache and is told less often what to do so: the
  /// two temporary arrays are 256 MiB each in float32.
  private static final long LARGE_CHUNK = 1 << 26;

  /// The greatest beta for moments in bfloat16. A step towards a number that is an eighth away is
  /// then 1/256 of the moment, half of the widest distance of bfloat16's numbers, and still taken.
  private static final double HALF_BETA = 1 - 1.0 / 32;

  private final Parameters parameters;
  private final Settings settings;
  private final Tensor firstMoment;
  private final Tensor secondMoment;
  private long steps;

  /// How AdamW averages and decays.
  ///
  /// @param beta1 decay of the mean gradient; 0.9 in GPT-3 and InstructGPT
  /// @param beta2 decay of the mean squared gradient; 0.95 in GPT-3 and InstructGPT
  /// @param epsilon added to the root of the mean squared gradient
  /// @param weightDecay the share of each matrix entry that a step of learning rate 1 takes away
  /// @param gradientClip the greatest global norm of the gradient; infinity never clips
  public record Settings(
      double beta1, double beta2, double epsilon, double weightDecay, double gradientClip) {
    /// Checks the ranges.
    public Settings {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
        throw new IllegalArgumentException(
            "betas must be in [0, 1), but are %s and %s".formatted(beta1, beta2));
      }
      if (!(epsilon > 0) || !(weightDecay >= 0) || !(gradientClip > 0)) {
        throw new IllegalArgumentException(
            "epsilon (%s) and gradient clip (%s) must be positive, weight decay (%s) not negative"
                .formatted(epsilon, gradientClip, weightDecay));
      }
    }

    /// GPT-3's: betas 0.9 and 0.95, epsilon 1e-8, clipping at 1 (Brown et al. 2020, appendix B).
    public static Settings gpt3(double weightDecay) {
      return new Settings(0.9, 0.95, 1e-8, weightDecay, 1.0);
    }
  }

  /// Moments of zero, for parameters that are trained from now on. Belongs to the scope it is built
  /// in.
  public AdamW(Parameters parameters, Settings settings) {
    this.parameters = parameters.train();
    this.settings = settings;
    var flat = parameters.flat();
    boolean half = parameters.saving().moments() == MomentPrecision.HALF;
    if (half && Math.max(settings.beta1, settings.beta2) > HALF_BETA) {
      throw new IllegalArgumentException(
          "with betas of %s and %s moments stand still in bfloat16, which takes betas of at most %s: keep them in float32"
              .formatted(settings.beta1, settings.beta2, HALF_BETA));
    }
    var type = half ? DType.BFLOAT16 : flat.dtype();
    firstMoment = Tensor.zeros(type, flat.device(), flat.count());
    secondMoment = Tensor.zeros(type, flat.device(), flat.count());
  }

  /// Clips the gradient, updates the parameters and zeroes the gradient.
  ///
  /// @return the global norm of the gradient before clipping
  public double step(double learningRate) {
    return Scope.constant(() -> {
      try (var _ = Scope.open()) {
        boolean waits = parameters.flat().device() == Device.CPU;
        var norm = parameters.gradient().norm();
        if (!waits) {
          clip(parameters.gradient(), norm, settings.gradientClip);
        } else if (norm.item() > settings.gradientClip) {
          parameters.gradient().mul_(settings.gradientClip / norm.item());
        }
        steps++;
        long count = parameters.flat().count();
        long chunk = waits ? CHUNK : LARGE_CHUNK;
        for (long from = 0; from < count; from += chunk) {
          update(from, Math.min(chunk, count - from), learningRate);
        }
        return norm.item();
      }
    });
  }

  /// Scales a gradient down to the norm `limit` where it is longer, without knowing whether it is:
  /// an accelerator need not be waited for.
  static void clip(Tensor gradient, Tensor norm, double limit) {
    gradient.div_(norm.div(limit).clamp(1, Double.POSITIVE_INFINITY));
  }

  private void update(long from, long length, double learningRate) {
    try (var _ = Scope.open()) {
      var p = parameters.flat().narrow(0, from, length);
      var g = parameters.gradient().narrow(0, from, length);
      var keptM = firstMoment.narrow(0, from, length);
      var keptV = secondMoment.narrow(0, from, length);
      var m = keptM.to(p.dtype()); // the same memory, unless it is in bfloat16
      var v = keptV.to(p.dtype());
      long decayed = Math.clamp(parameters.decayed() - from, 0, length);
      if (settings.weightDecay > 0 && decayed > 0) {
        p.narrow(0, 0, decayed).mul_(1 - learningRate * settings.weightDecay);
      }
      m.lerp_(g, 1 - settings.beta1);
      v.mul_(settings.beta2).addcmul_(g, g, 1 - settings.beta2);
      double correction1 = 1 - Math.pow(settings.beta1, steps);
      double correction2 = 1 - Math.pow(settings.beta2, steps);
      var root = v.sqrt().div_(Math.sqrt(correction2)).add_(settings.epsilon);
      p.addcdiv_(m, root, -learningRate / correction1);
      g.zero_();
      if (keptM.dtype() != p.dtype()) {
        keptM.copy_(m);
        keptV.copy_(v);
      }
    }
  }

  /// The mean gradient (N), part of what a checkpoint must hold.
  public Tensor firstMoment() {
    return firstMoment;
  }

  /// The mean squared gradient (N), part of what a checkpoint must hold.
  public Tensor secondMoment() {
    return secondMoment;
  }

  /// How many steps were made, part of what a checkpoint must hold.
  public long steps() {
    return steps;
  }

  /// Continues from saved moments.
  public void restore(Tensor firstMoment, Tensor secondMoment, long steps) {
    this.firstMoment.copy_(firstMoment);
    this.secondMoment.copy_(secondMoment);
    this.steps = steps;
  }
}
