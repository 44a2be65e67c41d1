package org.instructgpt.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.instructgpt.experiment.MeasureKey.AgreementMeasure;
import org.instructgpt.experiment.MeasureKey.CompletionMeasure;
import org.instructgpt.experiment.MeasureKey.Cost;
import org.instructgpt.experiment.MeasureKey.LabelerFold;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.experiment.MeasureKey.RewardModelMeasure;
import org.instructgpt.experiment.MeasureKey.RewardModelVariant;
import org.instructgpt.experiment.MeasureKey.RoundMeasure;
import org.instructgpt.experiment.MeasureKey.SftMeasure;
import org.instructgpt.experiment.MeasureKey.TruthMeasure;
import org.instructgpt.experiment.MeasuredModel.BestOf;
import org.instructgpt.experiment.MeasuredModel.Round;
import org.instructgpt.experiment.MeasuredModel.Snapshot;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.simulation.Probe.Prefix;
import org.instructgpt.simulation.Probe.TruthForm;
import org.instructgpt.simulation.Skill;
import org.junit.jupiter.api.Test;

class MeasureKeyTest {

  /// Files of earlier versions have these keys.
  @Test
  void theStoredPathsAreThoseOfTheFiles() {
    assertPath(
        "win/held-out/ppo-ptx/sft",
        MeasureKey.win(Pool.HELD_OUT, ModelName.PPO_PTX, ModelName.SFT));
    assertPath("skill/base/odd-one-out", MeasureKey.skill(ModelName.BASE, Skill.ODD_ONE_OUT));
    assertPath("skill/beta-100", ModelMeasure.SKILL.of(ModelName.BETA_100));
    assertPath("gold-worth/ptx-mix-none", ModelMeasure.GOLD_WORTH.of(ModelName.PTX_MIX_NONE));
    assertPath("constraints-each/ppo-ptx", ModelMeasure.CONSTRAINTS_EACH.of(ModelName.PPO_PTX));
    assertPath("diverged/rate-10", ModelMeasure.DIVERGED.of(ModelName.RATE_10));
    assertPath("kl/ppo-ptx-round-2", ModelMeasure.KL.of(new Round(2)));
    assertPath("kl/curve/ppo/000004", ModelMeasure.KL.of(new Snapshot(ModelName.PPO, "000004")));
    assertPath("proxy/best-of/016", ModelMeasure.PROXY.of(new BestOf(16)));
    assertPath(
        "truth-informative/sft/qa-and-instruction",
        TruthMeasure.TRUTH_INFORMATIVE.of(ModelName.SFT, TruthForm.QA_AND_INSTRUCTION));
    assertPath(
        "entropy/base/respectful", CompletionMeasure.ENTROPY.of(ModelName.BASE, Prefix.RESPECTFUL));
    assertPath(
        "agreement-without-ties/training",
        AgreementMeasure.AGREEMENT_WITHOUT_TIES.of(Pool.TRAINING));
    assertPath("alpha-nominal/ranking", AgreementMeasure.ALPHA_NOMINAL.ofRankings());
    assertPath("reward/prompt_accuracy", RewardModelMeasure.PROMPT_ACCURACY.key());
    assertPath("reward-loss/grouped", RewardModelVariant.GROUPED.loss());
    assertPath("reward-accuracy/pairs", RewardModelVariant.PAIRS.accuracy());
    assertPath("folds/same_labelers", LabelerFold.SAME_LABELERS.accuracy());
    assertPath("sft/best-loss", SftMeasure.BEST_LOSS.of(ModelName.SFT));
    assertPath("flops/ppo-ptx", Cost.PPO_PTX.key());
    assertPath("loop/1/accepted", RoundMeasure.ACCEPTED.of(1));
  }

  @Test
  void theSeriesOfAMeasurementAreFoundAgain() {
    var snapshot = new Snapshot(ModelName.PPO, "000004");
    var all =
        Measurements.of(
            Map.of(
                ModelMeasure.KL.of(snapshot), Measurements.exact(1),
                ModelMeasure.KL.of(new Snapshot(ModelName.PPO_PTX, "000001")),
                    Measurements.exact(2),
                ModelMeasure.KL.of(new BestOf(16)), Measurements.exact(3),
                ModelMeasure.KL.of(new BestOf(2)), Measurements.exact(4)));

    assertThat(all.snapshots(ModelName.PPO)).containsExactly(snapshot);
    assertThat(all.bestOf()).containsExactly(new BestOf(2), new BestOf(16));
  }

  private static void assertPath(String path, MeasureKey key) {
    assertThat(key.path()).isEqualTo(path);
  }
}
