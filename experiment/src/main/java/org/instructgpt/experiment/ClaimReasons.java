package org.instructgpt.experiment;

import static org.instructgpt.experiment.ModelName.PPO;
import static org.instructgpt.experiment.ModelName.SFT_FEW;

import java.util.List;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.experiment.MeasureKey.SftMeasure;
import org.instructgpt.experiment.PaperClaim.Bounds;
import org.instructgpt.experiment.PaperClaim.Test;

/// Experiments that ask why a claim of the paper does not appear in these worlds: the same test
/// with one thing changed that makes the worlds more like the paper's.
final class ClaimReasons {
  /// An experiment.
  ///
  /// @param claim its number
  /// @param changed what is different
  /// @param test of the claim, under that change
  record Reason(int claim, String changed, Test test) {}

  private ClaimReasons() {}

  static List<Reason> all() {
    return List.of(
        new Reason(
            9,
            "no pretraining gradients",
            new Test(
                "skills, twice the episodes less once",
                "%",
                all ->
                    all.get(ModelMeasure.SKILL.of(PPO)).value()
                        - all.get(ModelMeasure.SKILL.of(new MeasuredModel.Half(PPO))).value(),
                Bounds.DIFFERENCE,
                Bounds.below(0))),
        new Reason(
            13,
            "a twentieth of the demonstrations",
            new Test(
                "best epoch by validation loss",
                "epochs",
                all -> all.get(SftMeasure.BEST_LOSS.of(SFT_FEW)).value(),
                Bounds.NONE,
                Bounds.below(4))),
        new Reason(
            13,
            "a twentieth of the demonstrations",
            new Test(
                "reward of the last epoch less that of the best by loss",
                "",
                all -> all.get(SftMeasure.REWARD_GAIN.of(SFT_FEW)).value(),
                Bounds.NONE,
                Bounds.above(0))));
  }
}
