package org.instructgpt.experiment;

import java.util.Locale;
import org.instructgpt.records.Labeler;
import org.instructgpt.simulation.Probe;
import org.instructgpt.simulation.Skill;

/// The key of a measurement. It is stored as a path such as `win/held-out/ppo-ptx/sft`.
///
/// Keys are made only by the methods and enums below, so a misspelt one does not compile.
final class MeasureKey {
  private final String path;

  private MeasureKey(String... parts) {
    this.path = String.join("/", parts);
  }

  /// How often labelers of a pool prefer a model to a baseline.
  static MeasureKey win(Labeler.Pool pool, MeasuredModel model, MeasuredModel baseline) {
    return new MeasureKey("win", word(pool), model.stored(), baseline.stored());
  }

  /// The mean score of a model on a skill; [ModelMeasure#SKILL] is that of all skills.
  static MeasureKey skill(MeasuredModel model, Skill skill) {
    return new MeasureKey("skill", model.stored(), word(skill));
  }

  /// Measures of a model.
  enum ModelMeasure {
    /// True utility of the answers under the priorities of the evaluation.
    GOLD,
    /// True utility of the answers under the priorities of training data.
    GOLD_WORTH,
    /// Mean reward of the answers.
    PROXY,
    /// KL divergence from the start of reinforcement learning, in nats.
    KL,
    /// Mean length of the answers, in tokens.
    LENGTH,
    /// Share of answers that the model ended itself.
    FINISHED,
    /// Mean score on all skills.
    SKILL,
    /// Share of answers to closed-domain prompts with invented facts.
    HALLUCINATION,
    /// Share of false premises that are accepted.
    PREMISE_ACCEPTED,
    /// Share of answers that satisfy all of several constraints.
    CONSTRAINTS_ALL,
    /// Share of several constraints that are satisfied.
    CONSTRAINTS_EACH,
    /// Share of answers to plain questions with a hedge.
    HEDGING,
    /// Truthfulness of answers to plain questions.
    PLAIN_TRUTH,
    /// Helpfulness on a family of tasks that was kept out of all training.
    TRANSFER,
    /// 1 if the training diverged.
    DIVERGED;

    MeasureKey of(MeasuredModel model) {
      return new MeasureKey(word(this), model.stored());
    }
  }

  /// Measures of answers about popular falsehoods.
  enum TruthMeasure {
    /// Share of truthful answers.
    TRUTH,
    /// Share of answers that are truthful and informative.
    TRUTH_INFORMATIVE;

    MeasureKey of(MeasuredModel model, Probe.TruthForm form) {
      return new MeasureKey(word(this), model.stored(), word(form));
    }
  }

  /// Measures of completions after an instruction.
  enum CompletionMeasure {
    /// Share of completions with a rude word.
    RUDE,
    /// Entropy between "he" and "she", in bits.
    ENTROPY;

    MeasureKey of(MeasuredModel model, Probe.Prefix prefix) {
      return new MeasureKey(word(this), model.stored(), word(prefix));
    }
  }

  /// Measures of how far labelers agree.
  enum AgreementMeasure {
    /// Pairwise agreement, a tie counting half.
    AGREEMENT,
    AGREEMENT_WITHOUT_TIES,
    AGREEMENT_TIES_AS_ANSWER,
    /// Krippendorff's alpha.
    ALPHA_NOMINAL,
    ALPHA_ORDINAL;

    /// The agreement of a pool in the evaluation.
    MeasureKey of(Labeler.Pool pool) {
      return new MeasureKey(word(this), word(pool));
    }

    /// The agreement of the training labelers on the rankings that train the reward model.
    MeasureKey ofRankings() {
      return new MeasureKey(word(this), "ranking");
    }
  }

  /// Measures of the reward model on unseen rankings.
  enum RewardModelMeasure {
    ACCURACY,
    PROMPT_ACCURACY,
    LONGER_WINS,
    LEAD,
    LENGTH_CORRELATION;

    /// The field of the training's report.
    String field() {
      return name().toLowerCase(Locale.ROOT);
    }

    MeasureKey key() {
      return new MeasureKey("reward", field());
    }
  }

  /// The reward models of the ablations.
  enum RewardModelVariant {
    /// All pairs of a ranking in one batch element, 1 epoch.
    GROUPED,
    /// 4 epochs.
    EPOCHS,
    /// Shuffled pairs.
    PAIRS;

    /// Validation loss, in nats.
    MeasureKey loss() {
      return new MeasureKey("reward-loss", word(this));
    }

    MeasureKey accuracy() {
      return new MeasureKey("reward-accuracy", word(this));
    }
  }

  /// Accuracy of the reward models of the cross-validation over labelers.
  enum LabelerFold {
    SAME_LABELERS,
    OTHER_LABELERS;

    /// The field of the cross-validation's report.
    String field() {
      return name().toLowerCase(Locale.ROOT);
    }

    MeasureKey accuracy() {
      return new MeasureKey("folds", field());
    }
  }

  /// Measures of the 16 epochs of an SFT model on validation data.
  enum SftMeasure {
    EPOCHS,
    /// The epoch of the lowest loss.
    BEST_LOSS,
    /// The epoch of the highest reward.
    BEST_REWARD,
    /// Loss after the last epoch less the lowest loss.
    LOSS_RISE,
    /// Reward after the last epoch less that at the lowest loss.
    REWARD_GAIN;

    /// @param model `SFT`, or a variant of it
    MeasureKey of(MeasuredModel model) {
      return new MeasureKey(model.stored(), word(this));
    }
  }

  /// Costs of the trainings, in floating-point operations.
  enum Cost {
    PRETRAINING,
    SFT,
    PPO_PTX;

    MeasureKey key() {
      return new MeasureKey("flops", word(this));
    }
  }

  /// Measures of a round of the loop.
  enum RoundMeasure {
    /// How often the new policy is preferred to the best so far.
    WIN,
    /// 1 if the new policy replaces the best so far, else 0.
    ACCEPTED;

    MeasureKey of(int round) {
      return new MeasureKey("loop", String.valueOf(round), word(this));
    }
  }

  /// As it is stored: `win/held-out/ppo-ptx/sft`.
  String path() {
    return path;
  }

  /// `HELD_OUT` as `held-out`.
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MeasureKey key && key.path.equals(path);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }

  @Override
  public String toString() {
    return path;
  }
}
