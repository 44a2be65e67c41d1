package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;

/// Small models and rankings from a seed.
final class Toys {
  static final int VOCABULARY = 24;
  static final int END = 23;
  static final GptConfig CONFIG = GptConfig.small(2, 16, 2, 32, VOCABULARY);

  private Toys() {}

  /// A model whose weights come from the seed, in the scope that is open.
  static ScalarModel model(DType type, long seed) {
    var model =
        new ScalarModel(
            CONFIG,
            Precision.FULL,
            new Parameters(ScalarModel.shapes(CONFIG), type, Device.CPU).train());
    var body =
        new Gpt(CONFIG, Precision.FULL, new Parameters(Gpt.shapes(CONFIG), type, Device.CPU));
    body.initialize(new Randomness(seed));
    model.initializeFrom(body, new Randomness(seed + 1));
    return model;
  }

  /// Settings that teach a toy something in few steps.
  static RewardModeling.Settings settings(int epochs, int batch, int tokens) {
    return new RewardModeling.Settings(epochs, batch, 1e-2, 0.1, 0, 0, 1, 7, tokens);
  }

  static Lineage lineage() {
    return new Lineage("reward", Map.of("data", "toys"), Map.of());
  }

  /// Data of these rankings; their ids are nobody's.
  static RewardModeling.Data data(
      List<TokenizedRanking> training,
      List<TokenizedRanking> heldOut,
      List<EncodedExample> demonstrations) {
    return new RewardModeling.Data(Tokenizers.gpt2(), training, heldOut, demonstrations);
  }

  static RewardModeling trainer(
      ScalarModel model, List<TokenizedRanking> training, RewardModeling.Settings settings) {
    return new RewardModeling(model, data(training, List.of(), List.of()), settings, lineage());
  }

  /// A ranking of random completions of 1 to 8 tokens and the end of text, by what each is worth;
  /// equal worth is a tie.
  static TokenizedRanking ranked(Random random, int k, String prompt, ToIntFunction<int[]> worth) {
    var completions = new ArrayList<int[]>();
    for (int i = 0; i < k; i++) {
      int[] ids = random.ints(1 + random.nextInt(8), 0, END).toArray();
      int[] ended = java.util.Arrays.copyOf(ids, ids.length + 1);
      ended[ids.length] = END;
      if (completions.stream().anyMatch(other -> java.util.Arrays.equals(other, ended))) {
        i--; // no two are the same
      } else {
        completions.add(ended);
      }
    }
    int[] worths = completions.stream().mapToInt(worth).toArray();
    var ranks = new ArrayList<Integer>();
    for (int mine : worths) {
      ranks.add(1 + (int) java.util.Arrays.stream(worths).filter(w -> w > mine).distinct().count());
    }
    int[] ids = random.ints(1 + random.nextInt(10), 0, END).toArray();
    return new TokenizedRanking(prompt, ids, completions, ranks, "labeler-" + random.nextInt(3));
  }

  /// Rankings with K = 2 to 9 and random order, many ties among them.
  static List<TokenizedRanking> rankings(int count, long seed) {
    var random = new Random(seed);
    var rankings = new ArrayList<TokenizedRanking>();
    for (int i = 0; i < count; i++) {
      rankings.add(ranked(random, 2 + i % 8, "prompt-" + i, _ -> random.nextInt(3)));
    }
    return rankings;
  }

  /// A ranking that compares nothing but ranks; its completions are `lengths` tokens long.
  static TokenizedRanking judged(
      String prompt, String labeler, List<Integer> ranks, int... lengths) {
    var completions = new ArrayList<int[]>();
    for (int i = 0; i < ranks.size(); i++) {
      completions.add(new int[lengths.length == 0 ? 1 : lengths[i]]);
      java.util.Arrays.fill(completions.getLast(), i + 1); // no two are the same
    }
    return new TokenizedRanking(prompt, new int[] {1}, completions, ranks, labeler);
  }

  static List<EncodedExample> demonstrations(int count, long seed) {
    return rankings(count, seed).stream().map(ranked -> ranked.rows().getFirst()).toList();
  }
}
