package org.instructgpt.cost;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.ppo.Ppo;
import org.instructgpt.ppo.PpoData;
import org.instructgpt.ppo.PpoModels;
import org.instructgpt.ppo.Settings;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// An iteration of the PPO trainer: rollout, scoring, updates of policy and value network, and
/// pretraining gradients. All four networks have the policy's shape, all responses full length.
///
/// @param shape of the networks
/// @param rollout what is sampled
/// @param text what pretraining text is read
/// @param microBatch rows that go through a network at once
/// @param nanoTime a clock in nanoseconds, for the seconds of each phase
public record PpoWork(
    GptConfig shape, Episodes rollout, Text text, int microBatch, LongSupplier nanoTime)
    implements StageWork {
  private static final int MINIBATCHES = 8;
  private static final int MOST_ROWS = 64;

  /// What an iteration samples, in 8 minibatches as in the paper.
  ///
  /// @param count of the episodes
  /// @param prompt tokens of each prompt
  /// @param response tokens of each response
  public record Episodes(int count, int prompt, int response) {
    /// Checks that they can be split.
    public Episodes {
      if (count < MINIBATCHES || count % MINIBATCHES != 0) {
        throw new IllegalArgumentException(
            "episodes must be a multiple of %d, but are %d".formatted(MINIBATCHES, count));
      }
    }

    int tokens() {
      return prompt + response;
    }
  }

  /// The pretraining text beside it.
  ///
  /// @param ratio windows for each episode; 0 is plain PPO
  /// @param window tokens of each
  public record Text(int ratio, int window) {}

  @Override
  public String unit() {
    return "episodes";
  }

  @Override
  public double units() {
    return rollout.count;
  }

  /// Sampling; a pass of each of the four networks, of which policy and reference need the logits
  /// of the responses; a pass with gradients of policy and value network; the text.
  @Override
  public Demand demand(Precision precision) {
    var operations = new GptOperations(shape);
    var traffic = new Traffic(shape, precision);
    double language = operations.sequences(rollout.count, rollout.tokens(), rollout.response);
    double scalar = operations.sequences(rollout.count, rollout.tokens(), 0);
    double windows = (double) rollout.count * text.ratio;
    double learned = language + scalar + operations.sequences(windows, text.window, text.window);
    var sampling = new SamplingWork(shape, rollout.count, rollout.prompt, rollout.response);
    var scoring = new Demand(2 * language + 2 * scalar, 4 * traffic.weights());
    var update =
        new Demand(
            GptOperations.WITH_GRADIENTS * learned,
            MINIBATCHES * (2 * (traffic.weights() + traffic.update()) + traffic.average()));
    return sampling.demand(precision).plus(scoring).plus(update);
  }

  @Override
  public double memory(Precision precision) {
    var memory = new ModelMemory(shape, precision);
    double frozen = 2 * memory.parameters();
    double sampling =
        memory.samplingOperands(MOST_ROWS)
            + memory.cache(Math.min(rollout.count, MOST_ROWS), rollout.tokens())
            + memory.sampledLogits(MOST_ROWS);
    double learning = memory.training(microBatch, Math.max(rollout.tokens(), text.window));
    return 2 * memory.learning(false)
        + frozen
        + 2 * memory.parameters() // the average; a copy of the gradient
        + Math.max(sampling, learning);
  }

  @Override
  public <T> T prepare(Place place, Function<Step, T> body) {
    try (var _ = Scope.open()) {
      var policy = new Gpt(shape, place.precision(), place.device());
      policy.initialize(new Randomness(1, place.device()));
      var reward = new ScalarModel(shape, place.precision(), place.device());
      reward.initializeFrom(policy, new Randomness(2, place.device()));
      var trainer =
          new Ppo(
              PpoModels.start(policy, reward),
              data(),
              settings(),
              new Lineage("ppo", Map.of(), Map.of()),
              nanoTime);
      var iteration = new long[1];
      return body.apply(() -> trainer.step(iteration[0]++));
    }
  }

  /// GPT-2's end of text is never sampled: it lies outside of small vocabularies, and among 50,257
  /// random logits it is rare.
  private PpoData data() {
    var random = new Random(1);
    var prompts =
        Stream.generate(() -> random.ints(rollout.prompt, 0, shape.vocabulary()).toArray())
            .limit(rollout.count)
            .toList();
    long tokens = (long) rollout.count * Math.max(1, text.ratio) * text.window + 1;
    var corpus = new Corpus(random.ints(tokens, 0, shape.vocabulary()).toArray(), text.window);
    return new PpoData(Tokenizers.gpt2(), prompts, List.of(), Optional.of(corpus));
  }

  private Settings settings() {
    var paper = Settings.paper(GptConfig.Size.XL);
    return new Settings(
        Long.MAX_VALUE / 4,
        rollout.count,
        rollout.count / MINIBATCHES,
        microBatch,
        1,
        new Settings.Sampling(1, rollout.response, Math.min(rollout.count, MOST_ROWS)),
        paper.reward(),
        paper.objective(),
        paper.learning(),
        new Settings.Ptx(text.ratio == 0 ? 0 : paper.ptx().coefficient(), Math.max(1, text.ratio)),
        1);
  }
}
