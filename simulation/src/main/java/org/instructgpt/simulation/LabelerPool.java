package org.instructgpt.simulation;

import static java.util.Locale.ROOT;
import static java.util.stream.Collectors.toSet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating;
import org.instructgpt.simulation.GoldJudge.Judgement;
import org.instructgpt.simulation.GoldJudge.Judgement.Priorities;
import org.instructgpt.simulation.WorldTasks.Care;

/// The simulated people: they write prompts, demonstrate, rank and rate, and all that comes of it
/// are the same records that real people's work becomes.
///
/// Each has a [taste][Taste] beside the truth, is more or less hasty, and now and then does not
/// look. Their noise is set so that they agree with each other as often as the paper's labelers do:
/// 72.6% of the pairs among those whose work trains the models, 77.3% among those held out (section
/// 3.4). The former passed a [screening][Report]; the latter did not take one, as in the paper.
///
/// What somebody says depends on the seed, the person, the prompt's id and the outputs' texts, and
/// on nothing else: not on the order of calls, not on what was asked before.
public final class LabelerPool {
  /// Pairwise agreement in the paper.
  static final double TRAINING_AGREEMENT = 0.726;

  static final double HELD_OUT_AGREEMENT = 0.773;

  /// So many candidates come for each place.
  private static final int CANDIDATES = 3;

  /// How often somebody settles a use case wrongly.
  private static final double WRONG_USE_CASE = 0.04;

  private final Desk desk;
  private final List<Person> people;
  private final Report report;

  private LabelerPool(Desk desk, List<Person> people, Report report) {
    this.desk = desk;
    this.people = List.copyOf(people);
    this.report = report;
  }

  /// What they all work with.
  private record Desk(
      WorldTasks tasks, long seed, LabelerPrompts notebook, PerceivedUtility impressions) {}

  /// How many people to hire, and the seed of all they do.
  ///
  /// @param training labelers who pass the screening and train the models
  /// @param heldOut labelers who only judge
  public record Settings(int training, int heldOut, long seed) {
    public Settings {
      if (training < 2 || heldOut < 2) {
        throw new IllegalArgumentException(
            "expected at least 2 training and 2 held-out labelers, so that they can disagree, found %d and %d"
                .formatted(training, heldOut));
      }
    }
  }

  /// A prompt and some outputs, for screening and calibration.
  public record Sample(Prompt prompt, List<Output> outputs) {
    public Sample {
      outputs = List.copyOf(outputs);
    }
  }

  /// What labelers are told to look at first (paper section 3.4).
  public enum Mode {
    /// Helpfulness: the instructions for training data.
    TRAINING,
    /// Truthfulness and harmlessness: the instructions of the final evaluation.
    EVALUATION;

    Priorities priorities() {
      return this == TRAINING ? Priorities.TRAINING : Priorities.EVALUATION;
    }
  }

  /// What somebody likes about an output whatever it is worth, in units of utility (0 to 1).
  ///
  /// @param length of an answer of 30 words or more, shorter ones in proportion
  /// @param repetition usually negative
  public record Taste(
      double length, double politeness, double hedging, double confidence, double repetition) {
    private static final double LONG = 30;

    double of(Judgement.Surface surface) {
      return length * Math.min(surface.words(), LONG) / LONG
          + politeness * surface.politeness()
          + hedging * surface.hedging()
          + confidence * surface.confidence()
          + repetition * surface.repetition();
    }
  }

  /// A labeler with all that decides what they say.
  ///
  /// @param taste their bias
  /// @param noise scale of the Gumbel noise on what they like, in units of utility
  /// @param slips probability not to look at an output
  /// @param tie outputs that they like equally, but for this much, are tied
  /// @param attention probability to notice a flag that holds
  /// @param care how they demonstrate
  /// @param topics sensitive topics that they know
  public record Person(
      Labeler labeler,
      Taste taste,
      double noise,
      double slips,
      double tie,
      double attention,
      Map<Care, Double> care,
      Set<String> topics) {
    public Person {
      care = Collections.unmodifiableMap(new EnumMap<>(care));
      topics = Set.copyOf(topics);
    }

    /// Probability to set a flag that does not hold.
    double falseAlarms() {
      return (1 - attention) / 20;
    }

    Person noise(double other) {
      return new Person(labeler, taste, other, slips, tie, attention, care, topics);
    }
  }

  /// What the screening found out about a candidate.
  ///
  /// @param flagAgreement with a researcher on whether outputs are sensitive, half of which are
  /// @param rankingAgreement with a researcher on pairs of outputs, a tie counting half
  /// @param demonstrationScore the researcher's mean rating, 1 to 7, of answers to sensitive
  ///   prompts
  /// @param topics sensitive topics that they say they know
  /// @param passed whether they were taken
  public record Screened(
      String candidate,
      double flagAgreement,
      double rankingAgreement,
      double demonstrationScore,
      List<String> topics,
      boolean passed) {
    public Screened {
      topics = List.copyOf(topics);
    }

    /// Whether all three cut-offs were met; who is just below may still pass.
    public boolean meetsCutOffs() {
      return flagAgreement >= SimulatedScreening.FLAG_AGREEMENT
          && rankingAgreement >= SimulatedScreening.RANKING_AGREEMENT
          && demonstrationScore >= SimulatedScreening.DEMONSTRATION_SCORE;
    }

    Screened passed(boolean other) {
      return new Screened(
          candidate, flagAgreement, rankingAgreement, demonstrationScore, topics, other);
    }
  }

  /// How the hiring went.
  ///
  /// @param candidates everybody who was screened
  /// @param trainingAgreement of pairs of training labelers on the samples, a tie counting half
  /// @param heldOutAgreement of pairs of held-out labelers
  /// @param trainingTies share of pairs that a training labeler ties
  public record Report(
      List<Screened> candidates,
      double trainingAgreement,
      double heldOutAgreement,
      double trainingTies) {
    public Report {
      candidates = List.copyOf(candidates);
    }
  }

  /// Samples to screen people with before there is any model: four to seven outputs of every degree
  /// of care for each prompt, named after it.
  public static List<Sample> samples(
      WorldTasks tasks, List<Prompt> prompts, Customers customers, long seed) {
    return prompts.stream()
        .flatMap(prompt ->
            customers.intent(prompt.text()).stream()
                .map(task ->
                    sample(tasks, prompt, task, SeededRandom.of(seed, "sample", prompt.id()))))
        .toList();
  }

  private static Sample sample(
      WorldTasks tasks, Prompt prompt, WorldTask task, RandomGenerator random) {
    return new Sample(
        prompt,
        RandomChoice.some(4 + random.nextInt(4), List.of(Care.values()), random).stream()
            .map(
                care -> new Output(tasks.answer(task, care, random), care.name().toLowerCase(ROOT)))
            .toList());
  }

  /// Screens candidates, takes the best, adds people who are not screened, and sets everybody's
  /// noise so that they agree as often as the paper's labelers.
  ///
  /// @param screening prompts of these customers with two outputs or more each; 100 of them make
  ///   the agreement exact to about a point. Good and bad outputs, rude ones among them
  public static LabelerPool hire(
      WorldTasks tasks,
      GoldJudge gold,
      Customers customers,
      Settings settings,
      List<Sample> screening) {
    long seed = settings.seed();
    LabelerPrompts notebook = new LabelerPrompts(tasks, seed);
    List<PromptIndex> archives = new ArrayList<>(customers.archives());
    archives.addAll(notebook.archives());
    PerceivedUtility impressions =
        new PerceivedUtility(seed, gold, prompt -> PromptIndex.search(archives, prompt.text()));
    List<Person> candidates =
        LabelerCalibration.calibrate(
            impressions,
            anybody("labeler", CANDIDATES * settings.training(), Labeler.Pool.TRAINING, seed),
            screening,
            Mode.TRAINING,
            TRAINING_AGREEMENT);
    SimulatedScreening exam = new SimulatedScreening(tasks, gold, impressions, screening, seed);
    List<Screened> results = exam.screen(candidates, settings.training());
    Set<String> passed =
        results.stream().filter(Screened::passed).map(Screened::candidate).collect(toSet());
    List<Person> people = new ArrayList<>(candidates);
    people.removeIf(candidate -> !passed.contains(candidate.labeler().id()));
    people.addAll(anybody("held-out", settings.heldOut(), Labeler.Pool.HELD_OUT, seed));
    return new LabelerPool(
            new Desk(tasks, seed, notebook, impressions), people, new Report(results, 0, 0, 0))
        .calibrated(screening);
  }

  private static List<Person> anybody(String name, int count, Labeler.Pool pool, long seed) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> SimulatedScreening.anybody("%s-%02d".formatted(name, i), pool, seed))
        .toList();
  }

  /// The same people, with their noise set so that they agree as often as they should on other
  /// samples: agreement depends on what there is to choose from. Where even people without noise
  /// would agree less often, they come as near as they can; the [report][#report()] says how near.
  public LabelerPool calibrated(List<Sample> samples) {
    List<Person> training = calibrated(Labeler.Pool.TRAINING, samples);
    List<Person> heldOut = calibrated(Labeler.Pool.HELD_OUT, samples);
    LabelerCalibration trained =
        new LabelerCalibration(desk.impressions(), training, samples, Mode.TRAINING);
    LabelerCalibration fresh =
        new LabelerCalibration(desk.impressions(), heldOut, samples, Mode.EVALUATION);
    List<Person> all = new ArrayList<>(training);
    all.addAll(heldOut);
    return new LabelerPool(
        desk,
        all,
        new Report(
            report.candidates(),
            trained.agreement(1).rate(),
            fresh.agreement(1).rate(),
            trained.ties()));
  }

  private List<Person> calibrated(Labeler.Pool pool, List<Sample> samples) {
    boolean trains = pool == Labeler.Pool.TRAINING;
    return LabelerCalibration.calibrate(
        desk.impressions(),
        people(pool),
        samples,
        trains ? Mode.TRAINING : Mode.EVALUATION,
        trains ? TRAINING_AGREEMENT : HELD_OUT_AGREEMENT);
  }

  /// Those of one pool, in a fixed order.
  public List<Person> people(Labeler.Pool pool) {
    return people.stream().filter(person -> person.labeler().pool() == pool).toList();
  }

  /// The person of a pool who gets this prompt where one opinion must do (most comparisons, paper
  /// section 5.3): always the same one, all about equally often.
  public Person assigned(Labeler.Pool pool, Prompt prompt) {
    return RandomChoice.one(people(pool), SeededRandom.of(desk.seed(), "assigned", prompt.id()));
  }

  /// What a prompt means, whoever wrote it; empty for a text that nobody here wrote.
  public Optional<WorldTask> intent(Prompt prompt) {
    return desk.impressions().intent(prompt);
  }

  /// How the hiring went, and what agreement was reached.
  public Report report() {
    return report;
  }

  /// Prompts by the training labelers, of the three kinds (paper App. A.1), their use case settled:
  /// plain ones first, then few-shot ones (K from each sheet of K pairs), then user-based ones. A
  /// longer list begins as a shorter one, kind by kind.
  public List<Prompt> write(int plain, int fewShot, int userBased) {
    List<String> writers =
        people(Labeler.Pool.TRAINING).stream().map(person -> person.labeler().id()).toList();
    return Stream.of(
            desk.notebook().plain(plain, writers),
            desk.notebook().fewShot(fewShot, writers),
            desk.notebook().userBased(userBased, writers))
        .flatMap(List::stream)
        .toList();
  }

  /// The prompt with its use case settled by somebody who read it; rarely wrong.
  public Prompt settle(Person person, Prompt prompt) {
    Prompt.UseCase meant = desk.impressions().task(prompt).useCase();
    RandomGenerator random = source("use case", person, prompt, "");
    boolean wrong = RandomChoice.chance(WRONG_USE_CASE, random);
    Prompt.UseCase settled =
        wrong ? RandomChoice.other(meant, List.of(Prompt.UseCase.values()), random) : meant;
    return new Prompt(
        prompt.id(),
        prompt.text(),
        prompt.source(),
        prompt.user(),
        prompt.organisation(),
        prompt.split(),
        Optional.of(settled),
        prompt.created());
  }

  /// What a person would answer.
  ///
  /// @throws IllegalArgumentException if nobody of this world wrote the prompt; so in [#rank] and
  ///   [#rate]
  public Demonstration demonstrate(Person person, Prompt prompt, Instant created) {
    RandomGenerator random = source("demonstration", person, prompt, "");
    Care care = SeededRandom.weighted(person.care(), random);
    String answer = desk.tasks().answer(desk.impressions().task(prompt), care, random);
    return new Demonstration(
        name("demonstration", person, prompt, ""),
        prompt.id(),
        answer,
        person.labeler().id(),
        created);
  }

  /// The order in which a person puts 2 to 9 outputs; equal texts are always tied.
  public Ranking rank(
      Person person, Prompt prompt, List<Output> outputs, Mode mode, Instant created) {
    double[] likings = desk.impressions().likings(person, prompt, outputs, mode);
    return new Ranking(
        name("ranking " + mode, person, prompt, named(outputs)),
        prompt.id(),
        outputs,
        RankingChoice.ranks(likings, person.tie()),
        person.labeler().id(),
        created);
  }

  /// What a person says of each output on its own: overall quality and flags, in agreement with how
  /// they [rank][#rank] them.
  public List<Rating> rate(
      Person person, Prompt prompt, List<Output> outputs, Mode mode, Instant created) {
    double[] likings = desk.impressions().likings(person, prompt, outputs, mode);
    return IntStream.range(0, outputs.size())
        .mapToObj(i ->
            new Rating(
                name("rating " + mode, person, prompt, i + " " + named(outputs.get(i))),
                prompt.id(),
                outputs.get(i),
                RankingChoice.likert(likings[i]),
                desk.impressions().flags(person, prompt, outputs.get(i)),
                person.labeler().id(),
                created))
        .toList();
  }

  /// Names do not tell whether an output ended, since people do not see it.
  private static String named(List<Output> outputs) {
    return outputs.stream().map(LabelerPool::named).toList().toString();
  }

  private static String named(Output output) {
    return "Output[text=" + output.text() + ", model=" + output.model() + "]";
  }

  private RandomGenerator source(String what, Person person, Prompt prompt, String text) {
    return SeededRandom.of(desk.seed(), what, person.labeler().id(), prompt.id(), text);
  }

  private String name(String what, Person person, Prompt prompt, String text) {
    return Customers.id(desk.seed(), what + "/" + person.labeler().id() + "/" + prompt.id(), text);
  }
}
