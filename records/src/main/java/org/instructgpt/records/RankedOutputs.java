package org.instructgpt.records;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Makes outputs and ranks from texts, models and scores.
final class RankedOutputs {
  private RankedOutputs() {}

  /// @param models as many as texts, or none if they are unknown
  /// @param ended whether each ended by itself, or none if that is unknown
  static List<Output> of(List<String> texts, List<String> models, List<Boolean> ended) {
    return IntStream.range(0, texts.size())
        .mapToObj(i ->
            new Output(
                texts.get(i),
                i < models.size() ? models.get(i) : Output.UNKNOWN,
                i >= ended.size() || ended.get(i)))
        .toList();
  }

  /// Whether an answer that is an object ended by itself.
  static boolean ended(JsonFields element) {
    boolean ended = element.flag("ended", true);
    return ended
        && !(element.has("finish_reason")
            && element.take("finish_reason").asText().equals("length"));
  }

  /// The highest score is rank 1, equal scores tie.
  static List<Integer> ranksOfScores(List<Double> scores) {
    List<Double> best = scores.stream().distinct().sorted(Comparator.reverseOrder()).toList();
    return scores.stream().map(score -> 1 + best.indexOf(score)).toList();
  }

  /// The lowest place is rank 1.
  static List<Integer> ranksOfPlaces(List<Double> places) {
    List<Double> best = places.stream().distinct().sorted().toList();
    return places.stream().map(place -> 1 + best.indexOf(place)).toList();
  }

  /// Adds a ranking of these outputs; of more than nine, the best nine are kept.
  static void rank(
      String promptId,
      List<Output> outputs,
      List<Integer> ranks,
      Optional<String> labeler,
      RowRecords draft) {
    if (outputs.size() <= Ranking.MOST) {
      draft.ranking(promptId, outputs, ranks, labeler);
      return;
    }
    List<Integer> kept =
        IntStream.range(0, outputs.size())
            .boxed()
            .sorted(Comparator.comparing(ranks::get))
            .limit(Ranking.MOST)
            .sorted()
            .toList();
    draft.note("rankings of more than " + Ranking.MOST + " outputs, of which the best were kept");
    draft.ranking(
        promptId,
        kept.stream().map(outputs::get).toList(),
        ranksOfPlaces(kept.stream().map(i -> (double) ranks.get(i)).toList()),
        labeler);
  }
}
