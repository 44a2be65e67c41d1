package org.instructgpt.ppo;

import org.instructgpt.model.GptConfig.Size;
import org.instructgpt.model.SettingsCheck;
import org.jspecify.annotations.Nullable;

/// The settings of PPO and PPO-ptx (InstructGPT section 3.5 and appendix C.4), and of RLOO and
/// GRPO, which differ from them in [Objective#group] alone.
///
/// @param episodes responses sampled in the whole run; each is learned from once
/// @param batchSize episodes of an iteration
/// @param minibatchSize episodes of an update; divides the batch
/// @param microBatchSize sequences that go through a network together, at most; sets memory and
///   speed, not the result
/// @param innerEpochs how often an iteration learns from its batch
/// @param sampling how responses are sampled
/// @param reward the reward of a token
/// @param objective what the updates minimise
/// @param learning how parameters are updated
/// @param ptx the pretraining gradients
/// @param seed of everything random
public record Settings(
    long episodes,
    int batchSize,
    int minibatchSize,
    int microBatchSize,
    int innerEpochs,
    Sampling sampling,
    Rewards reward,
    Objective objective,
    Learning learning,
    Ptx ptx,
    long seed) {

  /// Checks the ranges and that the batch can be split evenly.
  public Settings {
    SettingsCheck.require(episodes >= 1, "episodes", "at least 1", episodes);
    SettingsCheck.require(minibatchSize >= 1, "minibatch_size", "at least 1", minibatchSize);
    SettingsCheck.require(
        batchSize >= 1 && batchSize % minibatchSize == 0,
        "batch_size",
        "a multiple of the minibatch's " + minibatchSize,
        batchSize);
    SettingsCheck.require(
        batchSize % objective.samples() == 0,
        "batch_size",
        "a multiple of objective.group.samples, " + objective.samples(),
        batchSize);
    SettingsCheck.require(microBatchSize >= 1, "micro_batch_size", "at least 1", microBatchSize);
    SettingsCheck.require(innerEpochs >= 1, "inner_epochs", "at least 1", innerEpochs);
    SettingsCheck.require(
        !reward.whiten() || objective.whitening() != Whitening.NONE,
        "reward.whiten",
        "false where objective.whitening is none, which leaves nothing to whiten over",
        reward.whiten());
  }

  /// How responses are sampled.
  ///
  /// @param temperature divides the logits, in sampling and in every log-probability
  /// @param maxResponseTokens end of text included
  /// @param rows prompts answered together; sets memory and speed
  public record Sampling(double temperature, int maxResponseTokens, int rows) {
    /// Checks the ranges. Greedy responses cannot be learned from.
    public Sampling {
      SettingsCheck.require(positive(temperature), "temperature", "a number above 0", temperature);
      SettingsCheck.require(
          maxResponseTokens >= 1, "max_response_tokens", "at least 1", maxResponseTokens);
      SettingsCheck.require(rows >= 1, "rows", "at least 1", rows);
    }
  }

  /// The reward of a token: the KL penalty, and at the last one the reward model's score.
  ///
  /// @param klCoefficient beta, the penalty of a nat
  /// @param klTarget nats a response; if given, beta is steered there ([KlControl])
  /// @param klHorizon episodes over which the steering works
  /// @param missingEndOfTextPenalty subtracted from the score of a response that did not end itself
  /// @param missingEndOfTextScore replaces the score of such a response, if given
  /// @param scoreClip limits the score to this from 0 to either side, if given; hides
  ///   over-optimisation
  /// @param whiten divides the rewards of all tokens by their deviation, over what
  ///   [Objective#whitening] says
  public record Rewards(
      double klCoefficient,
      @Nullable Double klTarget,
      double klHorizon,
      double missingEndOfTextPenalty,
      @Nullable Double missingEndOfTextScore,
      @Nullable Double scoreClip,
      boolean whiten) {
    /// Checks the ranges.
    public Rewards {
      SettingsCheck.require(
          notNegative(klCoefficient), "kl_coefficient", "a number from 0 on", klCoefficient);
      SettingsCheck.require(
          klTarget == null || positive(klTarget), "kl_target", "above 0 or null", klTarget);
      SettingsCheck.require(positive(klHorizon), "kl_horizon", "above 0", klHorizon);
      SettingsCheck.require(
          notNegative(missingEndOfTextPenalty),
          "missing_end_of_text_penalty",
          "a number from 0 on",
          missingEndOfTextPenalty);
      SettingsCheck.require(
          missingEndOfTextScore == null
              || (Double.isFinite(missingEndOfTextScore) && missingEndOfTextPenalty == 0),
          "missing_end_of_text_score",
          "null, or a number without a penalty beside it",
          missingEndOfTextScore);
      SettingsCheck.require(
          scoreClip == null || positive(scoreClip), "score_clip", "above 0 or null", scoreClip);
    }

    /// A fixed coefficient and the plain score.
    public static Rewards plain(double klCoefficient) {
      return new Rewards(klCoefficient, null, 10_000, 0, null, null, false);
    }
  }

  /// What the updates minimise.
  ///
  /// @param clip how far a token's probability ratio may leave 1
  /// @param valueClip how far a value may leave the one before the updates
  /// @param gaeLambda decay of generalized advantage estimation; there is no discount
  /// @param whitening over what advantages get mean 0 and variance 1
  /// @param group if given, advantages come from comparing responses to a prompt with each other;
  ///   there is no value network then, and neither its clip nor lambda is read
  public record Objective(
      double clip, double valueClip, double gaeLambda, Whitening whitening, @Nullable Group group) {
    /// Generalized advantage estimation by a value network.
    public Objective(double clip, double valueClip, double gaeLambda, Whitening whitening) {
      this(clip, valueClip, gaeLambda, whitening, null);
    }

    /// Checks the ranges.
    public Objective {
      SettingsCheck.require(clip > 0 && clip < 1, "clip", "between 0 and 1", clip);
      SettingsCheck.require(positive(valueClip), "value_clip", "above 0", valueClip);
      SettingsCheck.require(
          gaeLambda >= 0 && gaeLambda <= 1, "gae_lambda", "from 0 to 1", gaeLambda);
      SettingsCheck.require(
          group == null || whitening == Whitening.NONE,
          "whitening",
          "none where objective.group compares the responses to a prompt: that is its baseline",
          whitening);
    }

    /// Whether the KL penalty is a part of the loss, and not of the reward.
    boolean klInLoss() {
      return group != null && group.advantage == Advantage.GRPO;
    }

    /// How many responses to a prompt are sampled in an iteration.
    int samples() {
      return group == null ? 1 : group.samples;
    }
  }

  /// Responses to the same prompt that are compared with each other, in the place of a value
  /// network.
  ///
  /// @param advantage how they are compared
  /// @param samples k, how many responses to each prompt
  public record Group(Advantage advantage, int samples) {
    /// Checks that there is something to compare with.
    public Group {
      SettingsCheck.require(
          samples >= 2, "samples", "at least 2, to compare them with each other", samples);
    }
  }

  /// How the responses to a prompt are compared.
  public enum Advantage {
    /// [LeaveOneOut], the KL penalty in the reward.
    RLOO,
    /// [GroupAdvantage], the KL penalty in the loss.
    GRPO
  }

  /// Over what advantages get mean 0 and variance 1, and rewards their variance.
  public enum Whitening {
    /// Not at all.
    NONE,
    /// Over the tokens of each minibatch, as Ziegler et al. 2019 do.
    MINIBATCH,
    /// Over the tokens of the whole batch.
    BATCH
  }

  /// How parameters are updated: AdamW with betas 0.9 and 0.95, without weight decay.
  ///
  /// @param policyLearningRate peak
  /// @param valueLearningRate peak
  /// @param warmupIterations how long the rates rise, from a tenth of the peak; constant after
  /// @param gradientClip greatest norm of a gradient, that of pretraining included
  /// @param adamEpsilon added to the root of the second moment. It must be small beside the
  ///   gradient's entries, which shrink as models grow, or it cuts the rate
  /// @param emaDecay of the policy's average, which is taken at every update
  public record Learning(
      double policyLearningRate,
      double valueLearningRate,
      int warmupIterations,
      double gradientClip,
      double adamEpsilon,
      double emaDecay) {
    /// Checks the ranges.
    public Learning {
      SettingsCheck.require(
          notNegative(policyLearningRate), "policy_learning_rate", "0 or more", policyLearningRate);
      SettingsCheck.require(
          notNegative(valueLearningRate), "value_learning_rate", "0 or more", valueLearningRate);
      SettingsCheck.require(
          warmupIterations >= 0, "warmup_iterations", "0 or more", warmupIterations);
      SettingsCheck.require(gradientClip > 0, "gradient_clip", "above 0", gradientClip);
      SettingsCheck.require(positive(adamEpsilon), "adam_epsilon", "above 0", adamEpsilon);
      SettingsCheck.require(
          emaDecay >= 0 && emaDecay < 1, "ema_decay", "from 0 to below 1", emaDecay);
    }
  }

  /// The pretraining gradients.
  ///
  /// @param coefficient gamma, what they are multiplied by; 0 is plain PPO
  /// @param ratio pretraining windows for each episode
  public record Ptx(double coefficient, int ratio) {
    /// Checks the ranges.
    public Ptx {
      SettingsCheck.require(
          notNegative(coefficient), "coefficient", "0 (plain PPO) or more", coefficient);
      SettingsCheck.require(ratio >= 1, "ratio", "at least 1", ratio);
    }
  }

  /// The paper's. 256,000 episodes in batches of 512 and minibatches of 64, one inner epoch, KL
  /// coefficient 0.02, ratio clip 0.2, temperature 1, 10 iterations of warm-up, EMA 0.992, 8
  /// pretraining examples an episode times 27.8 (C.4); responses up to 1,024 tokens (C).
  ///
  /// Where the paper is silent: lambda 0.95 (Stiennon et al. 2020), value clip 0.2 and whitening in
  /// each minibatch (Ziegler et al. 2019), gradient clip 1 (GPT-3, B). The policy's learning rate
  /// was chosen by labelers from a scan and is not printed: 8.05e-6 is the largest that did not
  /// diverge without pretraining gradients, and 2.55e-6 the better of the two tried at 175B (C.4,
  /// E.9). The value network's is printed (C.4). Adam's epsilon is not; 1e-8 is GPT-3's (B). The
  /// 1e-5 of Ziegler et al.'s code, for 124M parameters, would leave 0.19 of the printed rate at
  /// 175B, where the entries of a clipped gradient are about 2e-6.
  public static Settings paper(Size size) {
    var learning =
        switch (size) {
          case XL, B6 -> new Learning(8.05e-6, 9e-6, 10, 1, 1e-8, 0.992);
          case B175 -> new Learning(2.55e-6, 5e-6, 10, 1, 1e-8, 0.992);
        };
    return new Settings(
        256_000,
        512,
        64,
        8,
        1,
        new Sampling(1, 1024, 64),
        Rewards.plain(0.02),
        new Objective(0.2, 0.2, 0.95, Whitening.MINIBATCH),
        learning,
        new Ptx(27.8, 8),
        1);
  }

  /// Iterations until all episodes are sampled.
  public long iterations() {
    return (episodes + batchSize - 1) / batchSize;
  }

  /// Updates of an iteration.
  int updates() {
    return innerEpochs * (batchSize / minibatchSize);
  }

  private static boolean positive(double value) {
    return value > 0 && Double.isFinite(value);
  }

  private static boolean notNegative(double value) {
    return value >= 0 && Double.isFinite(value);
  }
}
