package org.instructgpt.dpo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Count;
import org.instructgpt.model.EpochOrder;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Learner;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.SettingsCheck;
import org.instructgpt.model.Trainer;
import org.instructgpt.model.TrainerState;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.Readings;
import org.instructgpt.torch.Schedule;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// Direct preference optimisation (Rafailov et al. 2023): a supervised policy learns from rankings,
/// in the place of a reward model and reinforcement learning.
///
/// A step takes a batch of prompts, each with all its preferences, puts every completion through
/// the policy once, and moves against the gradient of the [PreferenceLoss]. The reference is the
/// policy as it was given; of it only the log-probabilities of the completions are needed. They are
/// computed once, before the first step, from the very parts in which the first epoch reads the
/// prompts, and kept as numbers: no second network is in memory, and the first step's log-ratios
/// are exactly 0. A resumed run computes them again from the same start.
///
/// There is no dropout and nothing else is random, so a step depends on weights, optimizer and step
/// number alone. An epoch visits each prompt once; its last batch is smaller. Where there are fewer
/// prompts than a batch should have, every step takes all of them. Belongs to the scope it is built
/// in.
public final class Dpo implements Trainer {
  private final Gpt policy;
  private final Data data;
  private final Settings settings;
  private final Lineage lineage;
  private final PreferenceLoss loss;
  private final int batch;
  private final EpochOrder order;
  private final Learner learner;
  private final List<int[]> heldOutParts;
  private @Nullable Reference reference;

  /// How a policy is trained; the keys of a recipe's section `dpo`.
  ///
  /// @param epochs passes over the prompts
  /// @param batchPrompts prompts a step takes, each with all its preferences
  /// @param beta the strength of the KL penalty that is built in: small values let the policy go
  ///   far from the reference
  /// @param loss which of the losses
  /// @param labelSmoothing how often a preference is taken to be told the wrong way round
  /// @param learningRate the highest learning rate
  /// @param minimumLearningRateRatio the share of it at the last step; a cosine leads there, 1 is
  ///   constant
  /// @param warmupSteps steps of a linear rise before
  /// @param weightDecay decoupled, on matrices
  /// @param gradientClip the greatest global norm of the gradient
  /// @param seed of the order of the prompts
  /// @param microBatchTokens how many tokens are in memory at once, each prompt counted once, if a
  ///   single prompt does not need more; changes results by rounding only
  public record Settings(
      int epochs,
      int batchPrompts,
      double beta,
      Loss loss,
      double labelSmoothing,
      double learningRate,
      double minimumLearningRateRatio,
      int warmupSteps,
      double weightDecay,
      double gradientClip,
      long seed,
      int microBatchTokens) {
    /// Checks the ranges.
    public Settings {
      SettingsCheck.atLeast(1, "epochs", epochs);
      SettingsCheck.atLeast(1, "batch_prompts", batchPrompts);
      SettingsCheck.positive("beta", beta);
      SettingsCheck.require(
          labelSmoothing >= 0 && labelSmoothing < 0.5,
          "label_smoothing",
          "from 0 to less than 0.5, where a preference says nothing",
          labelSmoothing);
      SettingsCheck.require(
          loss == Loss.DPO || labelSmoothing == 0,
          "label_smoothing",
          "0 with the loss ipo, which has a minimum without it",
          labelSmoothing);
      SettingsCheck.positive("learning_rate", learningRate);
      SettingsCheck.share("minimum_learning_rate_ratio", minimumLearningRateRatio);
      SettingsCheck.atLeast(0, "warmup_steps", warmupSteps);
      SettingsCheck.notNegative("weight_decay", weightDecay);
      SettingsCheck.positive("gradient_clip", gradientClip);
      SettingsCheck.atLeast(1, "micro_batch_tokens", microBatchTokens);
    }

    /// Those of Rafailov et al. 2023 (appendix B): beta 0.1, batches of 64, learning rate 1e-6
    /// after a linear rise over 150 steps, constant. Theirs is RMSprop, ours AdamW as in every
    /// stage. How many epochs is not printed (here one, as of a reward model), nor are weight decay
    /// and clipping.
    public static Settings paper() {
      return new Settings(1, 64, 0.1, Loss.DPO, 0, 1e-6, 1, 150, 0, 1, 1, 16_384);
    }
  }

  /// The losses, as [PreferenceLoss] has them.
  public enum Loss {
    /// Rafailov et al. 2023, equation 7.
    DPO,
    /// Azar et al. 2023, equation 17.
    IPO
  }

  /// What a policy is trained and measured on.
  ///
  /// @param tokenizer whose ids these are; it goes into the checkpoint
  /// @param training prompts with their preferences
  /// @param heldOut other prompts with theirs, possibly none
  public record Data(Tokenizer tokenizer, List<Preferences> training, List<Preferences> heldOut) {
    /// Copies the lists.
    ///
    /// @throws IllegalArgumentException if there is nothing to train on
    public Data {
      training = List.copyOf(training);
      heldOut = List.copyOf(heldOut);
      if (training.isEmpty()) {
        throw new IllegalArgumentException(
            "expected prompts with preferences to learn from, found none: import rankings first");
      }
    }

    private void requireFit(int context) {
      requireFit(training, "prompt", context);
      requireFit(heldOut, "held-out prompt", context);
    }

    private static void requireFit(List<Preferences> all, String what, int context) {
      for (int i = 0; i < all.size(); i++) {
        int longest = all.get(i).longest();
        if (longest > context) {
          throw new IllegalArgumentException(
              "%s %d has %d tokens with its longest completion, but the model's context is %d: shorten it or leave it out"
                  .formatted(what, i + 1, longest, context));
        }
      }
    }
  }

  /// The log-probabilities under the reference of what is trained on and of what is held out.
  private record Reference(CompletionLogProbs training, CompletionLogProbs heldOut) {}

  /// @param policy the supervised policy; it learns
  /// @param lineage stage, data and parents, for the checkpoint
  /// @throws IllegalArgumentException if a completion is longer than the model's context
  public Dpo(Gpt policy, Data data, Settings settings, Lineage lineage) {
    data.requireFit(policy.config().context());
    this.policy = policy;
    this.data = data;
    this.settings = settings;
    this.lineage = lineage;
    this.loss =
        new PreferenceLoss(settings.beta, settings.labelSmoothing, settings.loss == Loss.IPO);
    this.batch = Math.min(settings.batchPrompts, data.training.size());
    this.order = new EpochOrder(data.training.size(), batch, settings.seed);
    this.heldOutParts = parts(data.heldOut, Preferences.every(data.heldOut.size()));
    var cosine = Schedule.cosine(settings.learningRate, settings.minimumLearningRateRatio, steps());
    this.learner =
        new Learner(
            "policy",
            policy.trained(),
            new AdamW.Settings(0.9, 0.95, 1e-8, settings.weightDecay, settings.gradientClip),
            cosine.warmedUp(settings.warmupSteps, 1.0 / Math.max(1, settings.warmupSteps)));
  }

  /// The number of steps in all epochs.
  public long steps() {
    return order.steps(settings.epochs);
  }

  private List<int[]> parts(List<Preferences> all, int[] chosen) {
    return Preferences.parts(all, chosen, settings.microBatchTokens);
  }

  /// The prompts of a step, as indices; those of the last one are as many as are left of the
  /// epochs.
  int[] batch(long step) {
    long left = (long) settings.epochs * data.training.size() - step * batch;
    if (left <= 0) {
      throw new IllegalArgumentException(
          "a run has %d steps, but step %d was asked for".formatted(steps(), step));
    }
    return Arrays.stream(order.at(step)).limit(left).toArray();
  }

  /// The reference, read when it is first asked for: before anything moves the policy.
  private Reference reference() {
    if (reference == null) {
      var epoch = new ArrayList<int[]>();
      for (long step = 0; step < order.steps(1); step++) {
        epoch.addAll(parts(data.training, batch(step)));
      }
      reference =
          new Reference(
              CompletionLogProbs.of(policy, data.training, epoch),
              CompletionLogProbs.of(policy, data.heldOut, heldOutParts));
    }
    return reference;
  }

  @Override
  public Map<String, Double> step(long step) {
    int[] chosen = batch(step);
    var known = reference().training;
    var stepMetrics = new PreferenceMetrics(loss);
    try (var _ = Scope.open()) {
      for (int[] part : parts(data.training, chosen)) {
        var made = new Readings();
        try (var _ = Scope.open()) {
          var some = CompletionLogProbs.some(data.training, part);
          var logProbs = CompletionLogProbs.under(policy, some);
          var pairs = PreferenceLoss.Compared.of(some, chosen.length);
          loss.of(logProbs.sub(constant(known.of(part), logProbs)), pairs).backward();
          made.add(logProbs);
          stepMetrics.add(made, known.of(part), pairs);
        }
      }
      double norm = learner.step(step);
      var metrics = stepMetrics.metrics();
      metrics.putAll(stepMetrics.counts());
      metrics.put("tokens", tokens(chosen));
      metrics.put("learning_rate", learner.learningRate(step));
      metrics.put("gradient_norm", norm);
      return metrics;
    }
  }

  private double tokens(int[] chosen) {
    return Arrays.stream(chosen).mapToLong(i -> data.training.get(i).tokens()).sum();
  }

  /// Numbers as a tensor of the type and device of `like`.
  private static Tensor constant(double[] values, Tensor like) {
    return Tensor.of(values, values.length).to(like.dtype()).to(like.device());
  }

  /// The same of the held-out preferences; empty if there are none.
  @Override
  public Map<String, Double> evaluate(long step) {
    if (data.heldOut.isEmpty()) {
      return Map.of();
    }
    var known = reference().heldOut;
    var heldOutMetrics = new PreferenceMetrics(loss);
    try (var _ = Scope.open()) {
      for (int[] part : heldOutParts) {
        var made = new Readings();
        var some = CompletionLogProbs.some(data.heldOut, part);
        try (var _ = Scope.open()) {
          Scope.constant(() -> made.add(CompletionLogProbs.under(policy, some)));
        }
        var pairs = PreferenceLoss.Compared.of(some, data.heldOut.size());
        heldOutMetrics.add(made, known.of(part), pairs);
      }
      return heldOutMetrics.metrics();
    }
  }

  /// The reference is read here if it was not yet: a run that resumes asks for the state to read
  /// the saved one into it.
  @Override
  public TrainerState state() {
    var _ = reference();
    var tensors = new LinkedHashMap<String, Tensor>();
    var values = JsonNodeFactory.instance.objectNode();
    learner.save(tensors, values);
    values.put("prompts", data.training.size());
    return new TrainerState(tensors, values);
  }

  @Override
  public void restore(TrainerState state) {
    int prompts = state.values().path("prompts").asInt();
    if (prompts != data.training.size()) {
      throw new IllegalArgumentException(
          "the saved state is of a run over %s, but there are %d now: go on with the same data, or begin a new run with --new"
              .formatted(Count.of(prompts, "prompt"), data.training.size()));
    }
    var _ = reference();
    learner.restore(state);
  }

  @Override
  public void export(Path directory, Map<String, Object> facts) throws IOException {
    Checkpoint.save(policy, data.tokenizer, lineage.with(facts), directory);
  }
}
