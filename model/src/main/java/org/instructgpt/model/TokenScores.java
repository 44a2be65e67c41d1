package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// What a model thinks of the tokens of given texts: of each the log-probability given what stands
/// before it, and the likeliest tokens there.
///
/// The numbers are those of [LogProbs#ofResponses], with the whole distribution beside them.
public final class TokenScores {
  /// How many log-probabilities are in Java's memory at a time: 64 MiB.
  private static final int AT_A_TIME = 1 << 24;

  private TokenScores() {}

  /// The tokens of each sequence from the second on; the first has nothing before it.
  ///
  /// @param sequences ids, each of at least two
  /// @param likeliest how many of the likeliest are wanted at each place
  public static List<List<ScoredToken>> of(Gpt model, List<int[]> sequences, int likeliest) {
    try (var _ = Scope.open()) {
      return Scope.constant(() -> scores(model, sequences, likeliest));
    }
  }

  private static List<List<ScoredToken>> scores(Gpt model, List<int[]> sequences, int likeliest) {
    var device = model.parameters().flat().device();
    var first = sequences.stream().map(ids -> Arrays.copyOf(ids, 1)).toList();
    var rest = sequences.stream().map(ids -> Arrays.copyOfRange(ids, 1, ids.length)).toList();
    var batch = Sequences.of(first, rest, device);
    var hidden = model.hidden(batch, Dropout.NONE).indexSelect(0, batch.predictors());
    int[] targets = rest.stream().flatMapToInt(Arrays::stream).toArray();
    var scored = new ArrayList<ScoredToken>();
    int width = model.config().vocabulary();
    int atATime = Math.max(1, AT_A_TIME / width);
    for (int from = 0; from < targets.length; from += atATime) {
      int count = Math.min(atATime, targets.length - from);
      float[] logProbs = logProbs(model, hidden.narrow(0, from, count));
      for (int i = 0; i < count; i++) {
        scored.add(ScoredToken.of(logProbs, i * width, width, targets[from + i], likeliest));
      }
    }
    var results = new ArrayList<List<ScoredToken>>();
    int from = 0;
    for (var each : rest) {
      results.add(List.copyOf(scored.subList(from, from + each.length)));
      from += each.length;
    }
    return results;
  }

  private static float[] logProbs(Gpt model, Tensor hidden) {
    try (var _ = Scope.open()) {
      return model.logits(hidden).logSoftmax(-1).floats();
    }
  }
}
