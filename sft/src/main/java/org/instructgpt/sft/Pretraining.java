package org.instructgpt.sft;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.EpochOrder;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Learner;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.SettingsCheck;
import org.instructgpt.model.Trainer;
import org.instructgpt.model.TrainerState;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.Schedule;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Pretraining: a language model learns to predict each token of plain text (Brown et al. 2020).
///
/// Belongs to the scope it is built in.
public final class Pretraining implements Trainer {
  /// Tokens that are decoded at a time; the bytes that a cut through a character adds are
  /// negligible.
  private static final int SLICE = 1 << 20;

  /// Validation windows that are read, at most; evenly spread over the held-out text.
  static final int VALIDATION_WINDOWS = 256;

  private final Gpt model;
  private final Tokenizer tokenizer;
  private final Lineage lineage;
  private final Settings settings;
  private final TextWindows training;
  private final TextWindows validation;
  private final double bytesPerToken;
  private final EpochOrder order;
  private final TokenLoss loss;
  private final Learner learner;
  private final Ranks ranks;

  /// Settings, by the keys of a recipe's section `pretrain`.
  ///
  /// @param steps optimizer steps
  /// @param batchSize windows a step
  /// @param learningRate the peak
  /// @param minimumLearningRateRatio share of the peak where the cosine ends
  /// @param warmupSteps of the linear rise to the peak
  /// @param weightDecay of the matrices
  /// @param gradientClip greatest global norm of a step's gradient
  /// @param evaluateEvery steps between evaluations; for the run loop, as are the next three
  /// @param checkpointEvery steps between checkpoints
  /// @param seed of order and dropout
  /// @param microBatchSize windows in memory at once; changes no result
  public record Settings(
      long steps,
      int batchSize,
      double learningRate,
      double minimumLearningRateRatio,
      long warmupSteps,
      double weightDecay,
      double gradientClip,
      long evaluateEvery,
      long checkpointEvery,
      long seed,
      int microBatchSize) {
    /// Checks the ranges.
    public Settings {
      SettingsCheck.atLeast(1, "steps", steps);
      SettingsCheck.atLeast(1, "batch_size", batchSize);
      SettingsCheck.positive("learning_rate", learningRate);
      SettingsCheck.share("minimum_learning_rate_ratio", minimumLearningRateRatio);
      SettingsCheck.atLeast(0, "warmup_steps", warmupSteps);
      SettingsCheck.notNegative("weight_decay", weightDecay);
      SettingsCheck.positive("gradient_clip", gradientClip);
      SettingsCheck.atLeast(0, "evaluate_every", evaluateEvery);
      SettingsCheck.atLeast(0, "checkpoint_every", checkpointEvery);
      SettingsCheck.atLeast(1, "micro_batch_size", microBatchSize);
    }

    /// GPT-3's (Brown et al. 2020): batch and learning rate of table 2.1 (1M, 2M and 3.2M tokens in
    /// windows of 2,048, where M is 1,024 x 1,024 for the first two); appendix B's 300 billion
    /// tokens, linear rise over 375 million, cosine to 10%, weight decay 0.1 and clipping at 1. The
    /// intervals and micro-batches are ours.
    public static Settings paper(GptConfig.Size size) {
      return switch (size) {
        case XL -> gpt3(286_102, 512, 2.0e-4, 358, 8);
        case B6 -> gpt3(143_051, 1024, 1.2e-4, 179, 4);
        case B175 -> gpt3(93_780, 1562, 0.6e-4, 117, 1);
      };
    }

    private static Settings gpt3(long steps, int batch, double rate, long warmup, int rows) {
      return new Settings(steps, batch, rate, 0.1, warmup, 0.1, 1, 1000, 1000, 1, rows);
    }

    AdamW.Settings optimizer() {
      return new AdamW.Settings(0.9, 0.95, 1e-8, weightDecay, gradientClip);
    }

    Schedule schedule() {
      return Schedule.cosine(learningRate, minimumLearningRateRatio, steps).warmedUp(warmupSteps);
    }
  }

  /// The data to train on and to evaluate on.
  ///
  /// @param tokenizer the one the text was encoded with; it goes into the checkpoint
  /// @param text to learn and held out
  public record Data(Tokenizer tokenizer, PlainText text) {}

  /// @param model the initialised model to train; its own residual dropout is used
  /// @param lineage stage, data and parents, for the checkpoint
  /// @throws IllegalArgumentException if text, tokenizer and model do not fit together
  public Pretraining(Gpt model, Data data, Settings settings, Lineage lineage) {
    this(model, data, settings, lineage, Ranks.alone());
  }

  /// The same on several processes, which share each batch.
  ///
  /// @param ranks each of which has an equal model, data and settings
  public Pretraining(Gpt model, Data data, Settings settings, Lineage lineage, Ranks ranks) {
    this.ranks = ranks;
    InputCheck.vocabulary(data.tokenizer, model);
    var text = data.text;
    this.model = model;
    this.tokenizer = data.tokenizer;
    this.lineage = lineage;
    this.settings = settings;
    this.training = TextWindows.of(text.training(), model);
    this.validation = TextWindows.of(text.validation(), model);
    this.bytesPerToken = bytesPerToken(text.validation(), data.tokenizer);
    this.order = new EpochOrder(training.count(), settings.batchSize, settings.seed);
    this.loss = new TokenLoss(model, settings.microBatchSize, ranks);
    this.learner =
        new Learner("model", model.parameters(), settings.optimizer(), settings.schedule(), ranks);
  }

  @Override
  public Ranks ranks() {
    return ranks;
  }

  @Override
  public Map<String, Double> step(long step) {
    try (var _ = Scope.open()) {
      int[] windows = order.at(step);
      var random = DrawnRows.of(ranks, settings.seed, step, model.parameters().flat().device());
      var dropout = Dropout.of(model.config().residualDropout(), random);
      var nll = loss.learn(training, windows, 1, dropout);
      double norm = learner.step(step);

      var metrics = new LinkedHashMap<String, Double>();
      metrics.put("loss", nll.getAsDouble());
      metrics.put("gradient_norm", norm);
      metrics.put("learning_rate", learner.learningRate(step));
      metrics.put("tokens", TokenLoss.read(training, windows));
      return metrics;
    }
  }

  /// Mean token loss, perplexity and bits per byte of the held-out text. Bits per byte let models
  /// of different tokenizers be compared.
  @Override
  public Map<String, Double> evaluate(long step) {
    double nll = loss.measure(validation, validation.spread(VALIDATION_WINDOWS));
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("validation_loss", nll);
    metrics.put("validation_perplexity", Math.exp(nll));
    metrics.put("validation_bits_per_byte", nll / Math.log(2) / bytesPerToken);
    return metrics;
  }

  @Override
  public TrainerState state() {
    var tensors = new LinkedHashMap<String, Tensor>();
    var values = JsonNodeFactory.instance.objectNode();
    learner.save(tensors, values);
    values.put("windows", training.count());
    return new TrainerState(tensors, values);
  }

  @Override
  public void restore(TrainerState state) {
    InputCheck.sameData(state, "windows", training.count());
    learner.restore(state);
  }

  @Override
  public void export(Path directory, Map<String, Object> facts) throws IOException {
    Checkpoint.save(model, tokenizer, lineage.with(facts), directory);
  }

  /// UTF-8 bytes of the text per token. An end of text is a token without bytes.
  private static double bytesPerToken(Corpus corpus, Tokenizer tokenizer) {
    int end = tokenizer.endOfText();
    return corpus
            .tokens()
            .slices(SLICE)
            .mapToLong(
                ids -> bytes(Arrays.stream(ids).filter(id -> id != end).toArray(), tokenizer))
            .sum()
        / (double) corpus.tokens().count();
  }

  private static long bytes(int[] ids, Tokenizer tokenizer) {
    return tokenizer.decode(ids).getBytes(StandardCharsets.UTF_8).length;
  }
}
