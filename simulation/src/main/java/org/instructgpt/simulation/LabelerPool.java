package org.instructgpt.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating;

/// The simulated labelers: they write prompts, demonstrate, rank and rate, and what they produce
/// are the same records that real labelers' work becomes.
///
/// Each has a [taste][Taste] besides the true quality, more or less noise, and sometimes does not
/// read an output. The noise is set so that they agree with each other as often as the paper's
/// labelers do: on 72.6% of the pairs among training labelers, 77.3% among held-out labelers
/// (section 3.4).
///
/// What a labeler says depends on the seed, the labeler, the prompt's id and the outputs' texts,
/// and on nothing else: not on the order of calls, not on what was asked before.
public final class LabelerPool {
  /// Pairwise agreement in the paper.
  static final double TRAINING_AGREEMENT = 0.726;

  static final double HELD_OUT_AGREEMENT = 0.773;

  /// Probability that a labeler settles a use case wrongly.
  private static final double WRONG_USE_CASE = 0.04;

  private final Context context;
  private final List<SimulatedLabeler> people;
  private final HiringReport report;

  LabelerPool(Context context, List<SimulatedLabeler> people, HiringReport report) {
    this.context = context;
    this.people = List.copyOf(people);
    this.report = report;
  }

  /// What all labelers of a pool share.
  record Context(
      WorldTasks tasks, long seed, LabelerPrompts ownPrompts, PerceivedUtility utility) {}

  /// The same labelers, with their noise set so that they agree as often as they should on other
  /// samples: agreement depends on what there is to choose from. Where even labelers without noise
  /// would agree less often, they come as near as they can; the [report][#report()] says how near.
  public LabelerPool calibrated(List<PromptOutputs> samples) {
    List<SimulatedLabeler> training = calibrated(Labeler.Pool.TRAINING, samples);
    List<SimulatedLabeler> heldOut = calibrated(Labeler.Pool.HELD_OUT, samples);
    LabelerCalibration ofTraining =
        new LabelerCalibration(context.utility(), training, samples, LabelingInstructions.TRAINING);
    LabelerCalibration ofHeldOut =
        new LabelerCalibration(
            context.utility(), heldOut, samples, LabelingInstructions.EVALUATION);
    List<SimulatedLabeler> all = new ArrayList<>(training);
    all.addAll(heldOut);
    return new LabelerPool(
        context,
        all,
        new HiringReport(
            report.candidates(),
            ofTraining.agreement(1).rate(),
            ofHeldOut.agreement(1).rate(),
            ofTraining.ties()));
  }

  private List<SimulatedLabeler> calibrated(Labeler.Pool pool, List<PromptOutputs> samples) {
    boolean training = pool == Labeler.Pool.TRAINING;
    return LabelerCalibration.calibrate(
        context.utility(),
        people(pool),
        samples,
        training ? LabelingInstructions.TRAINING : LabelingInstructions.EVALUATION,
        training ? TRAINING_AGREEMENT : HELD_OUT_AGREEMENT);
  }

  /// The labelers of one pool, in a fixed order.
  public List<SimulatedLabeler> people(Labeler.Pool pool) {
    return people.stream().filter(person -> person.labeler().pool() == pool).toList();
  }

  /// The labeler of a pool who gets this prompt where one judgement is enough (most comparisons,
  /// paper section 5.3): always the same one, all about equally often.
  public SimulatedLabeler assigned(Labeler.Pool pool, Prompt prompt) {
    return RandomChoice.one(people(pool), SeededRandom.of(context.seed(), "assigned", prompt.id()));
  }

  /// What a prompt means, whoever wrote it; empty for a text that nobody in the simulation wrote.
  public Optional<WorldTask> intent(Prompt prompt) {
    return context.utility().intent(prompt);
  }

  /// The results of the screening, and the agreement that was reached.
  public HiringReport report() {
    return report;
  }

  /// Prompts by the training labelers, of the three kinds (paper App. A.1), their use case settled:
  /// plain ones first, then few-shot ones (K from each group of K pairs), then user-based ones. A
  /// longer list begins as a shorter one, kind by kind.
  public List<Prompt> write(int plain, int fewShot, int userBased) {
    List<String> writers =
        people(Labeler.Pool.TRAINING).stream().map(person -> person.labeler().id()).toList();
    return Stream.of(
            context.ownPrompts().plain(plain, writers),
            context.ownPrompts().fewShot(fewShot, writers),
            context.ownPrompts().userBased(userBased, writers))
        .flatMap(List::stream)
        .toList();
  }

  /// The prompt with its use case settled by a labeler who read it; rarely wrong.
  public Prompt settle(SimulatedLabeler person, Prompt prompt) {
    Prompt.UseCase meant = context.utility().task(prompt).useCase();
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

  /// A demonstration by a labeler.
  ///
  /// @throws IllegalArgumentException if nobody in the simulation wrote the prompt; so do [#rank]
  ///   and [#rate]
  public Demonstration demonstrate(SimulatedLabeler person, Prompt prompt, Instant created) {
    RandomGenerator random = source("demonstration", person, prompt, "");
    AnswerQuality quality = SeededRandom.weighted(person.answerQuality(), random);
    String answer = context.tasks().answer(context.utility().task(prompt), quality, random);
    return new Demonstration(
        id("demonstration", person, prompt, ""),
        prompt.id(),
        answer,
        person.labeler().id(),
        created);
  }

  /// A labeler's ranking of 2 to 9 outputs; equal texts are always tied.
  public Ranking rank(
      SimulatedLabeler person,
      Prompt prompt,
      List<Output> outputs,
      LabelingInstructions instructions,
      Instant created) {
    double[] utilities = context.utility().of(person, prompt, outputs, instructions);
    return new Ranking(
        id("ranking " + instructions, person, prompt, described(outputs)),
        prompt.id(),
        outputs,
        RankingChoice.ranks(utilities, person.tie()),
        person.labeler().id(),
        created);
  }

  /// A labeler's rating of each output: overall quality and flags, consistent with their
  /// [ranking][#rank].
  public List<Rating> rate(
      SimulatedLabeler person,
      Prompt prompt,
      List<Output> outputs,
      LabelingInstructions instructions,
      Instant created) {
    double[] utilities = context.utility().of(person, prompt, outputs, instructions);
    return IntStream.range(0, outputs.size())
        .mapToObj(i ->
            new Rating(
                id("rating " + instructions, person, prompt, i + " " + described(outputs.get(i))),
                prompt.id(),
                outputs.get(i),
                RankingChoice.likert(utilities[i]),
                context.utility().flags(person, prompt, outputs.get(i)),
                person.labeler().id(),
                created))
        .toList();
  }

  /// The part of the outputs that ids depend on. Whether an output ended is left out, since
  /// labelers do not see it.
  private static String described(List<Output> outputs) {
    return outputs.stream().map(LabelerPool::described).toList().toString();
  }

  private static String described(Output output) {
    return "Output[text=" + output.text() + ", model=" + output.model() + "]";
  }

  private RandomGenerator source(String what, SimulatedLabeler person, Prompt prompt, String text) {
    return SeededRandom.of(context.seed(), what, person.labeler().id(), prompt.id(), text);
  }

  private String id(String what, SimulatedLabeler person, Prompt prompt, String text) {
    return Customers.id(
        context.seed(), what + "/" + person.labeler().id() + "/" + prompt.id(), text);
  }
}
