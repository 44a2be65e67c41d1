package org.instructgpt.dpo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ReferenceGpt;
import org.instructgpt.records.Ranking.Pair;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;

/// Small models and preferences from a seed.
final class Toys {
  static final int VOCABULARY = 24;
  static final int END = 23;
  static final int ALL_AT_ONCE = 1 << 20;
  static final GptConfig CONFIG = GptConfig.small(2, 16, 2, 32, VOCABULARY);
  static final Lineage LINEAGE = new Lineage("dpo", Map.of(), Map.of());

  private Toys() {}

  /// The same weights in plain loops.
  static ReferenceGpt loops() {
    return new ReferenceGpt(CONFIG, ReferenceGpt.weights(Gpt.shapes(CONFIG)));
  }

  /// A float64 model with the weights of the loops.
  static Gpt exact() {
    var parameters = new Parameters(Gpt.shapes(CONFIG), DType.FLOAT64, Device.CPU).train();
    loops().copyTo(parameters);
    return new Gpt(CONFIG, Precision.FULL, parameters);
  }

  /// A float32 model.
  static Gpt fresh(Precision precision) {
    var model = new Gpt(CONFIG, precision, Device.CPU);
    model.initialize(new Randomness(1));
    return model;
  }

  /// Steps that teach a toy something.
  static Dpo.Settings settings(int epochs, int batch, int tokens) {
    return settings(epochs, batch, Dpo.Loss.DPO, 0, tokens);
  }

  static Dpo.Settings settings(int epochs, int batch, Dpo.Loss loss, double smoothing, int tokens) {
    return new Dpo.Settings(epochs, batch, 0.4, loss, smoothing, 1e-2, 0.1, 2, 0.1, 1, 7, tokens);
  }

  static Dpo dpo(Gpt model, List<Preferences> training, Dpo.Settings settings) {
    return dpo(model, training, List.of(), settings);
  }

  static Dpo dpo(
      Gpt model, List<Preferences> training, List<Preferences> heldOut, Dpo.Settings settings) {
    var data = new Dpo.Data(Tokenizers.gpt2(), training, heldOut);
    return new Dpo(model, data, settings, LINEAGE);
  }

  /// Preferences over 2 to 9 random completions of 1 to 8 tokens; some pairs are told twice, some
  /// both ways round.
  static List<Preferences> preferences(int count, long seed) {
    var random = new Random(seed);
    var all = new ArrayList<Preferences>();
    for (int i = 0; i < count; i++) {
      all.add(preferences(random, 2 + i % 8));
    }
    return all;
  }

  private static Preferences preferences(Random random, int k) {
    var completions = new ArrayList<int[]>();
    for (int i = 0; i < k; i++) {
      completions.add(completion(random, 1 + random.nextInt(8)));
    }
    var pairs = new ArrayList<Pair>();
    while (pairs.isEmpty()) {
      for (int n = 0; n < 2 * k; n++) {
        int better = random.nextInt(k);
        int worse = random.nextInt(k);
        if (better != worse) {
          pairs.add(new Pair(better, worse));
        }
      }
    }
    return new Preferences(tokens(random, 1 + random.nextInt(10)), completions, pairs);
  }

  /// One completion preferred to another.
  static Preferences pair(Random random) {
    var completions = List.of(completion(random, 4), completion(random, 5));
    return new Preferences(tokens(random, 6), completions, List.of(new Pair(0, 1)));
  }

  private static int[] completion(Random random, int length) {
    int[] ids = Arrays.copyOf(tokens(random, length), length + 1);
    ids[length] = END;
    return ids;
  }

  static int[] tokens(Random random, int count) {
    return random.ints(count, 0, END).toArray();
  }
}
