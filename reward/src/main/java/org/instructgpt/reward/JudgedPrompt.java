package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.records.Ranking;
import org.instructgpt.text.EncodedExample;

/// All rankings of the completions of one prompt: one element of a batch, whether one labeler
/// ranked them or several, together or in different rounds.
///
/// Rankings of one prompt share completions. As elements of their own they would send a completion
/// through the network once for each labeler, and in updates apart, which is what makes the model
/// overfit (InstructGPT section 3.5; see [RankingLoss]). Here every completion is one row, and
/// [#pairs] are those of all labelers: where two agree a pair is there twice, where they disagree
/// it is there in both directions.
///
/// @param rankings at least one
/// @param completions the ids of the distinct completions
/// @param ended whether each of them ended by itself
/// @param pairs the better and the worse completion of each comparison, by index
public record JudgedPrompt(
    List<TokenizedRanking> rankings,
    List<int[]> completions,
    List<Boolean> ended,
    List<Ranking.Pair> pairs) {
  /// Copies the lists.
  public JudgedPrompt {
    rankings = List.copyOf(rankings);
    completions = List.copyOf(completions);
    ended = List.copyOf(ended);
    pairs = List.copyOf(pairs);
  }

  /// Identifies rankings of the same prompt.
  private record PromptKey(String id, List<Integer> tokens) {
    static PromptKey of(TokenizedRanking ranked) {
      return new PromptKey(ranked.promptId(), boxed(ranked.prompt()));
    }
  }

  /// The prompts of rankings, in the order in which they first come.
  public static List<JudgedPrompt> of(List<TokenizedRanking> rankings) {
    var prompts = new LinkedHashMap<PromptKey, List<TokenizedRanking>>();
    for (var ranked : rankings) {
      prompts.computeIfAbsent(PromptKey.of(ranked), _ -> new ArrayList<>()).add(ranked);
    }
    return prompts.values().stream().map(JudgedPrompt::together).toList();
  }

  private static JudgedPrompt together(List<TokenizedRanking> rankings) {
    var places = new LinkedHashMap<List<Integer>, Integer>();
    var completions = new ArrayList<int[]>();
    var ended = new ArrayList<Boolean>();
    var pairs = new ArrayList<Ranking.Pair>();
    for (var ranked : rankings) {
      var mine = new int[ranked.k()];
      for (int i = 0; i < mine.length; i++) {
        int[] ids = ranked.completions().get(i);
        mine[i] = places.computeIfAbsent(boxed(ids), _ -> places.size());
        if (mine[i] == completions.size()) {
          completions.add(ids);
          ended.add(ranked.ended().get(i));
        }
      }
      ranked
          .pairs()
          .forEach(pair -> pairs.add(new Ranking.Pair(mine[pair.better()], mine[pair.worse()])));
    }
    return new JudgedPrompt(rankings, completions, ended, pairs);
  }

  private static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  /// The prompt's ids, with the separator.
  public int[] prompt() {
    return rankings.getFirst().prompt();
  }

  /// The number of distinct completions.
  int k() {
    return completions.size();
  }

  /// The number of tokens of the prompt with the longest completion.
  int longest() {
    return prompt().length + completions.stream().mapToInt(ids -> ids.length).max().orElse(0);
  }

  /// The number of tokens of the prompt and all its completions.
  int tokens() {
    return prompt().length + completions.stream().mapToInt(ids -> ids.length).sum();
  }

  /// The prompt with each of the completions: what the network reads.
  List<EncodedExample> rows() {
    return IntStream.range(0, k())
        .mapToObj(i -> new EncodedExample(prompt(), completions.get(i)))
        .toList();
  }
}
