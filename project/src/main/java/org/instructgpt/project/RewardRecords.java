package org.instructgpt.project;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.instructgpt.files.Count;
import org.instructgpt.records.Split;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.reward.TokenizedRanking;
import org.instructgpt.text.EncodedExample;

/// The rankings of a workspace that a training learns from and is measured on, as tokens, and the
/// demonstrations at which a reward model has its zero.
///
/// @param training rankings to learn from
/// @param heldOut rankings to measure on
/// @param demonstrations whose mean reward becomes 0
record RewardRecords(Given training, Given heldOut, List<EncodedExample> demonstrations) {
  /// The fact of a run that PPO asks for: of how many answers the model saw that they were cut.
  static final String CUT_COMPLETIONS = "cut_completions";

  /// Rankings as they came, and of them those that teach nothing.
  ///
  /// @param rankings all
  /// @param ties how many tell no two completions apart
  /// @param equalPairs of the others, how many are of completions with the same tokens
  record Given(List<TokenizedRanking> rankings, long ties, int equalPairs) {
    private static Given of(List<TokenizedRanking> rankings) {
      return new Given(
          rankings,
          rankings.stream().filter(ranked -> !ranked.hasPairs()).count(),
          rankings.stream()
              .filter(TokenizedRanking::hasPairs)
              .mapToInt(TokenizedRanking::equalPairs)
              .sum());
    }

    private void tell(String which, PrintWriter out) {
      if (ties > 0) {
        out.println(
            "%d of %s no two completions apart and %s left out"
                .formatted(
                    ties,
                    Count.of(rankings.size(), which + " ranking tells", which + " rankings tell"),
                    ties == 1 ? "is" : "are"));
      }
      if (equalPairs > 0) {
        out.println(
            "%s left out of the %s rankings: the completions are the same, or became so where they were cut"
                .formatted(Count.of(equalPairs, "pair is", "pairs are"), which));
      }
    }
  }

  /// Reads them.
  ///
  /// @param splits that are held out
  static RewardRecords of(TrainingData material, ContextFitter fitting, List<Split> splits) {
    var rankings = rankings(material, fitting, splits);
    var demonstrations = new ArrayList<EncodedExample>();
    material.demonstrations(
        Split.TRAIN, each -> fitting.demonstration(each).ifPresent(demonstrations::add));
    return new RewardRecords(rankings.training, rankings.heldOut, demonstrations);
  }

  /// Reads the rankings alone.
  ///
  /// @param splits that are held out
  static RewardRecords rankings(TrainingData material, ContextFitter fitting, List<Split> splits) {
    var training = new ArrayList<TokenizedRanking>();
    material.rankings(Split.TRAIN, each -> fitting.ranking(each).ifPresent(training::add));
    var held = new ArrayList<TokenizedRanking>();
    for (var split : splits) {
      material.rankings(split, each -> fitting.ranking(each).ifPresent(held::add));
    }
    return new RewardRecords(Given.of(training), Given.of(held), List.of());
  }

  /// The same with a part of the rankings to learn from.
  RewardRecords drawn(Drawn part, long seed, PrintWriter out) {
    var all = training.rankings;
    var drawn = part.from(all, seed, out);
    return drawn.size() == all.size()
        ? this
        : new RewardRecords(Given.of(drawn), heldOut, demonstrations);
  }

  /// Says which of them teach nothing or measure nothing.
  void tell(List<Split> splits, PrintWriter out) {
    training.tell("training", out);
    heldOut.tell("held-out", out);
    if (heldOut.rankings.size() == heldOut.ties) {
      out.println(
          "nothing is held out: the splits %s have no rankings with a preference, so the model is not measured; --held-out names other splits"
              .formatted(
                  splits.stream()
                      .map(split -> split.name().toLowerCase(Locale.ROOT))
                      .collect(Collectors.joining(", "))));
    }
  }

  /// Notes among the facts of a run how many teach nothing.
  void noteLeftOut(TrainingRun run) {
    run.with("rankings_left_out", training.ties)
        .with("held_out_rankings_left_out", heldOut.ties)
        .with("equal_pairs_left_out", training.equalPairs)
        .with("held_out_equal_pairs_left_out", heldOut.equalPairs);
  }

  /// What the trainer takes.
  ///
  /// @throws IllegalArgumentException if there is nothing to train on
  RewardModeling.Data data(ContextFitter fitting) {
    try {
      return new RewardModeling.Data(
          fitting.tokenizer(), training.rankings, heldOut.rankings, demonstrations);
    } catch (IllegalArgumentException e) {
      throw fitting.none(String.valueOf(e.getMessage()));
    }
  }

  /// Notes what is left among the facts of a run.
  static void note(RewardModeling.Data data, TrainingRun run) {
    run.with("rankings", data.training().size())
        .with("held_out_rankings", data.heldOut().size())
        .with("demonstrations_of_the_shift", data.demonstrations().size())
        .with("data_hash", DataHash.of(rows(data)))
        .with(CUT_COMPLETIONS, cut(data.training()));
  }

  /// The same where the demonstrations play no part.
  static void noteRankings(RewardModeling.Data data, TrainingRun run) {
    run.with("rankings", data.training().size())
        .with("held_out_rankings", data.heldOut().size())
        .with("data_hash", DataHash.of(rows(data)))
        .with(CUT_COMPLETIONS, cut(data.training()));
  }

  /// How many completions did not end by themselves.
  private static long cut(List<TokenizedRanking> rankings) {
    return rankings.stream().flatMap(r -> r.ended().stream()).filter(ended -> !ended).count();
  }

  private static Stream<int[]> rows(RewardModeling.Data data) {
    return Stream.of(data.training(), data.heldOut())
        .flatMap(List::stream)
        .flatMap(r ->
            Stream.concat(
                Stream.of(r.prompt(), r.ranks().stream().mapToInt(i -> i).toArray()),
                r.completions().stream()));
  }
}
