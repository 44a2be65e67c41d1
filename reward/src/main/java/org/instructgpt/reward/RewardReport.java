package org.instructgpt.reward;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.instructgpt.files.Count;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.statistics.Estimate;

/// A report of how well a reward model does on rankings it was not trained on.
///
/// An accuracy means little by itself: chance is 0.5, and "the longer answer wins" is a rule that
/// needs no model and that reward models tend to learn. Both rules are measured on the same pairs.
/// Equal rewards (and equal lengths) count as half right.
///
/// @param rankings how many with at least one pair
/// @param pairs how many that are no tie
/// @param accuracy over pairs
/// @param promptAccuracy the mean over prompts of the accuracy over their pairs
/// @param longerWins the accuracy over pairs of preferring the completion with more tokens
/// @param lead `accuracy` less `longerWins`
/// @param loss the K-wise loss, as in training
/// @param calibration of the model's confidence
/// @param labelers accuracy by who ranked, those with most pairs first
/// @param rewards of all completions
/// @param endings the rewards of completions that ended, and of those that were cut
/// @param lengthCorrelation of a completion's reward with its number of tokens, -1 to 1
public record RewardReport(
    int rankings,
    int pairs,
    Estimate accuracy,
    Estimate promptAccuracy,
    Estimate longerWins,
    Estimate lead,
    double loss,
    Calibration calibration,
    List<ByLabeler> labelers,
    Distribution rewards,
    RewardsByEnding endings,
    double lengthCorrelation) {
  private static final ObjectMapper JSON =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
  private static final int LABELERS_SHOWN = 20;

  /// The accuracy against one labeler.
  public record ByLabeler(String labeler, int rankings, int pairs, Estimate accuracy) {}

  /// How numbers are spread: moments and quantiles.
  public record Distribution(
      double mean,
      double deviation,
      double least,
      double quantile05,
      double quantile25,
      double median,
      double quantile75,
      double quantile95,
      double greatest) {

    /// @param values at least one
    static Distribution of(double[] values) {
      double mean = Arrays.stream(values).average().orElseThrow();
      double variance =
          Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
      double[] sorted = Arrays.stream(values).sorted().toArray();
      return new Distribution(
          mean,
          Math.sqrt(variance),
          sorted[0],
          quantile(sorted, 0.05),
          quantile(sorted, 0.25),
          quantile(sorted, 0.5),
          quantile(sorted, 0.75),
          quantile(sorted, 0.95),
          sorted[sorted.length - 1]);
    }

    private static double quantile(double[] sorted, double share) {
      double at = share * (sorted.length - 1);
      int below = (int) at;
      int above = Math.min(below + 1, sorted.length - 1);
      return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
  }

  /// Copies the list.
  public RewardReport {
    labelers = List.copyOf(labelers);
  }

  /// Measures a model.
  ///
  /// @param heldOut rankings it was not trained on; those that are one tie are left out
  /// @param tokens how many cells (rows times the longest row) go through the network at once
  /// @throws IllegalArgumentException if there is no pair to measure on
  public static RewardReport of(ScalarModel model, List<TokenizedRanking> heldOut, int tokens) {
    return of(
        ScoredRanking.of(
            model, heldOut.stream().filter(TokenizedRanking::hasPairs).toList(), tokens));
  }

  /// @param scored rankings with at least one pair each
  static RewardReport of(List<ScoredRanking> scored) {
    if (scored.isEmpty()) {
      throw new IllegalArgumentException(
          "expected held-out rankings that prefer some completion to another, found none: hold some out");
    }
    double[] margins = scored.stream().flatMapToDouble(s -> Arrays.stream(s.margins())).toArray();
    double[] rewards = scored.stream().flatMapToDouble(s -> Arrays.stream(s.rewards())).toArray();
    double[] lengths =
        scored.stream()
            .flatMap(s -> s.ranked().completions().stream())
            .mapToDouble(ids -> ids.length)
            .toArray();
    return new RewardReport(
        scored.size(),
        margins.length,
        PairAccuracy.overPairs(scored, ScoredRanking::margins),
        PairAccuracy.overPrompts(scored, ScoredRanking::margins),
        PairAccuracy.overPairs(scored, ScoredRanking::lengthMargins),
        PairAccuracy.lead(scored, ScoredRanking::margins, ScoredRanking::lengthMargins),
        ScoredRanking.loss(scored),
        Calibration.of(margins),
        byLabeler(scored),
        Distribution.of(rewards),
        RewardsByEnding.of(scored),
        correlation(rewards, lengths));
  }

  private static List<ByLabeler> byLabeler(List<ScoredRanking> scored) {
    var theirs = new LinkedHashMap<String, List<ScoredRanking>>();
    for (var each : scored) {
      theirs.computeIfAbsent(each.ranked().labeler(), _ -> new ArrayList<>()).add(each);
    }
    return theirs.entrySet().stream()
        .map(entry ->
            new ByLabeler(
                entry.getKey(),
                entry.getValue().size(),
                entry.getValue().stream().mapToInt(s -> s.margins().length).sum(),
                PairAccuracy.overPairs(entry.getValue(), ScoredRanking::margins)))
        .sorted(Comparator.comparingInt(ByLabeler::pairs).reversed())
        .toList();
  }

  /// Pearson's, 0 where one of the two does not vary.
  static double correlation(double[] x, double[] y) {
    double meanX = Arrays.stream(x).average().orElseThrow();
    double meanY = Arrays.stream(y).average().orElseThrow();
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - meanX) * (y[i] - meanY);
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
  }

  /// The report as JSON, its keys in snake case.
  public String json() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // numbers and strings can always be written
    }
  }

  /// The report for people, several lines.
  public String table() {
    var text = new StringBuilder(overview());
    for (var bin : calibration.bins()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%.2f to %.2f  %7d  %.3f   %.3f\n",
              bin.from(),
              bin.to(),
              bin.pairs(),
              bin.confidence(),
              bin.accuracy()));
    }
    text.append("\nlabeler                 pairs  accuracy\n");
    for (var each : labelers.subList(0, Math.min(LABELERS_SHOWN, labelers.size()))) {
      text.append(
          String.format(Locale.ROOT, "%-20s  %7d  %s\n", each.labeler, each.pairs, each.accuracy));
    }
    if (labelers.size() > LABELERS_SHOWN) {
      text.append("and ").append(labelers.size() - LABELERS_SHOWN).append(" more\n");
    }
    return text.toString();
  }

  private String overview() {
    return String.format(
        Locale.ROOT,
        """
        held out        %s, %s; intervals are 95%%, clustered by prompt
        accuracy        %s over pairs
                        %s mean over prompts
        longer wins     %s
        lead over that  %s
        chance          0.500
        loss            %.4f over prompts, %.4f over pairs (chance: 0.6931)
        rewards         mean %.3f, deviation %.3f, 5%% %.3f, median %.3f, 95%% %.3f
        ended by itself %d, mean %.3f; cut off %d, mean %.3f
        with length     correlation %.3f

        confidence      pairs   mean   right   (calibration error %.3f)
        """,
        Count.of(rankings, "ranking"),
        Count.of(pairs, "pair"),
        accuracy,
        promptAccuracy,
        longerWins,
        lead,
        loss,
        calibration.logLoss(),
        rewards.mean,
        rewards.deviation,
        rewards.quantile05,
        rewards.median,
        rewards.quantile95,
        endings.ended().completions(),
        endings.ended().mean(),
        endings.cut().completions(),
        endings.cut().mean(),
        lengthCorrelation,
        calibration.expectedError());
  }
}
