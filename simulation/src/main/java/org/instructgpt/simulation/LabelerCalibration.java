package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.simulation.PerceivedUtility.Parts;
import org.instructgpt.simulation.RankingChoice.Agreement;

/// Sets the noise of labelers so that they agree as often as the paper's do (section 3.4: 72.6% and
/// 77.3%).
///
/// The more noise, the less two labelers agree. Each labeler's noise has a size relative to the
/// others'; one factor for all of them is found by bisection, with the same random numbers at each
/// step, so that the agreement is a smooth enough function of it. Outputs of the same text count
/// once, since nobody can put them in order.
final class LabelerCalibration {
  private static final double LEAST = 1e-3;
  private static final double MOST = 10;
  private static final int HALVINGS = 16;

  /// For each labeler the parts of the perceived utility of each output of each sample.
  private final List<List<List<Parts>>> perceived;

  private final List<SimulatedLabeler> people;

  LabelerCalibration(
      PerceivedUtility utility,
      List<SimulatedLabeler> people,
      List<PromptOutputs> samples,
      LabelingInstructions instructions) {
    this.people = people;
    this.perceived =
        people.stream().map(person -> perceived(utility, person, samples, instructions)).toList();
  }

  /// The same labelers with the noise at which they agree that often, or as nearly as possible.
  static List<SimulatedLabeler> calibrate(
      PerceivedUtility utility,
      List<SimulatedLabeler> people,
      List<PromptOutputs> samples,
      LabelingInstructions instructions,
      double target) {
    double scale = new LabelerCalibration(utility, people, samples, instructions).scale(target);
    return people.stream().map(person -> person.withNoise(person.noise() * scale)).toList();
  }

  private static List<List<Parts>> perceived(
      PerceivedUtility utility,
      SimulatedLabeler person,
      List<PromptOutputs> samples,
      LabelingInstructions instructions) {
    return samples.stream()
        .map(sample ->
            sample.different().stream()
                .map(output -> utility.parts(person, sample.prompt(), output, instructions))
                .toList())
        .toList();
  }

  /// Agreement of all pairs of labelers if everybody's noise were that many times larger.
  Agreement agreement(double scale) {
    return RankingChoice.agreement(rankings(scale));
  }

  /// Share of the pairs of outputs that are tied.
  double ties() {
    return RankingChoice.ties(rankings(1));
  }

  private List<List<List<Integer>>> rankings(double scale) {
    List<List<List<Integer>>> rankings = new ArrayList<>();
    for (int i = 0; i < people.size(); i++) {
      SimulatedLabeler person = people.get(i);
      double noise = scale * person.noise();
      rankings.add(
          perceived.get(i).stream()
              .map(sample -> sample.stream().mapToDouble(parts -> parts.at(noise)).toArray())
              .map(utilities -> RankingChoice.ranks(utilities, person.tie()))
              .toList());
    }
    return rankings;
  }

  /// The factor, by bisection of its logarithm.
  private double scale(double target) {
    double low = LEAST;
    double high = MOST;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = Math.sqrt(low * high);
      if (agreement(middle).rate() > target) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Math.sqrt(low * high);
  }
}
