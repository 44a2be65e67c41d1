package org.instructgpt.torch;

/// An exponential moving average of parameters: average = decay * average + (1 - decay) *
/// parameters.
///
/// InstructGPT averages the policy with decay 0.992 (appendix C.4).
public final class Ema {
  private final Parameters parameters;
  private final Tensor average;
  private final double decay;

  /// Starts at the parameters as they are. Belongs to the scope it is built in.
  public Ema(Parameters parameters, double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("EMA decay must be in [0, 1), but is " + decay);
    }
    this.parameters = parameters;
    this.decay = decay;
    this.average = parameters.flat().detach().copy();
  }

  /// Updates the average with the current parameters.
  public void update() {
    try (var _ = Scope.open()) {
      average.lerp_(parameters.flat(), 1 - decay);
    }
  }

  /// The averaged parameters (N), laid out as [Parameters#flat()].
  public Tensor average() {
    return average;
  }

  /// Runs `body`, in a scope of its own, while the parameters hold their average, then puts them
  /// back. The two change places, so no third copy is made; meanwhile [#average()] holds the
  /// parameters.
  public void swappedIn(Runnable body) {
    exchange();
    try (var _ = Scope.open()) {
      body.run();
    } finally {
      exchange();
    }
  }

  private void exchange() {
    long count = average.count();
    for (long from = 0; from < count; from += AdamW.CHUNK) {
      try (var _ = Scope.open()) {
        long length = Math.min(AdamW.CHUNK, count - from);
        var mine = average.narrow(0, from, length);
        var theirs = parameters.flat().narrow(0, from, length);
        var kept = mine.copy();
        mine.copy_(theirs);
        theirs.copy_(kept);
      }
    }
  }
}
