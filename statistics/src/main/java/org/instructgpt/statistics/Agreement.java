package org.instructgpt.statistics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import org.instructgpt.files.Count;
import org.instructgpt.records.Output;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Estimate.Cluster;
import org.instructgpt.statistics.Krippendorff.Scale;

/// How far labelers agree about which of two outputs is better.
///
/// Where two labelers ranked the same two outputs of a prompt (the same text by the same model),
/// they agree or they do not. The paper's figures, 72.6 +/- 1.5% for training and 77.3 +/- 1.3% for
/// held-out labelers, do not say what a tie counts (InstructGPT section 3.4; docs/specification.md
/// 3.1), so there are three: ties left out, a tie as an answer like any other, and a tie as half of
/// either answer. A reward model cannot be expected to agree with people more than they do with
/// each other.
///
/// Krippendorff's alpha corrects for chance. Which of two outputs stands first is an accident, so
/// every comparison enters both ways round; worse, tie, better are three values, which may be
/// unrelated (nominal) or in order (ordinal). Of two judgments of one labeler the later counts.
/// Intervals are clustered by prompt.
///
/// @param labelers how many share a comparison with another
/// @param prompts how many hold such a comparison
/// @param comparisons how often two labelers compared the same two outputs
/// @param withoutTies the share of agreement where neither saw a tie; not a number if always one
///   did
/// @param tiesAsAnswer a tie agrees with a tie alone
/// @param tiesAsHalf as before, and a tie agrees by half with any preference
/// @param nominal Krippendorff's alpha
/// @param ordinal the same with the values in order
public record Agreement(
    int labelers,
    int prompts,
    int comparisons,
    Estimate withoutTies,
    Estimate tiesAsAnswer,
    Estimate tiesAsHalf,
    Estimate nominal,
    Estimate ordinal) {

  /// How far labelers agree about single outputs.
  ///
  /// @param labelers how many rated an output that another rated as well
  /// @param outputs how many were rated by two or more
  /// @param quality Krippendorff's ordinal alpha of the scale from 1 to 7
  /// @param flags Krippendorff's nominal alpha of each flag that somebody set on such an output
  public record OfRatings(
      int labelers, int outputs, Estimate quality, Map<Rating.Flag, Estimate> flags) {
    public OfRatings {
      var ordered = new EnumMap<Rating.Flag, Estimate>(Rating.Flag.class);
      ordered.putAll(flags);
      flags = Collections.unmodifiableMap(ordered);
    }
  }

  /// Agreement about comparisons.
  ///
  /// @throws IllegalArgumentException if no two labelers ranked the same outputs
  public static Agreement ofRankings(List<WithPrompt<Ranking>> rankings, Bootstrap bootstrap) {
    var judged = new Judgments<List<Output>, Integer>();
    rankings.stream()
        .sorted(Comparator.comparing(ranking -> ranking.item().created()))
        .forEach(ranking -> compare(ranking, judged));
    var prompts = judged.shared();
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException(
          "expected two labelers who ranked the same outputs of a prompt, found none in %s: have some prompts ranked by several labelers"
              .formatted(Count.of(rankings.size(), "ranking")));
    }
    var alphas = bootstrap.estimates(-1, 1, bothWays(prompts), Agreement::alphas);
    return new Agreement(
        judged.labelers(),
        prompts.size(),
        (int) clusters(prompts, (_, _) -> 1).stream().mapToDouble(Cluster::of).sum(),
        withoutTies(prompts),
        Estimate.of(clusters(prompts, (a, b) -> a.equals(b) ? 1 : 0)),
        Estimate.of(clusters(prompts, (a, b) -> 1 - Math.abs(a - b) / 2.0)),
        alphas.getFirst(),
        alphas.getLast());
  }

  /// 1 where the labeler found the first output better, 0 for a tie, -1 where the second. Which is
  /// the first does not depend on the order in which the labeler saw them.
  private static void compare(
      WithPrompt<Ranking> prompted, Judgments<List<Output>, Integer> judged) {
    var ranking = prompted.item();
    var outputs = ranking.outputs();
    for (int a = 0; a < outputs.size(); a++) {
      for (int b = 0; b < outputs.size(); b++) {
        if (Votes.ORDER.compare(outputs.get(a), outputs.get(b)) < 0) {
          judged.add(
              prompted.prompt().id(),
              List.of(outputs.get(a), outputs.get(b)),
              ranking.labeler(),
              Integer.compare(ranking.ranks().get(b), ranking.ranks().get(a)));
        }
      }
    }
  }

  private static Estimate withoutTies(List<List<List<Integer>>> prompts) {
    var clusters = clusters(prompts, (a, b) -> a == 0 || b == 0 ? Double.NaN : a * b > 0 ? 1 : 0);
    return clusters.stream().allMatch(cluster -> cluster.of() == 0)
        ? new Estimate(Double.NaN, 0, 1)
        : Estimate.of(clusters);
  }

  /// For each prompt, what its pairs of judgments count; those that are not a number do not.
  private static List<Cluster> clusters(
      List<List<List<Integer>>> prompts, ToDoubleBiFunction<Integer, Integer> agreement) {
    var clusters = new ArrayList<Cluster>();
    for (var things : prompts) {
      var sum = new Cluster(0, 0);
      for (var judgments : things) {
        sum = sum.plus(cluster(judgments, agreement));
      }
      clusters.add(sum);
    }
    return clusters;
  }

  private static Cluster cluster(
      List<Integer> judgments, ToDoubleBiFunction<Integer, Integer> agreement) {
    double sum = 0;
    int of = 0;
    for (int a = 0; a < judgments.size(); a++) {
      for (int b = a + 1; b < judgments.size(); b++) {
        double counts = agreement.applyAsDouble(judgments.get(a), judgments.get(b));
        if (!Double.isNaN(counts)) {
          sum += counts;
          of++;
        }
      }
    }
    return new Cluster(sum, of);
  }

  /// Nominal, then ordinal.
  private static double[] alphas(List<double[][]> prompts) {
    var sum = CountMatrices.sum(prompts);
    return new double[] {
      Krippendorff.alpha(sum, Scale.NOMINAL), Krippendorff.alpha(sum, Scale.ORDINAL)
    };
  }

  private static List<double[][]> bothWays(List<List<List<Integer>>> prompts) {
    var parts = new ArrayList<double[][]>();
    for (var things : prompts) {
      var both = new ArrayList<List<Integer>>();
      for (var judgments : things) {
        both.add(judgments.stream().map(order -> 1 + order).toList());
        both.add(judgments.stream().map(order -> 1 - order).toList());
      }
      parts.add(Krippendorff.coincidences(both, 3));
    }
    return parts;
  }

  /// Agreement about single outputs.
  ///
  /// @throws IllegalArgumentException if no two labelers rated the same output
  public static OfRatings ofRatings(List<WithPrompt<Rating>> ratings, Bootstrap bootstrap) {
    var judged = new Judgments<Output, Rating>();
    ratings.stream()
        .sorted(Comparator.comparing(rating -> rating.item().created()))
        .forEach(rating ->
            judged.add(
                rating.prompt().id(),
                rating.item().output(),
                rating.item().labeler(),
                rating.item()));
    var prompts = judged.shared();
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException(
          "expected two labelers who rated the same output of a prompt, found none in %s: have some outputs rated by several labelers"
              .formatted(Count.of(ratings.size(), "rating")));
    }
    var flags = new EnumMap<Rating.Flag, Estimate>(Rating.Flag.class);
    for (var flag : Rating.Flag.values()) {
      boolean set =
          prompts.stream()
              .flatMap(List::stream)
              .flatMap(List::stream)
              .anyMatch(rating -> rating.flags().contains(flag));
      if (set) {
        flags.put(
            flag,
            alpha(
                prompts,
                rating -> rating.flags().contains(flag) ? 1 : 0,
                2,
                Scale.NOMINAL,
                bootstrap));
      }
    }
    return new OfRatings(
        judged.labelers(),
        prompts.stream().mapToInt(List::size).sum(),
        alpha(prompts, rating -> rating.quality() - 1, 7, Scale.ORDINAL, bootstrap),
        flags);
  }

  private static Estimate alpha(
      List<List<List<Rating>>> prompts,
      java.util.function.Function<Rating, Integer> value,
      int values,
      Scale scale,
      Bootstrap bootstrap) {
    var parts =
        prompts.stream()
            .map(things ->
                Krippendorff.coincidences(
                    things.stream().map(given -> given.stream().map(value).toList()).toList(),
                    values))
            .toList();
    return bootstrap
        .estimates(
            -1,
            1,
            parts,
            drawn -> new double[] {Krippendorff.alpha(CountMatrices.sum(drawn), scale)})
        .getFirst();
  }
}
