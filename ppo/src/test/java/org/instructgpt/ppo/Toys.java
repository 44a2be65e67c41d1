package org.instructgpt.ppo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.Sequences;
import org.instructgpt.ppo.Rollout.Response;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Small networks and small tasks.
final class Toys {
  /// The token that ends a text, and the one that is rewarded.
  static final int END = 0;

  static final int REWARDED = 3;
  static final GptConfig CONFIG = GptConfig.small(2, 16, 2, 24, 12);
  static final Lineage LINEAGE = new Lineage("ppo", Map.of(), Map.of());

  /// Only its end of text, id 0, is asked for.
  static final Tokenizer TOKENIZER = BpeTrainer.train(List.of("abc"), 258);

  private Toys() {}

  /// Weights from a formula.
  static Gpt gpt(DType type, double phase) {
    return gpt(CONFIG, type, Precision.FULL, phase);
  }

  static Gpt gpt(GptConfig config, DType type, Precision precision, double phase) {
    var parameters = new Parameters(Gpt.shapes(config), type, Device.CPU).train();
    fill(parameters, phase);
    return new Gpt(config, precision, parameters);
  }

  /// Weights from a formula.
  static ScalarModel scalar(DType type, double phase) {
    var parameters = new Parameters(ScalarModel.shapes(CONFIG), type, Device.CPU).train();
    fill(parameters, phase);
    return new ScalarModel(CONFIG, Precision.FULL, parameters);
  }

  private static void fill(Parameters parameters, double phase) {
    Scope.constant(() ->
        parameters
            .byName()
            .forEach((name, tensor) -> {
              double offset = name.matches(".*ln_.*weight") ? 1 : 0;
              int seed = name.hashCode() % 1000;
              var values =
                  IntStream.range(0, (int) tensor.count())
                      .mapToDouble(i -> offset + 0.15 * Math.sin(phase + seed + 1.7 * i + i * i))
                      .toArray();
              tensor.copy_(Tensor.of(values, tensor.shape()));
            }));
  }

  /// A policy that learns, its frozen copy, a value network, and a reward.
  static PpoModels models(DType type, ResponseScorer reward) {
    return new PpoModels(gpt(type, 0.3), gpt(type, 0.3), reward, scalar(type, 1.1));
  }

  /// The share of a response that is the rewarded token.
  static Tensor share(Sequences batch) {
    long[] tokens = batch.responses().longs();
    int[] lengths = batch.responseLengths();
    var scores = new double[lengths.length];
    int n = 0;
    for (int b = 0; b < lengths.length; b++) {
      int end = n + lengths[b];
      for (; n < end; n++) {
        scores[b] += tokens[n] == REWARDED ? 1.0 / lengths[b] : 0;
      }
    }
    return Tensor.of(scores, scores.length);
  }

  /// Four updates of four episodes an iteration, in parts of two, with pretraining gradients.
  static Settings settings() {
    return new Settings(
        64,
        16,
        4,
        2,
        1,
        new Settings.Sampling(1, 8, 16),
        Settings.Rewards.plain(0.05),
        new Settings.Objective(0.2, 0.2, 0.95, Settings.Whitening.MINIBATCH),
        new Settings.Learning(2e-3, 3e-3, 3, 1, 1e-5, 0.9),
        new Settings.Ptx(27.8, 2),
        7);
  }

  /// The same by comparing four responses to each prompt.
  static Settings grouped(Settings.Advantage advantage) {
    return grouped(advantage, settings().ptx(), 2);
  }

  static Settings grouped(Settings.Advantage advantage, Settings.Ptx ptx, int microBatch) {
    var s = settings();
    var group = new Settings.Group(advantage, 4);
    return new Settings(
        64,
        16,
        4,
        microBatch,
        1,
        s.sampling(),
        s.reward(),
        new Settings.Objective(0.2, 0.2, 0.95, Settings.Whitening.NONE, group),
        s.learning(),
        ptx,
        7);
  }

  /// A policy that learns, its frozen copy, and a reward.
  static PpoModels compared(DType type, ResponseScorer reward) {
    return new PpoModels(gpt(type, 0.3), gpt(type, 0.3), reward, null);
  }

  /// Six prompts of one to four tokens, three others, and text of eight windows.
  static PpoData data() {
    return data(Optional.of(corpus(8)));
  }

  static PpoData data(Optional<Corpus> corpus) {
    return new PpoData(TOKENIZER, prompts(6, 0.2), prompts(3, 1.9), corpus);
  }

  static List<int[]> prompts(int count, double phase) {
    return IntStream.range(0, count).mapToObj(i -> tokens(1 + i % 4, i + phase)).toList();
  }

  static Corpus corpus(int windows) {
    int window = 5;
    return new Corpus(tokens(windows * window + 1, 0.7), window);
  }

  private static int[] tokens(int count, double phase) {
    return IntStream.range(0, count)
        .map(i -> 1 + (int) Math.abs(10.9 * Math.sin(phase + i * i + 2.3 * i)))
        .toArray();
  }

  /// Sixteen responses of one to eight tokens, every other one ended, four of them a group.
  static List<Response> responses() {
    var responses = new ArrayList<Response>();
    for (int i = 0; i < 16; i++) {
      int[] tokens = tokens(1 + i * 5 % 8, 3.1 * i);
      tokens[tokens.length - 1] = i % 2 == 0 ? END : REWARDED;
      responses.add(new Response(tokens(1 + i % 4, i), tokens, i % 2 == 0, i / 4));
    }
    return responses;
  }

  /// Those responses in their order, in minibatches of four.
  static Rollout rollout(int microBatchSize) {
    int[] order = IntStream.range(0, 16).toArray();
    return Rollout.of(responses(), order, 4, microBatchSize, Device.CPU);
  }

  /// Numbers around 0 without a pattern.
  static double[] wave(int count, double scale, double phase) {
    return IntStream.range(0, count)
        .mapToDouble(i -> scale * Math.sin(phase + 1.3 * i + 0.1 * i * i))
        .toArray();
  }
}
