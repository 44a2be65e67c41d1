package org.instructgpt.simulation;

import static java.util.stream.Collectors.toSet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;

/// Hires simulated labelers as the paper did (section 3.4 and App. B.1): the training labelers pass
/// a [screening][HiringReport], the held-out labelers are not screened.
public final class LabelerHiring {
  /// Candidates for each place.
  private static final int CANDIDATES = 3;

  private LabelerHiring() {}

  /// How many labelers to hire, and the seed of all they do.
  ///
  /// @param training labelers who pass the screening and label the training data
  /// @param heldOut labelers who only evaluate
  public record Settings(int training, int heldOut, long seed) {
    public Settings {
      if (training < 2 || heldOut < 2) {
        throw new IllegalArgumentException(
            "expected at least 2 training and 2 held-out labelers, so that they can disagree, found %d and %d"
                .formatted(training, heldOut));
      }
    }
  }

  /// Samples to screen candidates on before there is any model: four to seven outputs of different
  /// [qualities][AnswerQuality] for each prompt, the quality being the output's model.
  public static List<PromptOutputs> samples(
      WorldTasks tasks, List<Prompt> prompts, Customers customers, long seed) {
    return prompts.stream()
        .flatMap(prompt ->
            customers.intent(prompt.text()).stream()
                .map(task ->
                    sample(tasks, prompt, task, SeededRandom.of(seed, "sample", prompt.id()))))
        .toList();
  }

  private static PromptOutputs sample(
      WorldTasks tasks, Prompt prompt, WorldTask task, RandomGenerator random) {
    return new PromptOutputs(
        prompt,
        RandomChoice.some(4 + random.nextInt(4), List.of(AnswerQuality.values()), random).stream()
            .map(quality ->
                new Output(
                    tasks.answer(task, quality, random), quality.name().toLowerCase(Locale.ROOT)))
            .toList());
  }

  /// Screens candidates, takes the best, adds labelers who are not screened, and sets everybody's
  /// noise so that they agree as often as the paper's labelers.
  ///
  /// @param screening prompts of these customers with two or more outputs each, good and bad, rude
  ///   ones among them; 100 prompts determine the agreement to about a percentage point
  public static LabelerPool hire(
      WorldTasks tasks,
      GoldJudge gold,
      Customers customers,
      Settings settings,
      List<PromptOutputs> screening) {
    long seed = settings.seed();
    LabelerPrompts ownPrompts = new LabelerPrompts(tasks, seed);
    List<PromptIndex> indexes = new ArrayList<>(customers.indexes());
    indexes.addAll(ownPrompts.indexes());
    PerceivedUtility utility =
        new PerceivedUtility(seed, gold, prompt -> PromptIndex.search(indexes, prompt.text()));
    List<SimulatedLabeler> candidates =
        LabelerCalibration.calibrate(
            utility,
            candidates("labeler", CANDIDATES * settings.training(), Labeler.Pool.TRAINING, seed),
            screening,
            LabelingInstructions.TRAINING,
            LabelerPool.TRAINING_AGREEMENT);
    List<HiringReport.Candidate> results =
        new SimulatedScreening(tasks, gold, utility, screening, seed)
            .screen(candidates, settings.training());
    Set<String> passed =
        results.stream()
            .filter(HiringReport.Candidate::passed)
            .map(HiringReport.Candidate::candidate)
            .collect(toSet());
    List<SimulatedLabeler> hired = new ArrayList<>(candidates);
    hired.removeIf(candidate -> !passed.contains(candidate.labeler().id()));
    hired.addAll(candidates("held-out", settings.heldOut(), Labeler.Pool.HELD_OUT, seed));
    return new LabelerPool(
            new LabelerPool.Context(tasks, seed, ownPrompts, utility),
            hired,
            new HiringReport(results, 0, 0, 0))
        .calibrated(screening);
  }

  private static List<SimulatedLabeler> candidates(
      String name, int count, Labeler.Pool pool, long seed) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> SimulatedScreening.candidate("%s-%02d".formatted(name, i), pool, seed))
        .toList();
  }
}
