package org.instructgpt.experiment;

import java.util.Locale;

/// A model that measurements are about: a [named one][ModelName], or one of a series.
interface MeasuredModel {
  /// The name that is stored: "ppo-ptx", "ppo-ptx-round-2", "curve/ppo/000004".
  String stored();

  /// The model with a name that was read from a store.
  static MeasuredModel named(String stored) {
    return () -> stored;
  }

  /// The policy that a round of the loop trained.
  ///
  /// @param number from 1
  record Round(int number) implements MeasuredModel {
    @Override
    public String stored() {
      return ModelName.PPO_PTX.stored() + "-round-" + number;
    }
  }

  /// A policy as it was during its training.
  ///
  /// @param step six digits; the start of the training is 000000
  record Snapshot(ModelName policy, String step) implements MeasuredModel {
    static final String START = "000000";

    @Override
    public String stored() {
      return "curve/" + policy.stored() + "/" + step;
    }
  }

  /// A policy after about half of its episodes, which is as long as those of the sweeps train.
  record Half(ModelName policy) implements MeasuredModel {
    @Override
    public String stored() {
      return policy.stored() + "-half";
    }
  }

  /// The best of n answers by reward.
  record BestOf(int n) implements MeasuredModel {
    static final String PREFIX = "best-of/";

    @Override
    public String stored() {
      return PREFIX + String.format(Locale.ROOT, "%03d", n);
    }
  }
}
