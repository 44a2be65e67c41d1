package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.records.Prompted;
import org.instructgpt.records.Ranking;
import org.instructgpt.text.Framed;
import org.instructgpt.text.Framing;
import org.instructgpt.text.Tokenizer;

/// One labeler's order of the K completions of a prompt, as token ids: one element of a batch.
///
/// @param promptId tells which rankings are of the same prompt
/// @param prompt the prompt's ids, with the separator
/// @param completions the ids of the K = 2 to 9 completions, each with the end-of-text token, where
///   the reward is read
/// @param ranks the rank of each completion, 1 is best, equal ranks are a tie
/// @param labeler who ranked
public record Ranked(
    String promptId, int[] prompt, List<int[]> completions, List<Integer> ranks, String labeler) {
  /// Checks that something was ranked.
  public Ranked {
    completions = List.copyOf(completions);
    ranks = List.copyOf(ranks);
    int k = completions.size();
    if (k < Ranking.LEAST || k > Ranking.MOST || ranks.size() != k) {
      throw new IllegalArgumentException(
          "prompt %s: expected %d to %d completions and a rank for each, found %d completions and the ranks %s"
              .formatted(promptId, Ranking.LEAST, Ranking.MOST, k, ranks));
    }
    if (prompt.length == 0 || completions.stream().anyMatch(ids -> ids.length == 0)) {
      throw new IllegalArgumentException(
          "prompt %s: expected at least one token in the prompt and in each completion, found none in one of them"
              .formatted(promptId));
    }
  }

  /// A stored ranking in the frame that the policy samples with.
  public static Ranked of(Prompted<Ranking> given, Tokenizer tokenizer, Framing framing) {
    var ranking = given.item();
    return new Ranked(
        ranking.promptId(),
        framing.prompt(tokenizer, given.prompt().text()),
        ranking.outputs().stream()
            .map(output -> framing.response(tokenizer, output.text()))
            .toList(),
        ranking.ranks(),
        ranking.labeler());
  }

  /// The number K of completions.
  public int k() {
    return completions.size();
  }

  /// Who won against whom, at most K (K - 1) / 2; ties are left out (InstructGPT appendix C.2).
  public List<Ranking.Pair> pairs() {
    var pairs = new ArrayList<Ranking.Pair>();
    for (int i = 0; i < k(); i++) {
      for (int j = 0; j < k(); j++) {
        if (ranks.get(i) < ranks.get(j)) {
          pairs.add(new Ranking.Pair(i, j));
        }
      }
    }
    return pairs;
  }

  /// Whether the labeler told any two completions apart; otherwise there is nothing to learn.
  public boolean hasPairs() {
    return ranks.stream().distinct().count() > 1;
  }

  /// The number of tokens of the prompt with the longest completion: the context it needs.
  public int longest() {
    return prompt.length + completions.stream().mapToInt(ids -> ids.length).max().orElse(0);
  }

  /// The prompt with each of the completions: what the network reads.
  List<Framed> rows() {
    return IntStream.range(0, k()).mapToObj(i -> new Framed(prompt, completions.get(i))).toList();
  }
}
