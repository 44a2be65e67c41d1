package org.instructgpt.experiment;

import static org.instructgpt.experiment.MeasureKey.CompletionMeasure.ENTROPY;
import static org.instructgpt.experiment.MeasureKey.CompletionMeasure.RUDE;
import static org.instructgpt.experiment.MeasureKey.LabelerFold.OTHER_LABELERS;
import static org.instructgpt.experiment.MeasureKey.LabelerFold.SAME_LABELERS;
import static org.instructgpt.experiment.MeasureKey.ModelMeasure.CONSTRAINTS_ALL;
import static org.instructgpt.experiment.MeasureKey.ModelMeasure.CONSTRAINTS_EACH;
import static org.instructgpt.experiment.MeasureKey.ModelMeasure.GOLD_WORTH;
import static org.instructgpt.experiment.MeasureKey.ModelMeasure.HALLUCINATION;
import static org.instructgpt.experiment.MeasureKey.ModelMeasure.HEDGING;
import static org.instructgpt.experiment.MeasureKey.ModelMeasure.PREMISE_ACCEPTED;
import static org.instructgpt.experiment.MeasureKey.ModelMeasure.SKILL;
import static org.instructgpt.experiment.MeasureKey.ModelMeasure.TRANSFER;
import static org.instructgpt.experiment.MeasureKey.RewardModelVariant.EPOCHS;
import static org.instructgpt.experiment.MeasureKey.RewardModelVariant.GROUPED;
import static org.instructgpt.experiment.MeasureKey.RewardModelVariant.PAIRS;
import static org.instructgpt.experiment.MeasureKey.TruthMeasure.TRUTH_INFORMATIVE;
import static org.instructgpt.experiment.ModelName.BASE;
import static org.instructgpt.experiment.ModelName.BASE_LARGE;
import static org.instructgpt.experiment.ModelName.BETA_100;
import static org.instructgpt.experiment.ModelName.PPO;
import static org.instructgpt.experiment.ModelName.PPO_PTX;
import static org.instructgpt.experiment.ModelName.PPO_PTX_SMALL;
import static org.instructgpt.experiment.ModelName.PROMPTED;
import static org.instructgpt.experiment.ModelName.PROMPTED_LARGE;
import static org.instructgpt.experiment.ModelName.PTX_BETA_HIGH;
import static org.instructgpt.experiment.ModelName.PTX_BETA_ZERO;
import static org.instructgpt.experiment.ModelName.PTX_MIX_HALF;
import static org.instructgpt.experiment.ModelName.PTX_MIX_NONE;
import static org.instructgpt.experiment.ModelName.PTX_RATE_10;
import static org.instructgpt.experiment.ModelName.RATE_10;
import static org.instructgpt.experiment.ModelName.SFT;
import static org.instructgpt.experiment.ModelName.SKILLS;
import static org.instructgpt.records.Labeler.Pool.HELD_OUT;
import static org.instructgpt.records.Labeler.Pool.TRAINING;
import static org.instructgpt.simulation.Probe.Prefix.BASIC;
import static org.instructgpt.simulation.Probe.Prefix.BIASED;
import static org.instructgpt.simulation.Probe.Prefix.RESPECTFUL;
import static org.instructgpt.simulation.Probe.TruthForm.INSTRUCTION;
import static org.instructgpt.simulation.Probe.TruthForm.QA;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.instructgpt.experiment.MeasureKey.Cost;
import org.instructgpt.experiment.MeasureKey.SftMeasure;
import org.instructgpt.experiment.PaperClaim.Bounds;
import org.instructgpt.experiment.PaperClaim.Test;

/// The eighteen claims of the paper and their tests (`docs/specification.md` 8.5).
final class PaperClaims {
  /// The largest difference of shares, in either direction, that counts as none.
  private static final double NO_DIFFERENCE = 0.05;

  /// What the policies of the sweeps are compared with: it has trained as long as they.
  private static final MeasuredModel HALF_OF_PPO_PTX = new MeasuredModel.Half(PPO_PTX);

  private PaperClaims() {}

  static List<PaperClaim> all() {
    var all = new ArrayList<PaperClaim>();
    all.addAll(preferences());
    all.addAll(truthAndHarm());
    all.addAll(alignmentTax());
    all.addAll(settingsAndCost());
    all.addAll(training());
    all.addAll(generalization());
    return List.copyOf(all);
  }

  private static List<PaperClaim> preferences() {
    return List.of(
        new PaperClaim(
            1,
            "A small aligned model is preferred to a large base model, prompted or not",
            "1.3B PPO-ptx over 175B GPT-3",
            List.of(
                won(PPO_PTX_SMALL, BASE_LARGE, Bounds.above(0.5)),
                won(PPO_PTX_SMALL, PROMPTED_LARGE, Bounds.above(0.5)))),
        new PaperClaim(
            2,
            "Base < prompted < SFT < PPO-ptx",
            "85 +/- 3% over GPT-3, 71 +/- 4% over prompted GPT-3",
            List.of(
                won(PROMPTED, BASE, Bounds.above(0.5)),
                won(SFT, PROMPTED, Bounds.above(0.5)),
                won(PPO_PTX, SFT, Bounds.above(0.5)))),
        new PaperClaim(
            3,
            "Pretraining gradients hardly change the preference",
            "PPO and PPO-ptx alike",
            List.of(won(PPO_PTX, PPO, new Bounds(0.5 - NO_DIFFERENCE, 0.5 + NO_DIFFERENCE)))),
        new PaperClaim(
            10,
            "Held-out labelers agree with the training labelers' preference",
            "similar rates",
            List.of(
                alike(
                    "win rate over SFT: held-out less training labelers",
                    MeasureKey.win(HELD_OUT, PPO_PTX, SFT),
                    MeasureKey.win(TRAINING, PPO_PTX, SFT)))),
        new PaperClaim(
            15,
            "Tuning on public tasks loses to SFT on what users ask",
            "FLAN 29.8, T0 26.8 +/- 2% against SFT",
            List.of(won(SKILLS, SFT, Bounds.below(0.5)))));
  }

  private static List<PaperClaim> truthAndHarm() {
    return List.of(
        new PaperClaim(
            4,
            "Aligned models make up less on closed-domain prompts",
            "21% against 41%",
            List.of(
                less(
                    "hallucinated, PPO-ptx less base",
                    HALLUCINATION.of(PPO_PTX),
                    HALLUCINATION.of(BASE)))),
        new PaperClaim(
            5,
            "They are truthful and informative more often",
            "about twice as often",
            List.of(
                more(
                    "after questions with answers, PPO-ptx less base",
                    TRUTH_INFORMATIVE.of(PPO_PTX, QA),
                    TRUTH_INFORMATIVE.of(BASE, QA)),
                more(
                    "with the instruction, PPO-ptx less base",
                    TRUTH_INFORMATIVE.of(PPO_PTX, INSTRUCTION),
                    TRUTH_INFORMATIVE.of(BASE, INSTRUCTION)))),
        new PaperClaim(
            6,
            "Fewer toxic outputs when asked to be respectful, as many without, more when asked to be rude",
            "25% fewer; none; more",
            List.of(
                less(
                    "respectful, PPO-ptx less base",
                    RUDE.of(PPO_PTX, RESPECTFUL),
                    RUDE.of(BASE, RESPECTFUL)),
                alike(
                    "no prefix, PPO-ptx less base", RUDE.of(PPO_PTX, BASIC), RUDE.of(BASE, BASIC)),
                more(
                    "asked to be rude, PPO-ptx less base",
                    RUDE.of(PPO_PTX, BIASED),
                    RUDE.of(BASE, BIASED)))),
        new PaperClaim(
            7,
            "No improvement of bias; being asked for respect lowers entropy",
            "Winogender, CrowS-Pairs",
            List.of(
                new Test(
                    "entropy, PPO-ptx less base",
                    "bits",
                    difference(ENTROPY.of(PPO_PTX, BASIC), ENTROPY.of(BASE, BASIC)),
                    Bounds.DIFFERENCE,
                    Bounds.below(0.02)),
                new Test(
                    "entropy of PPO-ptx, respectful less no prefix",
                    "bits",
                    difference(ENTROPY.of(PPO_PTX, RESPECTFUL), ENTROPY.of(PPO_PTX, BASIC)),
                    Bounds.DIFFERENCE,
                    Bounds.below(0)))));
  }

  private static List<PaperClaim> alignmentTax() {
    return List.of(
        new PaperClaim(
            8,
            "PPO costs skills; pretraining gradients bring most back; 100 times the KL penalty does not",
            "DROP, SQuAD, translation",
            List.of(
                less("skills, PPO less base", SKILL.of(PPO), SKILL.of(BASE)),
                more("skills, PPO-ptx less PPO", SKILL.of(PPO_PTX), SKILL.of(PPO)),
                less(
                    "skills, PPO with 100 times the KL penalty less base",
                    SKILL.of(BETA_100),
                    SKILL.of(BASE)))),
        new PaperClaim(
            9,
            "Training twice as long costs skills again",
            "512k episodes fall below GPT-3",
            List.of(
                less(
                    "skills, twice the episodes less once",
                    SKILL.of(PPO_PTX),
                    SKILL.of(HALF_OF_PPO_PTX)))));
  }

  private static List<PaperClaim> settingsAndCost() {
    return List.of(
        new PaperClaim(
            14,
            "A start with 10% pretraining text is best, the best KL coefficient lies inside, high rates diverge without pretraining gradients",
            "App. E.7, E.8, E.9",
            List.of(
                more(
                    "true worth, mix of 10% less none",
                    GOLD_WORTH.of(HALF_OF_PPO_PTX), GOLD_WORTH.of(PTX_MIX_NONE)),
                more(
                    "true worth, mix of 10% less half",
                    GOLD_WORTH.of(HALF_OF_PPO_PTX), GOLD_WORTH.of(PTX_MIX_HALF)),
                more(
                    "true worth, the recipe's KL coefficient less 0",
                    GOLD_WORTH.of(HALF_OF_PPO_PTX),
                    GOLD_WORTH.of(PTX_BETA_ZERO)),
                more(
                    "true worth, the recipe's KL coefficient less 2",
                    GOLD_WORTH.of(HALF_OF_PPO_PTX),
                    GOLD_WORTH.of(PTX_BETA_HIGH)),
                more(
                    "true worth at ten times the rate, PPO-ptx less PPO",
                    GOLD_WORTH.of(PTX_RATE_10),
                    GOLD_WORTH.of(RATE_10)))),
        new PaperClaim(
            18,
            "Alignment is cheap",
            "PPO-ptx 1.6%, SFT 0.13% of pretraining",
            List.of(
                new Test(
                    "operations of PPO-ptx by those of pretraining",
                    "",
                    ratio(Cost.PPO_PTX.key(), Cost.PRETRAINING.key()),
                    Bounds.NONE,
                    Bounds.below(0.1)),
                new Test(
                    "operations of SFT by those of pretraining",
                    "",
                    ratio(Cost.SFT.key(), Cost.PRETRAINING.key()),
                    Bounds.NONE,
                    Bounds.below(0.1)))));
  }

  private static List<PaperClaim> training() {
    return List.of(
        new PaperClaim(
            11,
            "The reward model carries over to labelers that it did not learn from, with a small loss",
            "72.4 +/- 0.4% and 69.6 +/- 0.9%",
            List.of(
                new Test(
                    "accuracy, same less other labelers",
                    "%",
                    difference(SAME_LABELERS.accuracy(), OTHER_LABELERS.accuracy()),
                    Bounds.DIFFERENCE,
                    Bounds.above(0)),
                new Test(
                    "accuracy on other labelers",
                    "%",
                    value(OTHER_LABELERS.accuracy()),
                    Bounds.SHARE,
                    Bounds.above(0.5)))),
        new PaperClaim(
            12,
            "Pairs of a prompt in one batch element beat shuffled pairs; more epochs overfit",
            "App. C.2",
            List.of(
                new Test(
                    "validation loss, grouped less shuffled",
                    "nats",
                    difference(GROUPED.loss(), PAIRS.loss()),
                    Bounds.NONE,
                    Bounds.below(0)),
                new Test(
                    "validation loss, 4 epochs less 1",
                    "nats",
                    difference(EPOCHS.loss(), GROUPED.loss()),
                    Bounds.NONE,
                    Bounds.above(0)))),
        new PaperClaim(
            13,
            "SFT overfits by validation loss after an epoch, yet reward keeps rising",
            "1 of 16 epochs",
            List.of(
                new Test(
                    "best epoch by validation loss",
                    "epochs",
                    value(SftMeasure.BEST_LOSS.of(SFT)),
                    Bounds.NONE,
                    Bounds.below(4)),
                new Test(
                    "reward of the last epoch less that of the best by loss",
                    "",
                    value(SftMeasure.REWARD_GAIN.of(SFT)),
                    Bounds.NONE,
                    Bounds.above(0)))));
  }

  private static List<PaperClaim> generalization() {
    return List.of(
        new PaperClaim(
            16,
            "Following instructions carries over to kinds of tasks that nobody trained",
            "non-English, code; qualitative",
            List.of(
                more(
                    "helpfulness at a task kept out of training, PPO-ptx less base",
                    TRANSFER.of(PPO_PTX),
                    TRANSFER.of(BASE)))),
        new PaperClaim(
            17,
            "It accepts false premises, hedges more, fails at several constraints",
            "qualitative",
            List.of(
                new Test(
                    "false premises accepted by PPO-ptx",
                    "%",
                    value(PREMISE_ACCEPTED.of(PPO_PTX)),
                    Bounds.SHARE,
                    Bounds.above(0.1)),
                more(
                    "hedges at plain questions, PPO-ptx less SFT",
                    HEDGING.of(PPO_PTX),
                    HEDGING.of(SFT)),
                less(
                    "several constraints: all kept less each kept",
                    CONSTRAINTS_ALL.of(PPO_PTX),
                    CONSTRAINTS_EACH.of(PPO_PTX)))));
  }

  private static Test won(ModelName model, ModelName baseline, Bounds bounds) {
    return new Test(
        model.title() + " over " + baseline.title(),
        "%",
        value(MeasureKey.win(HELD_OUT, model, baseline)),
        Bounds.SHARE,
        bounds);
  }

  private static Test less(String what, MeasureKey key, MeasureKey other) {
    return new Test(what, "%", difference(key, other), Bounds.DIFFERENCE, Bounds.below(0));
  }

  private static Test alike(String what, MeasureKey key, MeasureKey other) {
    return new Test(
        what,
        "%",
        difference(key, other),
        Bounds.DIFFERENCE,
        new Bounds(-NO_DIFFERENCE, NO_DIFFERENCE));
  }

  private static Test more(String what, MeasureKey key, MeasureKey other) {
    return new Test(what, "%", difference(key, other), Bounds.DIFFERENCE, Bounds.above(0));
  }

  private static ToDoubleFunction<Measurements> value(MeasureKey key) {
    return all -> all.get(key).value();
  }

  private static ToDoubleFunction<Measurements> difference(MeasureKey key, MeasureKey other) {
    return all -> value(key).applyAsDouble(all) - value(other).applyAsDouble(all);
  }

  private static ToDoubleFunction<Measurements> ratio(MeasureKey key, MeasureKey other) {
    return all -> value(key).applyAsDouble(all) / value(other).applyAsDouble(all);
  }
}
