package org.instructgpt.records;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One labeler's ranking of K = 2 to 9 outputs of a prompt, ties allowed: what the reward model
/// learns from (paper section 3.5; D > C > A = B in its Fig. 2 is the ranks 3, 3, 2, 1 of A, B, C,
/// D).
///
/// @param promptId the prompt that the outputs answer
/// @param outputs the K outputs, in the order in which they were shown
/// @param ranks the rank of each output, 1 is best, equal ranks are a tie, none above K
/// @param labeler id of the [Labeler] who ranked
public record Ranking(
    String id,
    String promptId,
    List<Output> outputs,
    List<Integer> ranks,
    String labeler,
    Instant created)
    implements Feedback {
  public static final int LEAST = 2;
  public static final int MOST = 9;

  public Ranking {
    RecordChecks.id("id", id);
    RecordChecks.id("prompt_id", promptId);
    RecordChecks.id("labeler", labeler);
    outputs = List.copyOf(outputs);
    ranks = List.copyOf(ranks);
    int k = outputs.size();
    if (k < LEAST || k > MOST) {
      throw new BadField("outputs", LEAST + " to " + MOST + " outputs", k + " of them");
    }
    if (ranks.size() != k) {
      throw new BadField("ranks", "one rank for each of the " + k + " outputs", "" + ranks);
    }
    for (int rank : ranks) {
      RecordChecks.within("rank", rank, 1, k);
    }
  }

  /// Indices in [Ranking#outputs] of a better and a worse output.
  public record Pair(int better, int worse) {}

  /// The pairs of outputs with different ranks, at most K (K - 1) / 2; ties are left out.
  public List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (int a = 0; a < ranks.size(); a++) {
      for (int b = a + 1; b < ranks.size(); b++) {
        int order = Integer.compare(ranks.get(a), ranks.get(b));
        if (order != 0) {
          pairs.add(order < 0 ? new Pair(a, b) : new Pair(b, a));
        }
      }
    }
    return List.copyOf(pairs);
  }
}
