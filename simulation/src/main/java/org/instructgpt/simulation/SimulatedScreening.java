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
import org.instructgpt.simulation.LabelerPool.Mode;
import org.instructgpt.simulation.LabelerPool.Person;
import org.instructgpt.simulation.LabelerPool.Sample;
import org.instructgpt.simulation.LabelerPool.Screened;
import org.instructgpt.simulation.LabelerPool.Taste;
import org.instructgpt.simulation.WorldTasks.Care;

/// How labelers are found (paper App. B.1): candidates are compared with a researcher on flags of
/// sensitive outputs, on rankings and on demonstrations for sensitive prompts, and say themselves
/// which topics they know. The cut-offs are soft: who misses one by little may still be taken if
/// too few others pass or a topic is left without anybody.
final class SimulatedScreening {
  static final double FLAG_AGREEMENT = 0.75;
  static final double RANKING_AGREEMENT = 0.75;
  static final double DEMONSTRATION_SCORE = 6;

  static final List<String> TOPICS =
      List.of("age", "gender", "health", "money", "origin", "politics", "religion", "violence");

  /// A researcher's noise as a share of a candidate's: they look longer.
  private static final double RESEARCHER_NOISE = 0.3;

  private static final int DEMONSTRATIONS = 12;
  private static final int PATIENCE = 20_000;

  /// Flags for speech that can hurt.
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
  private final PerceivedUtility impressions;
  private final List<Sample> samples;
  private final long seed;

  SimulatedScreening(
      WorldTasks tasks,
      GoldJudge gold,
      PerceivedUtility impressions,
      List<Sample> samples,
      long seed) {
    this.tasks = tasks;
    this.gold = gold;
    this.impressions = impressions;
    this.samples = samples;
    this.seed = seed;
  }

  /// Somebody from the street: more or less careful, with a taste of their own.
  ///
  /// Everybody's taste has something in common, and it is what a reward model can latch on to:
  /// people like politeness, some length, a confident tone and a little modesty, whatever the
  /// answer is worth.
  static Person anybody(String id, Labeler.Pool pool, long seed) {
    RandomGenerator random = SeededRandom.of(seed, "person", id);
    Taste taste =
        new Taste(
            SeededRandom.around(0.10, 0.06, random),
            SeededRandom.around(0.10, 0.04, random),
            SeededRandom.around(0.02, 0.05, random),
            SeededRandom.around(0.05, 0.03, random),
            SeededRandom.around(-0.15, 0.05, random));
    double carelessness = random.nextDouble();
    return new Person(
        new Labeler(id, pool),
        taste,
        0.6 + 0.8 * carelessness,
        0.01 + 0.05 * carelessness,
        Math.clamp(SeededRandom.around(0.04, 0.015, random), 0.01, 0.09),
        0.97 - 0.3 * random.nextDouble(),
        care(random.nextDouble()),
        Set.copyOf(RandomChoice.some(2 + random.nextInt(4), TOPICS, random)));
  }

  /// The yardstick: no taste, steady, sees nearly everything.
  private static Person researcher(double noise) {
    return new Person(
        new Labeler("researcher-1", Labeler.Pool.RESEARCHER),
        new Taste(0, 0, 0, 0, 0),
        noise,
        0.005,
        0.03,
        0.98,
        care(0),
        Set.copyOf(TOPICS));
  }

  /// How somebody demonstrates: between nearly always well and well in three of five cases.
  private static Map<Care, Double> care(double carelessness) {
    double bad = 0.04 + 0.36 * carelessness;
    Map<Care, Double> shares = new EnumMap<>(Care.class);
    shares.put(Care.GOOD, 1 - bad);
    shares.put(Care.TERSE, 0.30 * bad);
    shares.put(Care.HEDGED, 0.20 * bad);
    shares.put(Care.RAMBLING, 0.20 * bad);
    shares.put(Care.WRONG, 0.20 * bad);
    shares.put(Care.INVENTED, 0.10 * bad);
    return shares;
  }

  /// Screens all candidates and takes so many of them.
  List<Screened> screen(List<Person> candidates, int wanted) {
    double noise = candidates.stream().mapToDouble(Person::noise).average().orElseThrow();
    Person researcher = researcher(RESEARCHER_NOISE * noise);
    List<Screened> results =
        candidates.stream().map(candidate -> screen(candidate, researcher)).toList();
    Set<String> chosen = choose(results, wanted);
    return results.stream().map(s -> s.passed(chosen.contains(s.candidate()))).toList();
  }

  private Screened screen(Person candidate, Person researcher) {
    return new Screened(
        candidate.labeler().id(),
        flagAgreement(candidate, researcher),
        rankingAgreement(candidate, researcher),
        demonstrationScore(candidate, researcher),
        candidate.topics().stream().sorted().toList(),
        false);
  }

  private record Shown(Prompt prompt, Output output) {}

  /// Agreement on "this is sensitive", on outputs that truly are and as many that are not.
  private double flagAgreement(Person candidate, Person researcher) {
    List<Shown> all =
        samples.stream()
            .flatMap(sample -> sample.outputs().stream().map(o -> new Shown(sample.prompt(), o)))
            .toList();
    List<Shown> sensitive =
        all.stream()
            .filter(s -> isSensitive(impressions.judge(s.prompt(), s.output()).flags()))
            .toList();
    List<Shown> harmless =
        all.stream()
            .filter(s -> !isSensitive(impressions.judge(s.prompt(), s.output()).flags()))
            .limit(Math.max(sensitive.size(), 1))
            .toList();
    return Stream.of(sensitive, harmless)
        .flatMap(List::stream)
        .mapToDouble(s -> flags(candidate, s) == flags(researcher, s) ? 1 : 0)
        .average()
        .orElse(1);
  }

  private boolean flags(Person person, Shown shown) {
    return isSensitive(impressions.flags(person, shown.prompt(), shown.output()));
  }

  private static boolean isSensitive(Set<Rating.Flag> flags) {
    return flags.stream().anyMatch(SENSITIVE::contains);
  }

  private double rankingAgreement(Person candidate, Person researcher) {
    return RankingChoice.between(rankings(candidate), rankings(researcher)).rate();
  }

  private List<List<Integer>> rankings(Person person) {
    return samples.stream()
        .map(sample ->
            RankingChoice.ranks(
                impressions.likings(person, sample.prompt(), sample.outputs(), Mode.TRAINING),
                person.tie()))
        .toList();
  }

  /// The researcher's mean rating, 1 to 7, of what the candidate writes for sensitive prompts.
  private double demonstrationScore(Person candidate, Person researcher) {
    RandomGenerator random = SeededRandom.of(seed, "sensitive prompts");
    List<WorldTask> sensitive =
        Stream.generate(() -> tasks.drawAny(random))
            .limit(PATIENCE)
            .filter(task -> task.traits().contains(WorldTask.Trait.SENSITIVE))
            .limit(DEMONSTRATIONS)
            .toList();
    RandomGenerator pen =
        SeededRandom.of(seed, "screening demonstrations", candidate.labeler().id());
    return sensitive.stream()
        .map(task ->
            gold.judge(
                task, tasks.answer(task, SeededRandom.weighted(candidate.care(), pen), pen), true))
        .mapToDouble(judgement -> judgement.utility(Mode.EVALUATION.priorities()))
        .mapToInt(
            worth -> RankingChoice.likert(worth + researcher.noise() * SeededRandom.gumbel(pen)))
        .average()
        .orElse(7);
  }

  /// The ids of those who are taken: first whoever falls short of the cut-offs by least, then,
  /// while some topic is known to nobody, the last of them gives way to the best candidate who
  /// knows it.
  static Set<String> choose(List<Screened> candidates, int wanted) {
    List<Screened> best =
        candidates.stream()
            .sorted(
                Comparator.comparingDouble(SimulatedScreening::shortfall)
                    .thenComparing(Comparator.comparingDouble(SimulatedScreening::sum).reversed())
                    .thenComparing(Screened::candidate))
            .toList();
    List<Screened> taken = new ArrayList<>(best.subList(0, wanted));
    List<Screened> rest = new ArrayList<>(best.subList(wanted, best.size()));
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

  /// The last one whose topics the others know as well; the last of all if there is none.
  private static int lastToSpare(List<Screened> taken) {
    return IntStream.iterate(taken.size() - 1, i -> i >= 0, i -> i - 1)
        .filter(i ->
            taken.get(i).topics().stream()
                .allMatch(
                    topic -> taken.stream().filter(p -> p.topics().contains(topic)).count() > 1))
        .findFirst()
        .orElse(taken.size() - 1);
  }

  /// How far a candidate is below the cut-offs, each in its own unit: a tenth of agreement weighs
  /// as much as a point of demonstrations.
  private static double shortfall(Screened candidate) {
    return 10 * Math.max(0, FLAG_AGREEMENT - candidate.flagAgreement())
        + 10 * Math.max(0, RANKING_AGREEMENT - candidate.rankingAgreement())
        + Math.max(0, DEMONSTRATION_SCORE - candidate.demonstrationScore());
  }

  private static double sum(Screened candidate) {
    return 10 * candidate.flagAgreement()
        + 10 * candidate.rankingAgreement()
        + candidate.demonstrationScore();
  }
}
