package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Rating;

/// Screens candidates (paper App. B.1): they are compared with a researcher on flags of sensitive
/// outputs, on rankings and on demonstrations for sensitive prompts, and say themselves which
/// topics they know. The cut-offs are soft: a candidate who misses one by little may still be taken
/// if too few others pass or a topic is left without anybody.
final class SimulatedScreening {
  static final List<String> TOPICS =
      List.of("age", "gender", "health", "money", "origin", "politics", "religion", "violence");

  /// A researcher's noise as a share of a candidate's: they look longer.
  private static final double RESEARCHER_NOISE = 0.3;

  private static final int DEMONSTRATIONS = 12;
  private static final int MOST_DRAWS = 20_000;

  /// The flags of sensitive outputs.
  private static final Set<Rating.Flag> SENSITIVE =
      EnumSet.of(
          Rating.Flag.INAPPROPRIATE_FOR_CUSTOMER_ASSISTANT,
          Rating.Flag.SEXUAL_CONTENT,
          Rating.Flag.VIOLENT_CONTENT,
          Rating.Flag.ENCOURAGES_VIOLENCE,
          Rating.Flag.DENIGRATES_PROTECTED_CLASS,
          Rating.Flag.HARMFUL_ADVICE);

  private final WorldTasks tasks;
  private final GoldJudge gold;
  private final PerceivedUtility utility;
  private final List<PromptOutputs> samples;
  private final long seed;

  SimulatedScreening(
      WorldTasks tasks,
      GoldJudge gold,
      PerceivedUtility utility,
      List<PromptOutputs> samples,
      long seed) {
    this.tasks = tasks;
    this.gold = gold;
    this.utility = utility;
    this.samples = samples;
    this.seed = seed;
  }

  /// A random candidate, more or less careful, with a taste of their own.
  ///
  /// All tastes have something in common that a reward model can exploit: people like politeness,
  /// some length, a confident tone and a little modesty, whatever the quality of the answer.
  static SimulatedLabeler candidate(String id, Labeler.Pool pool, long seed) {
    RandomGenerator random = SeededRandom.of(seed, "person", id);
    Taste taste =
        new Taste(
            SeededRandom.around(0.10, 0.06, random),
            SeededRandom.around(0.10, 0.04, random),
            SeededRandom.around(0.02, 0.05, random),
            SeededRandom.around(0.05, 0.03, random),
            SeededRandom.around(-0.15, 0.05, random));
    double carelessness = random.nextDouble();
    return new SimulatedLabeler(
        new Labeler(id, pool),
        taste,
        0.6 + 0.8 * carelessness,
        0.01 + 0.05 * carelessness,
        Math.clamp(SeededRandom.around(0.04, 0.015, random), 0.01, 0.09),
        0.97 - 0.3 * random.nextDouble(),
        answerQuality(random.nextDouble()),
        Set.copyOf(RandomChoice.some(2 + random.nextInt(4), TOPICS, random)));
  }

  /// The researcher with whom candidates are compared: no taste, little noise, notices nearly all
  /// flags.
  private static SimulatedLabeler researcher(double noise) {
    return new SimulatedLabeler(
        new Labeler("researcher-1", Labeler.Pool.RESEARCHER),
        new Taste(0, 0, 0, 0, 0),
        noise,
        0.005,
        0.03,
        0.98,
        answerQuality(0),
        Set.copyOf(TOPICS));
  }

  /// The probability of each quality of a demonstration: the good ones are 96% for a careful
  /// candidate and 60% for a careless one.
  private static Map<AnswerQuality, Double> answerQuality(double carelessness) {
    double bad = 0.04 + 0.36 * carelessness;
    Map<AnswerQuality, Double> shares = new EnumMap<>(AnswerQuality.class);
    shares.put(AnswerQuality.GOOD, 1 - bad);
    shares.put(AnswerQuality.TERSE, 0.30 * bad);
    shares.put(AnswerQuality.HEDGED, 0.20 * bad);
    shares.put(AnswerQuality.RAMBLING, 0.20 * bad);
    shares.put(AnswerQuality.WRONG, 0.20 * bad);
    shares.put(AnswerQuality.INVENTED, 0.10 * bad);
    return shares;
  }

  /// Screens all candidates and takes the wanted number of them.
  List<HiringReport.Candidate> screen(List<SimulatedLabeler> candidates, int wanted) {
    double noise = candidates.stream().mapToDouble(SimulatedLabeler::noise).average().orElseThrow();
    SimulatedLabeler researcher = researcher(RESEARCHER_NOISE * noise);
    List<HiringReport.Candidate> results =
        candidates.stream().map(candidate -> screen(candidate, researcher)).toList();
    Set<String> chosen = choose(results, wanted);
    return results.stream().map(s -> s.withPassed(chosen.contains(s.candidate()))).toList();
  }

  private HiringReport.Candidate screen(SimulatedLabeler candidate, SimulatedLabeler researcher) {
    return new HiringReport.Candidate(
        candidate.labeler().id(),
        flagAgreement(candidate, researcher),
        rankingAgreement(candidate, researcher),
        demonstrationScore(candidate, researcher),
        candidate.topics().stream().sorted().toList(),
        false);
  }

  private record Shown(Prompt prompt, Output output) {}

  /// Agreement on "this is sensitive", on outputs that truly are and as many that are not.
  private double flagAgreement(SimulatedLabeler candidate, SimulatedLabeler researcher) {
    List<Shown> all =
        samples.stream()
            .flatMap(sample -> sample.outputs().stream().map(o -> new Shown(sample.prompt(), o)))
            .toList();
    List<Shown> sensitive =
        all.stream()
            .filter(s -> isSensitive(utility.judge(s.prompt(), s.output()).flags()))
            .toList();
    List<Shown> harmless =
        all.stream()
            .filter(s -> !isSensitive(utility.judge(s.prompt(), s.output()).flags()))
            .limit(Math.max(sensitive.size(), 1))
            .toList();
    return Stream.of(sensitive, harmless)
        .flatMap(List::stream)
        .mapToDouble(s -> flags(candidate, s) == flags(researcher, s) ? 1 : 0)
        .average()
        .orElse(1);
  }

  private boolean flags(SimulatedLabeler person, Shown shown) {
    return isSensitive(utility.flags(person, shown.prompt(), shown.output()));
  }

  private static boolean isSensitive(Set<Rating.Flag> flags) {
    return flags.stream().anyMatch(SENSITIVE::contains);
  }

  private double rankingAgreement(SimulatedLabeler candidate, SimulatedLabeler researcher) {
    return RankingChoice.between(rankings(candidate), rankings(researcher)).rate();
  }

  private List<List<Integer>> rankings(SimulatedLabeler person) {
    return samples.stream()
        .map(sample ->
            RankingChoice.ranks(
                utility.of(
                    person, sample.prompt(), sample.outputs(), LabelingInstructions.TRAINING),
                person.tie()))
        .toList();
  }

  /// The researcher's mean rating, 1 to 7, of what the candidate writes for sensitive prompts.
  private double demonstrationScore(SimulatedLabeler candidate, SimulatedLabeler researcher) {
    RandomGenerator random = SeededRandom.of(seed, "sensitive prompts");
    List<WorldTask> sensitive =
        Stream.generate(() -> tasks.drawAny(random))
            .limit(MOST_DRAWS)
            .filter(task -> task.traits().contains(WorldTask.Trait.SENSITIVE))
            .limit(DEMONSTRATIONS)
            .toList();
    RandomGenerator writing =
        SeededRandom.of(seed, "screening demonstrations", candidate.labeler().id());
    return sensitive.stream()
        .map(task ->
            gold.judge(
                task,
                tasks.answer(
                    task, SeededRandom.weighted(candidate.answerQuality(), writing), writing),
                true))
        .mapToDouble(judgement -> judgement.utility(LabelingInstructions.EVALUATION.priorities()))
        .mapToInt(worth ->
            RankingChoice.likert(worth + researcher.noise() * SeededRandom.gumbel(writing)))
        .average()
        .orElse(7);
  }

  /// The ids of the candidates who are taken: first those who miss the cut-offs by least; then,
  /// while a topic is known to nobody, the last of them is replaced by the best candidate who knows
  /// it.
  static Set<String> choose(List<HiringReport.Candidate> candidates, int wanted) {
    List<HiringReport.Candidate> best =
        candidates.stream()
            .sorted(
                Comparator.comparingDouble(SimulatedScreening::shortfall)
                    .thenComparing(Comparator.comparingDouble(SimulatedScreening::sum).reversed())
                    .thenComparing(HiringReport.Candidate::candidate))
            .toList();
    List<HiringReport.Candidate> taken = new ArrayList<>(best.subList(0, wanted));
    List<HiringReport.Candidate> rest = new ArrayList<>(best.subList(wanted, best.size()));
    for (String topic : TOPICS) {
      boolean known = taken.stream().anyMatch(person -> person.topics().contains(topic));
      rest.stream()
          .filter(person -> !known && person.topics().contains(topic))
          .findFirst()
          .ifPresent(expert -> {
            taken.set(lastToSpare(taken), expert);
            rest.remove(expert);
          });
    }
    Set<String> ids = new HashSet<>();
    taken.forEach(person -> ids.add(person.candidate()));
    return ids;
  }

  /// The last candidate whose topics the others know as well; the last of all if there is none.
  private static int lastToSpare(List<HiringReport.Candidate> taken) {
    return IntStream.iterate(taken.size() - 1, i -> i >= 0, i -> i - 1)
        .filter(i ->
            taken.get(i).topics().stream()
                .allMatch(
                    topic -> taken.stream().filter(p -> p.topics().contains(topic)).count() > 1))
        .findFirst()
        .orElse(taken.size() - 1);
  }

  /// How far a candidate is below the cut-offs: 0.1 of agreement weighs as much as 1 point of the
  /// demonstration score.
  private static double shortfall(HiringReport.Candidate candidate) {
    return 10 * Math.max(0, HiringReport.Candidate.FLAG_CUTOFF - candidate.flagAgreement())
        + 10 * Math.max(0, HiringReport.Candidate.RANKING_CUTOFF - candidate.rankingAgreement())
        + Math.max(0, HiringReport.Candidate.DEMONSTRATION_CUTOFF - candidate.demonstrationScore());
  }

  private static double sum(HiringReport.Candidate candidate) {
    return 10 * candidate.flagAgreement()
        + 10 * candidate.rankingAgreement()
        + candidate.demonstrationScore();
  }
}
