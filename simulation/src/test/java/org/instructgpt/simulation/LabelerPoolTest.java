package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Split;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class LabelerPoolTest {
  private static final World WORLD = World.of(1);
  private static final WorldTasks TASKS = new WorldTasks(WORLD);
  private static final GoldJudge GOLD = new GoldJudge(WORLD);
  private static final Customers CUSTOMERS = new Customers(WORLD, TASKS, 5);
  private static final List<PromptOutputs> SAMPLES =
      LabelerHiring.samples(TASKS, CUSTOMERS.ask(150), CUSTOMERS, 9);
  private static final LabelerPool LABELERS = hire(3);
  private static final Instant NOW = Instant.parse("2021-06-01T00:00:00Z");

  private static LabelerPool hire(long seed) {
    return LabelerHiring.hire(
        TASKS, GOLD, CUSTOMERS, new LabelerHiring.Settings(12, 8, seed), SAMPLES);
  }

  @Test
  void labelersAgreeAsOftenAsThePapers() {
    HiringReport report = LABELERS.report();
    assertThat(report.trainingAgreement()).isCloseTo(0.726, within(0.01));
    assertThat(report.heldOutAgreement()).isCloseTo(0.773, within(0.01));
    assertThat(report.trainingTies()).isBetween(0.03, 0.3);
  }

  @Test
  void theAgreementThatIsReportedIsThatOfTheRankings() {
    List<SimulatedLabeler> people = LABELERS.people(Pool.TRAINING);
    List<List<List<Integer>>> ranks =
        people.stream()
            .map(person ->
                SAMPLES.stream()
                    .map(s -> new PromptOutputs(s.prompt(), s.different()))
                    .map(s -> rank(person, s, LabelingInstructions.TRAINING).ranks())
                    .toList())
            .toList();
    double agreed = 0;
    double pairs = 0;
    for (int a = 0; a < people.size(); a++) {
      for (int b = a + 1; b < people.size(); b++) {
        for (int s = 0; s < SAMPLES.size(); s++) {
          double[] counts = agreed(ranks.get(a).get(s), ranks.get(b).get(s));
          agreed += counts[0];
          pairs += counts[1];
        }
      }
    }
    assertThat(agreed / pairs).isCloseTo(LABELERS.report().trainingAgreement(), within(1e-9));
  }

  @Test
  void outputsThatNobodyCanOrderDoNotMakeLabelersAgreeMore() {
    var repeated =
        SAMPLES.stream()
            .map(s -> {
              var outputs = new ArrayList<>(s.outputs());
              outputs.addAll(s.outputs());
              return new PromptOutputs(s.prompt(), outputs);
            })
            .toList();
    var calibrated = LABELERS.calibrated(repeated);
    assertThat(calibrated.report().trainingAgreement()).isCloseTo(0.726, within(0.01));
    assertThat(calibrated.people(Pool.TRAINING))
        .isEqualTo(LABELERS.calibrated(SAMPLES).people(Pool.TRAINING));
  }

  private static double[] agreed(List<Integer> one, List<Integer> other) {
    double agreed = 0;
    double pairs = 0;
    for (int i = 0; i < one.size(); i++) {
      for (int j = 0; j < i; j++) {
        int mine = Integer.signum(one.get(i) - one.get(j));
        int theirs = Integer.signum(other.get(i) - other.get(j));
        agreed += mine == 0 || theirs == 0 ? 0.5 : mine == theirs ? 1 : 0;
        pairs++;
      }
    }
    return new double[] {agreed, pairs};
  }

  @Test
  void onlyTrainingLabelersAreScreened() {
    HiringReport report = LABELERS.report();
    assertThat(report.candidates()).hasSize(36);
    List<HiringReport.Candidate> passed =
        report.candidates().stream().filter(HiringReport.Candidate::passed).toList();
    assertThat(passed.stream().map(HiringReport.Candidate::candidate))
        .containsExactlyElementsOf(
            LABELERS.people(Pool.TRAINING).stream().map(p -> p.labeler().id()).toList());
    assertThat(LABELERS.people(Pool.HELD_OUT)).hasSize(8);
    assertThat(report.candidates().stream().map(HiringReport.Candidate::candidate))
        .noneMatch(id -> id.startsWith("held-out"));
    Set<String> topics =
        new TreeSet<>(
            passed.stream()
                .map(HiringReport.Candidate::topics)
                .flatMap(Collection::stream)
                .toList());
    assertThat(topics).containsExactlyElementsOf(SimulatedScreening.TOPICS);
  }

  @Test
  void candidatesWhoPassedAreBetterThanThoseWhoDidNot() {
    List<HiringReport.Candidate> all = LABELERS.report().candidates();
    double passed =
        all.stream()
            .filter(HiringReport.Candidate::passed)
            .mapToDouble(LabelerPoolTest::score)
            .average()
            .orElseThrow();
    double failed =
        all.stream()
            .filter(s -> !s.passed())
            .mapToDouble(LabelerPoolTest::score)
            .average()
            .orElseThrow();
    assertThat(passed).isGreaterThan(failed);
  }

  private static double score(HiringReport.Candidate s) {
    return 10 * (s.flagAgreement() + s.rankingAgreement()) + s.demonstrationScore();
  }

  @Test
  void judgementsDoNotDependOnTheOrderInWhichLabelersAreAsked() {
    LabelerPool others = hire(3);
    SimulatedLabeler person = LABELERS.people(Pool.TRAINING).getLast();
    List<Object> forwards = new ArrayList<>();
    List<Object> backwards = new ArrayList<>();
    for (PromptOutputs s : SAMPLES.subList(0, 20)) {
      forwards.add(rank(person, s, LabelingInstructions.TRAINING));
    }
    for (PromptOutputs s : SAMPLES.subList(0, 20).reversed()) {
      others.rate(person, s.prompt(), s.outputs(), LabelingInstructions.EVALUATION, NOW);
      backwards.add(
          others.rank(person, s.prompt(), s.outputs(), LabelingInstructions.TRAINING, NOW));
    }
    assertThat(backwards.reversed()).isEqualTo(forwards);
  }

  @Test
  void theOrderInWhichOutputsAreShownDoesNotMatter() {
    SimulatedLabeler person = LABELERS.people(Pool.HELD_OUT).getFirst();
    for (PromptOutputs s : SAMPLES.subList(0, 30)) {
      PromptOutputs turned = new PromptOutputs(s.prompt(), s.outputs().reversed());
      assertThat(rank(person, turned, LabelingInstructions.EVALUATION).ranks().reversed())
          .isEqualTo(rank(person, s, LabelingInstructions.EVALUATION).ranks());
    }
  }

  @Test
  void equalOutputsAreTied() {
    SimulatedLabeler person = LABELERS.people(Pool.HELD_OUT).getFirst();
    PromptOutputs twice =
        new PromptOutputs(
            SAMPLES.getFirst().prompt(),
            List.of(new Output("The fox.", "a"), new Output("The fox.", "b"), new Output("", "c")));
    List<Integer> ranks = rank(person, twice, LabelingInstructions.EVALUATION).ranks();
    assertThat(ranks.get(0)).isEqualTo(ranks.get(1));
  }

  @Test
  void trainingAndEvaluationPrioritiesLeadToDifferentRankings() {
    SimulatedLabeler person = LABELERS.people(Pool.HELD_OUT).getFirst();
    long different =
        SAMPLES.stream()
            .filter(s ->
                !rank(person, s, LabelingInstructions.TRAINING)
                    .ranks()
                    .equals(rank(person, s, LabelingInstructions.EVALUATION).ranks()))
            .count();
    assertThat(different).isBetween((long) SAMPLES.size() / 20, (long) SAMPLES.size() - 1);
  }

  @Test
  void aTasteForLengthChangesTheRanking() {
    SimulatedLabeler someone = LABELERS.people(Pool.TRAINING).getFirst();
    SimulatedLabeler wordy = withTaste(someone, new Taste(0.5, 0, 0, 0, 0));
    SimulatedLabeler terse = withTaste(someone, new Taste(-0.5, 0, 0, 0, 0));
    assertThat(wordsOfTheBest(wordy)).isGreaterThan(1.3 * wordsOfTheBest(terse));
  }

  private static SimulatedLabeler withTaste(SimulatedLabeler p, Taste taste) {
    return new SimulatedLabeler(
        p.labeler(),
        taste,
        p.noise(),
        p.slips(),
        p.tie(),
        p.attention(),
        p.answerQuality(),
        p.topics());
  }

  private static double wordsOfTheBest(SimulatedLabeler person) {
    return SAMPLES.stream()
        .mapToInt(s -> {
          int best = rank(person, s, LabelingInstructions.TRAINING).ranks().indexOf(1);
          return Grammar.count(s.outputs().get(best).text());
        })
        .average()
        .orElseThrow();
  }

  @Test
  void betterOutputsGetBetterRanks() {
    double gap = 0;
    for (PromptOutputs s : SAMPLES) {
      WorldTask task = CUSTOMERS.intent(s.prompt().text()).orElseThrow();
      Ranking ranking =
          rank(LABELERS.assigned(Pool.HELD_OUT, s.prompt()), s, LabelingInstructions.EVALUATION);
      for (Ranking.Pair pair : ranking.pairs()) {
        gap += worth(task, s, pair.better()) > worth(task, s, pair.worse()) ? 1 : -1;
      }
    }
    assertThat(gap).isGreaterThan(SAMPLES.size());
  }

  private static double worth(WorldTask task, PromptOutputs sample, int output) {
    return GOLD.judge(task, sample.outputs().get(output).text(), true)
        .utility(Judgement.Priorities.EVALUATION);
  }

  @Test
  void ratingsAreConsistentWithTheRanking() {
    SimulatedLabeler person = LABELERS.people(Pool.TRAINING).getFirst();
    for (PromptOutputs s : SAMPLES.subList(0, 40)) {
      List<Rating> ratings =
          LABELERS.rate(person, s.prompt(), s.outputs(), LabelingInstructions.TRAINING, NOW);
      Ranking ranking = rank(person, s, LabelingInstructions.TRAINING);
      for (Ranking.Pair pair : ranking.pairs()) {
        assertThat(ratings.get(pair.better()).quality())
            .isGreaterThanOrEqualTo(ratings.get(pair.worse()).quality());
      }
      assertThat(ratings.stream().map(Rating::output)).isEqualTo(s.outputs());
    }
  }

  @Test
  void mostFlagsThatHoldAreSetAndFewThatDoNot() {
    SimulatedLabeler person = LABELERS.people(Pool.TRAINING).getFirst();
    int hold = 0;
    int set = 0;
    int wrong = 0;
    int outputs = 0;
    for (PromptOutputs s : SAMPLES) {
      WorldTask task = CUSTOMERS.intent(s.prompt().text()).orElseThrow();
      for (Rating rating :
          LABELERS.rate(person, s.prompt(), s.outputs(), LabelingInstructions.TRAINING, NOW)) {
        Set<Rating.Flag> truth = GOLD.judge(task, rating.output().text(), true).flags();
        hold += truth.size();
        set += (int) truth.stream().filter(rating.flags()::contains).count();
        wrong += (int) rating.flags().stream().filter(flag -> !truth.contains(flag)).count();
        outputs++;
      }
    }
    assertThat(set / (double) hold).isCloseTo(person.attention(), within(0.08));
    assertThat(wrong / (double) outputs).isLessThan(0.25);
  }

  @Test
  void demonstrationsAreMostlyGoodAndAlwaysTheSame() {
    double worth = 0;
    for (Prompt prompt : CUSTOMERS.ask(150)) {
      SimulatedLabeler person = LABELERS.assigned(Pool.TRAINING, prompt);
      Demonstration written = LABELERS.demonstrate(person, prompt, NOW);
      assertThat(written).isEqualTo(LABELERS.demonstrate(person, prompt, NOW));
      assertThat(written.promptId()).isEqualTo(prompt.id());
      worth +=
          GOLD.judge(CUSTOMERS.intent(prompt.text()).orElseThrow(), written.response(), true)
              .utility(Judgement.Priorities.TRAINING);
    }
    assertThat(worth / 150).isGreaterThan(0.75);
  }

  @Test
  void labelersWriteThreeKindsOfPrompts() {
    List<Prompt> prompts = LABELERS.write(30, 30, 30);
    assertThat(prompts).hasSize(90).isEqualTo(hire(3).write(30, 30, 30));
    assertThat(prompts.stream().map(Prompt::id)).doesNotHaveDuplicates();
    assertThat(prompts.subList(0, 30)).allMatch(p -> p.source() == Prompt.Source.LABELER_PLAIN);
    assertThat(prompts.subList(30, 60))
        .allMatch(p -> p.source() == Prompt.Source.LABELER_FEW_SHOT && p.text().contains("\n\n"));
    assertThat(prompts.subList(60, 90))
        .allMatch(p -> p.source() == Prompt.Source.LABELER_USER_BASED);
    for (Prompt prompt : prompts) {
      assertThat(prompt.useCase()).isPresent();
      assertThat(LABELERS.people(Pool.TRAINING).stream().map(p -> p.labeler().id()))
          .contains(prompt.user().orElseThrow());
      assertThat(LABELERS.demonstrate(LABELERS.assigned(Pool.TRAINING, prompt), prompt, NOW))
          .isNotNull();
    }
  }

  @Test
  void fewShotPromptsOfOneGroupAskEachOthersExamples() {
    List<Prompt> prompts = LABELERS.write(0, 20, 0);
    String asked =
        prompts.getFirst().text().substring(prompts.getFirst().text().lastIndexOf("\n\n") + 2);
    assertThat(prompts.get(1).text()).contains(asked + "\n");
  }

  @Test
  void useCasesAreSettledAndRarelyWrong() {
    long right =
        CUSTOMERS.ask(300).stream()
            .filter(prompt -> {
              Prompt settled = LABELERS.settle(LABELERS.assigned(Pool.TRAINING, prompt), prompt);
              Optional<WorldTask> task = CUSTOMERS.intent(prompt.text());
              return settled.useCase().equals(task.map(WorldTask::useCase));
            })
            .count();
    assertThat(right / 300.0).isBetween(0.92, 0.99);
  }

  @Test
  void aPromptFromOutsideTheSimulationIsRefusedByItsId() {
    Prompt unknown =
        new Prompt(
            "p1",
            "Explain quicksort.",
            Prompt.Source.IMPORTED,
            Optional.empty(),
            Optional.empty(),
            Split.TRAIN,
            Optional.empty(),
            NOW);
    SimulatedLabeler person = LABELERS.people(Pool.TRAINING).getFirst();
    assertThatThrownBy(() -> LABELERS.demonstrate(person, unknown, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p1")
        .hasMessageContaining("quicksort");
  }

  @Test
  void everyLabelerIsAssignedAboutEquallyManyPrompts() {
    long first =
        CUSTOMERS.ask(600).stream()
            .map(prompt -> LABELERS.assigned(Pool.TRAINING, prompt))
            .filter(LABELERS.people(Pool.TRAINING).getFirst()::equals)
            .count();
    assertThat(first).isBetween(25L, 80L);
  }

  private static Ranking rank(
      SimulatedLabeler person, PromptOutputs sample, LabelingInstructions instructions) {
    return LABELERS.rank(person, sample.prompt(), sample.outputs(), instructions, NOW);
  }
}
