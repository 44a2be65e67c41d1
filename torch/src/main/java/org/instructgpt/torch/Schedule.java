package org.instructgpt.torch;

/// The learning rate of each step.
@FunctionalInterface
public interface Schedule {
  /// The learning rate of step `step`, counted from 0.
  double at(long step);

  /// Half a cosine from `peak` at step 0 to `floor` times `peak` at the last of `steps`,
  /// InstructGPT's for SFT and reward models (floor 0.1, appendix C).
  static Schedule cosine(double peak, double floor, long steps) {
    require(steps > 0, "a schedule needs at least 1 step, but got " + steps);
    require(floor >= 0 && floor <= 1, "the floor must be a share in [0, 1], but is " + floor);
    return step -> {
      double progress = steps == 1 ? 0 : Math.min(1, (double) step / (steps - 1));
      return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
    };
  }

  /// Always `rate`.
  static Schedule constant(double rate) {
    return _ -> rate;
  }

  /// This schedule after a linear rise over `steps` steps that begins at `start` times its value;
  /// InstructGPT's PPO rises over 10 iterations from a tenth (appendix C.4).
  default Schedule warmedUp(long steps, double start) {
    require(steps >= 0, "warm-up must not be negative, but is " + steps);
    return step ->
        step >= steps ? at(step) : at(step) * (start + (1 - start) * ((double) step / steps));
  }

  /// This schedule after a linear rise over `steps` steps whose first step already learns: it
  /// begins at one part in `steps`.
  default Schedule warmedUp(long steps) {
    return warmedUp(steps, 1.0 / Math.max(1, steps));
  }

  private static void require(boolean right, String message) {
    if (!right) {
      throw new IllegalArgumentException(message);
    }
  }
}
