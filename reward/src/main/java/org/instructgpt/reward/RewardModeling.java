package org.instructgpt.reward;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.files.Count;
import org.instructgpt.model.EpochOrder;
import org.instructgpt.model.Learner;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.Sequences;
import org.instructgpt.model.SettingsCheck;
import org.instructgpt.model.Trainer;
import org.instructgpt.model.TrainerState;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.Schedule;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Trains a reward model on rankings (InstructGPT section 3.5 and appendix C.2).
///
/// A step takes a batch of prompts, each with all its rankings ([JudgedPrompt]), puts each prompt
/// and each of its completions through the network once, and moves against the gradient of the
/// [RankingLoss]. There is no dropout and nothing else is random, so a step depends on weights,
/// optimizer and step number alone. An epoch visits each prompt once; its last batch is smaller
/// rather than filled up with prompts of a second round, since seeing data twice is what makes
/// reward models overfit. Where there are fewer prompts than a batch should have, every step takes
/// all of them.
///
/// **The shift** is applied on export: [#export] writes a model whose demonstrations average 0 and
/// puts the bias of the model in training back. Training leaves the bias alone, as the loss does
/// not depend on it; its gradient, 0 but for rounding, is dropped, because Adam would turn that
/// noise into steps of full size.
///
/// The model comes initialised ([ScalarModel#initializeFrom]) from the supervised policy or another
/// language model. Belongs to the scope it is built in.
public final class RewardModeling implements Trainer {
  private final ScalarModel model;
  private final Data data;
  private final Settings settings;
  private final Lineage lineage;
  private final List<JudgedPrompt> prompts;
  private final int batch;
  private final EpochOrder passes;
  private final Learner learner;
  private final Ranks ranks;

  /// How a reward model is trained; the keys of a recipe's section `reward`.
  ///
  /// @param epochs passes over the prompts; more than one overfits quickly
  /// @param batchPrompts prompts a step takes, each with all its rankings
  /// @param learningRate the highest learning rate
  /// @param minimumLearningRateRatio the share of it at the last step; a cosine leads there
  /// @param warmupSteps steps of a linear rise before
  /// @param weightDecay decoupled, on matrices
  /// @param gradientClip the greatest global norm of the gradient
  /// @param seed of the order of the prompts
  /// @param microBatchTokens how many tokens are in memory at once, each prompt counted once, if a
  ///   single prompt does not need more; changes results by rounding only
  public record Settings(
      int epochs,
      int batchPrompts,
      double learningRate,
      double minimumLearningRateRatio,
      int warmupSteps,
      double weightDecay,
      double gradientClip,
      long seed,
      int microBatchTokens) {
    /// Checks the ranges.
    public Settings {
      SettingsCheck.require(epochs >= 1, "epochs must be at least 1, but is " + epochs);
      SettingsCheck.require(
          batchPrompts >= 1, "batch_prompts must be at least 1, but is " + batchPrompts);
      SettingsCheck.require(
          learningRate > 0 && Double.isFinite(learningRate),
          "learning_rate must be positive, but is " + learningRate);
      SettingsCheck.require(
          minimumLearningRateRatio >= 0 && minimumLearningRateRatio <= 1,
          "minimum_learning_rate_ratio must be from 0 to 1, but is " + minimumLearningRateRatio);
      SettingsCheck.require(
          warmupSteps >= 0, "warmup_steps must not be negative, but is " + warmupSteps);
      SettingsCheck.require(
          weightDecay >= 0, "weight_decay must not be negative, but is " + weightDecay);
      SettingsCheck.require(
          gradientClip > 0, "gradient_clip must be positive, but is " + gradientClip);
      SettingsCheck.require(
          microBatchTokens >= 1,
          "micro_batch_tokens must be at least 1, but is " + microBatchTokens);
    }

    /// The paper's: one epoch of 64 prompts a batch at 9e-6, cosine to 10% (appendix C.2). Its one
    /// reward model of 6B serves policies of all sizes. Warm-up, weight decay and clipping are not
    /// printed; clipping is GPT-3's.
    public static Settings paper() {
      return new Settings(1, 64, 9e-6, 0.1, 0, 0, 1, 1, 16_384);
    }
  }

  /// What a reward model is trained, measured and shifted on.
  ///
  /// @param tokenizer whose ids these are; it goes into the checkpoint
  /// @param training rankings; those that are one tie teach nothing and are left out
  /// @param heldOut rankings of other prompts, possibly none
  /// @param demonstrations whose mean reward becomes 0 on export; with none, nothing is shifted
  public record Data(
      Tokenizer tokenizer,
      List<TokenizedRanking> training,
      List<TokenizedRanking> heldOut,
      List<EncodedExample> demonstrations) {
    /// Leaves out what has no pairs.
    ///
    /// @throws IllegalArgumentException if nothing is left to train on
    public Data {
      int given = training.size();
      training = training.stream().filter(TokenizedRanking::hasPairs).toList();
      heldOut = heldOut.stream().filter(TokenizedRanking::hasPairs).toList();
      demonstrations = List.copyOf(demonstrations);
      if (training.isEmpty()) {
        throw new IllegalArgumentException(
            "expected rankings that prefer some completion to another, found %s and none that does: import rankings first"
                .formatted(Count.of(given, "ranking")));
      }
    }

    private void requireFit(int context) {
      for (var rankings : List.of(training, heldOut)) {
        rankings.forEach(ranked ->
            requireFit(ranked.longest(), context, "a completion of prompt " + ranked.promptId()));
      }
      demonstrations.forEach(shown -> requireFit(shown.length(), context, "a demonstration"));
    }

    private static void requireFit(int length, int context, String what) {
      if (length > context) {
        throw new IllegalArgumentException(
            "%s has %d tokens with its prompt, but the model's context is %d: shorten it or leave it out"
                .formatted(what, length, context));
      }
    }
  }

  /// @param model initialised already
  /// @param lineage stage, data and parents, for the checkpoint
  /// @throws IllegalArgumentException if a row is longer than the model's context
  public RewardModeling(ScalarModel model, Data data, Settings settings, Lineage lineage) {
    this(model, data, settings, lineage, Ranks.alone());
  }

  /// The same on several processes, which share each batch.
  ///
  /// @param ranks each of which has an equal model, data and settings
  public RewardModeling(
      ScalarModel model, Data data, Settings settings, Lineage lineage, Ranks ranks) {
    this.ranks = ranks;
    data.requireFit(model.config().context());
    this.model = model;
    this.data = data;
    this.settings = settings;
    this.lineage = lineage;
    this.prompts = JudgedPrompt.of(data.training);
    this.batch = Math.min(settings.batchPrompts, prompts.size());
    this.passes = new EpochOrder(prompts.size(), batch, settings.seed);
    var cosine = Schedule.cosine(settings.learningRate, settings.minimumLearningRateRatio, steps());
    this.learner =
        new Learner(
            "reward_model",
            model.trained(),
            new AdamW.Settings(0.9, 0.95, 1e-8, settings.weightDecay, settings.gradientClip),
            cosine.warmedUp(settings.warmupSteps, 1.0 / Math.max(1, settings.warmupSteps)),
            ranks);
  }

  /// The number of steps in all epochs: how long a run takes.
  public long steps() {
    return passes.steps(settings.epochs);
  }

  /// How many prompts there are to learn from: what an epoch visits.
  public int prompts() {
    return prompts.size();
  }

  @Override
  public Ranks ranks() {
    return ranks;
  }

  @Override
  public Map<String, Double> step(long step) {
    var batch = batch(step);
    int[] share = ranks.share(IntStream.range(0, batch.size()).toArray());
    try (var _ = Scope.open()) {
      var made = new RewardMetrics(batch);
      for (var part : MicroBatch.of(batch, share, settings.microBatchTokens)) {
        try (var _ = Scope.open()) {
          var sequences = Sequences.of(part.rows(), model.parameters().flat().device());
          var rewards = model.rewards(sequences);
          var pairs = RankingLoss.Comparisons.of(part.prompts(), batch.size());
          var loss = RankingLoss.of(rewards, pairs);
          loss.backward();
          made.add(part, loss, rewards, sequences.lengths());
        }
      }
      dropBiasGradient();
      double norm = learner.step(step);
      var metrics = made.metrics(ranks);
      metrics.put("learning_rate", learner.learningRate(step));
      metrics.put("gradient_norm", norm);
      return metrics;
    }
  }

  /// The prompts of a step.
  List<JudgedPrompt> batch(long step) {
    long left = (long) settings.epochs * prompts.size() - step * batch;
    if (left <= 0) {
      throw new IllegalArgumentException(
          "a run has %d steps, but step %d was asked for".formatted(steps(), step));
    }
    return Arrays.stream(passes.at(step)).limit(left).mapToObj(prompts::get).toList();
  }

  private void dropBiasGradient() {
    try (var _ = Scope.open()) {
      var gradient = model.trained().get("score.bias").gradient();
      if (gradient != null) {
        gradient.zero_();
      }
    }
  }

  /// The accuracy over held-out pairs, its mean over prompts, the K-wise loss, and the rewards of
  /// completions that ended and of those that were cut.
  @Override
  public Map<String, Double> evaluate(long step) {
    if (data.heldOut.isEmpty()) {
      return Map.of();
    }
    var scored = ScoredRanking.of(model, data.heldOut, settings.microBatchTokens);
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("accuracy", PairAccuracy.overPairs(scored, ScoredRanking::margins).value());
    metrics.put(
        "prompt_accuracy", PairAccuracy.overPrompts(scored, ScoredRanking::margins).value());
    metrics.put("loss", ScoredRanking.loss(scored));
    metrics.putAll(RewardsByEnding.of(scored).metrics());
    return metrics;
  }

  /// Measures the model on the held-out rankings.
  ///
  /// @throws IllegalArgumentException if there are none
  public RewardReport report() {
    return RewardReport.of(model, data.heldOut, settings.microBatchTokens);
  }

  @Override
  public TrainerState state() {
    var tensors = new LinkedHashMap<String, Tensor>();
    var values = JsonNodeFactory.instance.objectNode();
    learner.save(tensors, values);
    values.put("rankings", data.training.size());
    return new TrainerState(tensors, values);
  }

  @Override
  public void restore(TrainerState state) {
    int rankings = state.values().path("rankings").asInt();
    if (rankings != data.training.size()) {
      throw new IllegalArgumentException(
          "the saved state is of a run over %s, but there are %d now: go on with the same data, or begin a new run with --new"
              .formatted(Count.of(rankings, "ranking"), data.training.size()));
    }
    learner.restore(state);
  }

  /// Writes the model with the [RewardShift] applied; the one in training keeps its bias.
  @Override
  public void export(Path directory, Map<String, Object> facts) throws IOException {
    double bias = model.bias();
    try {
      if (!data.demonstrations.isEmpty()) {
        RewardShift.apply(model, data.demonstrations, settings.microBatchTokens);
      }
      var made = new LinkedHashMap<>(facts);
      made.put("rankings", data.training.size());
      made.put("demonstrations_of_the_shift", data.demonstrations.size());
      Checkpoint.save(model, data.tokenizer, lineage.with(made), directory);
    } finally {
      model.setBias(bias);
    }
  }
}
