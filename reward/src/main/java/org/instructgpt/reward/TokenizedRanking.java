package org.instructgpt.reward;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.records.Output;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;

/// One labeler's order of the K completions of a prompt, as token ids. All of one prompt are one
/// element of a batch, a [JudgedPrompt].
///
/// @param promptId tells which rankings are of the same prompt
/// @param prompt the prompt's ids, with the separator
/// @param completions the ids of the K = 2 to 9 completions. The reward is read at the last id: the
///   end-of-text token of those that ended, an ordinary one of those that were cut off, as PPO's
///   responses have it
/// @param ranks the rank of each completion, 1 is best, equal ranks are a tie
/// @param labeler who ranked
/// @param ended whether each completion ended by itself
public record TokenizedRanking(
    String promptId,
    int[] prompt,
    List<int[]> completions,
    List<Integer> ranks,
    String labeler,
    List<Boolean> ended) {
  /// Checks that something was ranked.
  public TokenizedRanking {
    completions = List.copyOf(completions);
    ranks = List.copyOf(ranks);
    ended = List.copyOf(ended);
    int k = completions.size();
    if (k < Ranking.LEAST || k > Ranking.MOST || ranks.size() != k || ended.size() != k) {
      throw new IllegalArgumentException(
          "prompt %s: expected %d to %d completions, and for each a rank and whether it ended, found %d completions, the ranks %s and %s"
              .formatted(promptId, Ranking.LEAST, Ranking.MOST, k, ranks, ended));
    }
    if (prompt.length == 0 || completions.stream().anyMatch(ids -> ids.length == 0)) {
      throw new IllegalArgumentException(
          "prompt %s: expected at least one token in the prompt and in each completion, found none in one of them"
              .formatted(promptId));
    }
  }

  /// Completions that all ended.
  public TokenizedRanking(
      String promptId, int[] prompt, List<int[]> completions, List<Integer> ranks, String labeler) {
    this(
        promptId,
        prompt,
        completions,
        ranks,
        labeler,
        Collections.nCopies(completions.size(), true));
  }

  /// A stored ranking in the frame that the policy samples with.
  public static TokenizedRanking of(
      WithPrompt<Ranking> given, Tokenizer tokenizer, PromptTemplate framing) {
    var ranking = given.item();
    return new TokenizedRanking(
        ranking.promptId(),
        framing.prompt(tokenizer, given.prompt().text()),
        ranking.outputs().stream()
            .map(output -> framing.response(tokenizer, output.text(), output.ended()))
            .toList(),
        ranking.ranks(),
        ranking.labeler(),
        ranking.outputs().stream().map(Output::ended).toList());
  }

  /// The number K of completions.
  public int k() {
    return completions.size();
  }

  /// The better and the worse completion of each comparison, at most K (K - 1) / 2; ties are left
  /// out (InstructGPT appendix C.2), and so are completions of the same tokens, which have the same
  /// reward whatever is learned.
  public List<Ranking.Pair> pairs() {
    return ordered().filter(pair -> !equal(pair)).toList();
  }

  /// How many pairs are left out because their completions are the same tokens, though they were
  /// ranked apart: they came so, or became so when they were cut.
  public int equalPairs() {
    return (int) ordered().filter(this::equal).count();
  }

  private Stream<Ranking.Pair> ordered() {
    return IntStream.range(0, k())
        .boxed()
        .flatMap(i ->
            IntStream.range(0, k())
                .filter(j -> ranks.get(i) < ranks.get(j))
                .mapToObj(j -> new Ranking.Pair(i, j)));
  }

  private boolean equal(Ranking.Pair pair) {
    return Arrays.equals(completions.get(pair.better()), completions.get(pair.worse()));
  }

  /// Whether the labeler told any two completions apart; otherwise there is nothing to learn.
  public boolean hasPairs() {
    return ordered().anyMatch(pair -> !equal(pair));
  }

  /// The number of tokens of the prompt with the longest completion: the context it needs.
  public int longest() {
    return prompt.length + completions.stream().mapToInt(ids -> ids.length).max().orElse(0);
  }

  /// The prompt with each of the completions: what the network reads.
  List<EncodedExample> rows() {
    return IntStream.range(0, k())
        .mapToObj(i -> new EncodedExample(prompt, completions.get(i)))
        .toList();
  }
}
