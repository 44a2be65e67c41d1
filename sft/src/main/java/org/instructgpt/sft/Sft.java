package org.instructgpt.sft;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.EpochOrder;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Learner;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.SettingsCheck;
import org.instructgpt.model.Trainer;
import org.instructgpt.model.TrainerState;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Schedule;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Supervised fine-tuning: a pretrained model learns the responses that labelers wrote (InstructGPT
/// sections 3.5 and C.1; docs/specification.md 5.1 and 7.1).
///
/// **The loss** is the mean negative log-likelihood of the response tokens of the whole batch, end
/// of text included; prompts are read, not learnt. With a pretraining mix m (C.3: 0.1) it is
///
/// `(1 - m) x mean over the batch's response tokens + m x mean over the windows' tokens`
///
/// where m/(1 - m) windows of pretraining text are read for each demonstration, rounded, at least
/// one a step. The paper says only that 10% of pretraining data was mixed in. Each kind has a mean
/// of its own because a window has 2,048 tokens where a response has 40: in one mean over all
/// tokens a tenth of the examples would be four fifths of the loss.
///
/// **The checkpoint** is chosen by `reward` (highest) if there is a [RewardJudge]; otherwise the
/// last epoch is the one to keep. The paper's models overfit by validation loss after one epoch,
/// and more epochs still gave a higher reward and were preferred by people (section 3.5), so the
/// least validation loss is used only where it is asked for. Every evaluation reports both, since
/// they diverge.
///
/// Belongs to the scope it is built in.
public final class Sft implements Trainer {
  private final Gpt model;
  private final Tokenizer tokenizer;
  private final Lineage lineage;
  private final Settings settings;
  private final Demonstrations training;
  private final Demonstrations validation;
  private final Optional<Mix> mix;
  private final Optional<RewardJudge> judge;
  private final EpochOrder order;
  private final TokenLoss loss;
  private final Learner learner;
  private final Ranks ranks;

  /// Settings, by the keys of a recipe's sections `sft` and `supervised`.
  ///
  /// @param epochs passes over the demonstrations
  /// @param batchSize demonstrations a step
  /// @param learningRate the first step's, or the peak after a warm-up
  /// @param minimumLearningRateRatio share of it where the cosine ends
  /// @param warmupSteps of a linear rise
  /// @param residualDropout share of the residual branches' outputs that is dropped
  /// @param pretrainingMix the share m of pretraining text, in examples and in the loss
  /// @param weightDecay of the matrices
  /// @param gradientClip greatest global norm of a step's gradient
  /// @param maxResponseTokens where responses are cut, the sampled ones too
  /// @param seed of order, dropout and sampled responses
  /// @param microBatchSize sequences in memory at once; changes nothing but dropout's draws
  public record Settings(
      int epochs,
      int batchSize,
      double learningRate,
      double minimumLearningRateRatio,
      long warmupSteps,
      double residualDropout,
      double pretrainingMix,
      double weightDecay,
      double gradientClip,
      int maxResponseTokens,
      long seed,
      int microBatchSize) {
    /// Checks the ranges.
    public Settings {
      SettingsCheck.atLeast(1, "epochs", epochs);
      SettingsCheck.atLeast(1, "batch_size", batchSize);
      SettingsCheck.positive("learning_rate", learningRate);
      SettingsCheck.share("minimum_learning_rate_ratio", minimumLearningRateRatio);
      SettingsCheck.atLeast(0, "warmup_steps", warmupSteps);
      SettingsCheck.partialShare("residual_dropout", residualDropout);
      SettingsCheck.partialShare("pretraining_mix", pretrainingMix);
      SettingsCheck.notNegative("weight_decay", weightDecay);
      SettingsCheck.positive("gradient_clip", gradientClip);
      SettingsCheck.atLeast(1, "max_response_tokens", maxResponseTokens);
      SettingsCheck.atLeast(1, "micro_batch_size", microBatchSize);
    }

    /// The supervised baseline (C.1): 16 epochs, learning rate 9.65e-6 and batch 32 for 1.3B and
    /// 6B, 5.03e-6 and 8 for 175B, cosine to 10% without warm-up, residual dropout 0.2. Responses
    /// end at 1k tokens (C). Weight decay is not printed (none here), nor is clipping (1, as in
    /// GPT-3's pretraining).
    public static Settings paper(GptConfig.Size size) {
      return switch (size) {
        case XL -> of(16, 32, 9.65e-6, 0, 8);
        case B6 -> of(16, 32, 9.65e-6, 0, 4);
        case B175 -> of(16, 8, 5.03e-6, 0, 1);
      };
    }

    /// The model from which reinforcement learning starts (C.3): 2 epochs with 10% pretraining
    /// data, learning rate 5e-6 (1.3B), 1.04e-5 (6B), 2.45e-6 (175B); the rest as the baseline.
    public static Settings supervised(GptConfig.Size size) {
      return switch (size) {
        case XL -> of(2, 32, 5e-6, 0.1, 8);
        case B6 -> of(2, 32, 1.04e-5, 0.1, 4);
        case B175 -> of(2, 8, 2.45e-6, 0.1, 1);
      };
    }

    private static Settings of(int epochs, int batch, double rate, double mix, int rows) {
      return new Settings(epochs, batch, rate, 0.1, 0, 0.2, mix, 0, 1, 1024, 1, rows);
    }

    /// Windows of pretraining text beside so many demonstrations.
    int windows(int demonstrations) {
      return (int) Math.max(1, Math.round(demonstrations * pretrainingMix / (1 - pretrainingMix)));
    }

    AdamW.Settings optimizer() {
      return new AdamW.Settings(0.9, 0.95, 1e-8, weightDecay, gradientClip);
    }

    Schedule schedule(long steps) {
      return Schedule.cosine(learningRate, minimumLearningRateRatio, steps).warmedUp(warmupSteps);
    }
  }

  /// What the policy learns from and is measured on.
  ///
  /// @param tokenizer whose ids these are; it goes into the checkpoint
  /// @param training demonstrations
  /// @param validation demonstrations by other customers; empty to measure nothing
  /// @param pretraining the text of the pretraining mix; needed if there is a mix
  /// @param judge a reward model, if there is one already
  public record Data(
      Tokenizer tokenizer,
      List<EncodedExample> training,
      List<EncodedExample> validation,
      Optional<PlainText> pretraining,
      Optional<RewardJudge> judge) {
    /// Copies the lists.
    public Data {
      training = List.copyOf(training);
      validation = List.copyOf(validation);
    }
  }

  private record Mix(TextWindows training, TextWindows validation, EpochOrder order) {}

  /// @param model what learns, pretrained
  /// @param lineage stage, data and parents, for the checkpoint
  /// @throws IllegalArgumentException if data, tokenizer, reward model and model do not fit
  ///   together
  public Sft(Gpt model, Data data, Settings settings, Lineage lineage) {
    this(model, data, settings, lineage, Ranks.alone());
  }

  /// The same on several processes, which share each batch.
  ///
  /// @param ranks each of which has an equal model, data and settings
  public Sft(Gpt model, Data data, Settings settings, Lineage lineage, Ranks ranks) {
    this.ranks = ranks;
    InputCheck.vocabulary(data.tokenizer(), model);
    data.judge().ifPresent(judge -> judge.requireFor(model));
    this.model = model;
    this.tokenizer = data.tokenizer();
    this.lineage = lineage;
    this.settings = settings;
    this.training = demonstrations(data.training(), "training");
    this.validation = demonstrations(data.validation(), "validation");
    this.mix = mix(data.pretraining());
    this.judge = data.judge();
    this.order = new EpochOrder(training.count(), batch(), settings.seed);
    this.loss = new TokenLoss(model, settings.microBatchSize, ranks);
    var schedule = settings.schedule(steps());
    this.learner = new Learner("policy", model.trained(), settings.optimizer(), schedule, ranks);
  }

  private Demonstrations demonstrations(List<EncodedExample> all, String name) {
    return Demonstrations.fitted(all, name, model.config().context(), settings.maxResponseTokens);
  }

  private Optional<Mix> mix(Optional<PlainText> pretraining) {
    if (settings.pretrainingMix == 0) {
      return Optional.empty();
    }
    var text =
        pretraining.orElseThrow(() ->
            new IllegalArgumentException(
                "pretraining_mix: %s of the data should be pretraining text, but none was given: name a text, or set it to 0"
                    .formatted(settings.pretrainingMix)));
    var windows = TextWindows.of(text.training(), model);
    var order =
        new EpochOrder(
            windows.count(), settings.windows(batch()), Randomness.mix(settings.seed, 1));
    return Optional.of(new Mix(windows, TextWindows.of(text.validation(), model), order));
  }

  /// Where there are fewer demonstrations than a batch should have, a step takes all of them: twice
  /// the same in one step teaches nothing more.
  private int batch() {
    return Math.min(settings.batchSize, training.count());
  }

  /// The demonstrations of a step; those of the last one are as many as are left of the epochs.
  private int[] batch(long step) {
    long left = (long) settings.epochs * training.count() - step * batch();
    int[] all = order.at(step);
    return left > 0 && left < all.length ? Arrays.copyOf(all, (int) left) : all;
  }

  /// The number of steps in all epochs.
  public long steps() {
    return order.steps(settings.epochs);
  }

  /// The number of steps in an epoch, a good interval between evaluations.
  public long stepsPerEpoch() {
    return order.steps(1);
  }

  /// How many responses were too long and were cut.
  ///
  /// @param training how many training responses were cut and lost their end of text
  /// @param validation how many held-out ones
  public record Cuts(int training, int validation) {}

  /// How many responses were longer than `max_response_tokens` or the context and lost their end:
  /// the model learns their beginning, and nothing of where they stop.
  public Cuts cuts() {
    return new Cuts(training.cut(), validation.cut());
  }

  @Override
  public Ranks ranks() {
    return ranks;
  }

  @Override
  public Map<String, Double> step(long step) {
    try (var _ = Scope.open()) {
      var random = DrawnRows.of(ranks, settings.seed, step, model.parameters().flat().device());
      var dropout = Dropout.of(settings.residualDropout, random);
      var losses = new LinkedHashMap<String, DoubleSupplier>();

      int[] demonstrations = batch(step);
      double share = 1 - settings.pretrainingMix;
      losses.put("loss", loss.learn(training, demonstrations, share, dropout));
      double tokens = TokenLoss.read(training, demonstrations);

      if (mix.isPresent()) {
        var text = mix.get();
        int[] windows = text.order().at(step);
        losses.put(
            "pretraining_loss",
            loss.learn(text.training(), windows, settings.pretrainingMix, dropout));
        tokens += TokenLoss.read(text.training(), windows);
      }

      double norm = learner.step(step);
      var metrics = new LinkedHashMap<String, Double>();
      losses.forEach((name, nll) -> metrics.put(name, nll.getAsDouble()));
      metrics.put("gradient_norm", norm);
      metrics.put("learning_rate", learner.learningRate(step));
      double seen = (double) step * batch() + demonstrations.length;
      metrics.put("epoch", seen / training.count());
      metrics.put("tokens", tokens);
      return metrics;
    }
  }

  /// The validation loss over all response tokens of the held-out demonstrations, its perplexity,
  /// and the [RewardJudge]'s mean `reward`; with a pretraining mix also the loss on held-out text.
  @Override
  public Map<String, Double> evaluate(long step) {
    var metrics = new LinkedHashMap<String, Double>();
    if (validation.count() > 0) {
      double nll = loss.measure(validation, validation.spread(validation.count()));
      metrics.put("validation_loss", nll);
      metrics.put("validation_perplexity", Math.exp(nll));
      judge.ifPresent(present -> metrics.putAll(judged(present)));
    }
    mix.ifPresent(text -> {
      int[] windows = text.validation().spread(Pretraining.VALIDATION_WINDOWS);
      metrics.put("pretraining_validation_loss", loss.measure(text.validation(), windows));
    });
    return metrics;
  }

  /// The same prompts and random streams at every evaluation.
  private Map<String, Double> judged(RewardJudge judge) {
    int[] all = EpochOrder.permutation(validation.count(), settings.seed, 0);
    var prompts = validation.prompts(Arrays.copyOf(all, Math.min(all.length, judge.prompts())));
    return judge.judge(
        model,
        prompts,
        tokenizer,
        settings.maxResponseTokens,
        Randomness.mix(settings.seed, 2),
        settings.microBatchSize);
  }

  @Override
  public TrainerState state() {
    var tensors = new LinkedHashMap<String, Tensor>();
    var values = JsonNodeFactory.instance.objectNode();
    learner.save(tensors, values);
    values.put("demonstrations", training.count());
    values.put("windows", mix.map(text -> text.training().count()).orElse(0));
    return new TrainerState(tensors, values);
  }

  @Override
  public void restore(TrainerState state) {
    InputCheck.sameData(state, "demonstrations", training.count());
    InputCheck.sameData(state, "windows", mix.map(text -> text.training().count()).orElse(0));
    learner.restore(state);
  }

  @Override
  public void export(Path directory, Map<String, Object> facts) throws IOException {
    Checkpoint.save(model, tokenizer, lineage.with(facts), directory);
  }
}
