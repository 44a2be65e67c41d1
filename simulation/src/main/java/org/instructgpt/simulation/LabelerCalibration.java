package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.simulation.LabelerPool.Mode;
import org.instructgpt.simulation.LabelerPool.Person;
import org.instructgpt.simulation.LabelerPool.Sample;
import org.instructgpt.simulation.PerceivedUtility.Impression;
import org.instructgpt.simulation.RankingChoice.Agreement;

/// How noisy people must be to agree as often as the paper's do (section 3.4: 72.6% and 77.3%).
///
/// The more noise, the less two people agree. Each person's noise has a size relative to the
/// others'; one factor for all of them is found by bisection, with the same random numbers at each
/// try, so that the agreement is a smooth enough function of it.
final class LabelerCalibration {
  private static final double LEAST = 1e-3;
  private static final double MOST = 10;
  private static final int HALVINGS = 16;

  /// For each person what they see in each output of each sample.
  private final List<List<List<Impression>>> views;

  private final List<Person> people;

  LabelerCalibration(
      PerceivedUtility impressions, List<Person> people, List<Sample> samples, Mode mode) {
    this.people = people;
    this.views = people.stream().map(person -> view(impressions, person, samples, mode)).toList();
  }

  /// The same people with the noise at which they agree that often, or as nearly as can be.
  static List<Person> calibrate(
      PerceivedUtility impressions,
      List<Person> people,
      List<Sample> samples,
      Mode mode,
      double target) {
    double scale = new LabelerCalibration(impressions, people, samples, mode).scale(target);
    return people.stream().map(person -> person.noise(person.noise() * scale)).toList();
  }

  private static List<List<Impression>> view(
      PerceivedUtility impressions, Person person, List<Sample> samples, Mode mode) {
    return samples.stream()
        .map(sample ->
            sample.outputs().stream()
                .map(output -> impressions.of(person, sample.prompt(), output, mode))
                .toList())
        .toList();
  }

  /// Agreement of all pairs of people if everybody's noise were that many times larger.
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
      Person person = people.get(i);
      double noise = scale * person.noise();
      rankings.add(
          views.get(i).stream()
              .map(sample -> sample.stream().mapToDouble(seen -> seen.at(noise)).toArray())
              .map(likings -> RankingChoice.ranks(likings, person.tie()))
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
