package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.DoubleStream;
import org.instructgpt.label.ScreeningQuestion.Answer;
import org.instructgpt.label.ScreeningQuestion.Topic;
import org.instructgpt.label.ScreeningResult.Suggestion;
import org.instructgpt.label.ScreeningResult.Verdict;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Output;
import org.instructgpt.records.Rating.Flag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScreeningTest {
  @TempDir Path folder;

  /// The fate of a candidate in one criterion.
  ///
  /// @param passes the probability of passing
  /// @param answers the mean number of answers
  private record Outcome(double passes, double answers) {}

  /// The exact outcome, from the distribution of right answers among those still undecided.
  private static Outcome outcome(double accuracy) {
    double[] going = {1};
    double passes = 0;
    double answers = 0;
    for (int asked = 1; asked <= SequentialTest.LONGEST; asked++) {
      var next = new double[asked + 1];
      for (int right = 0; right < asked; right++) {
        next[right] += going[right] * (1 - accuracy);
        next[right + 1] += going[right] * accuracy;
      }
      for (int right = 0; right <= asked; right++) {
        var says = SequentialTest.of(right, asked);
        answers += says == Suggestion.UNDECIDED ? 0 : asked * next[right];
        passes += says == Suggestion.PASS ? next[right] : 0;
        next[right] = says == Suggestion.UNDECIDED ? next[right] : 0;
      }
      going = next;
    }
    assertThat(DoubleStream.of(going).sum()).as("the test always ends").isZero();
    return new Outcome(passes, answers);
  }

  @Test
  void aCandidateRightFourTimesOfFivePassesBothCriteria() {
    assertThat(Math.pow(outcome(0.80).passes(), 2)).isBetween(0.957, 0.958);
    assertThat(Math.pow(outcome(0.85).passes(), 2)).isGreaterThan(0.998);
  }

  @Test
  void candidatesWithSixtyFivePercentRightFail() {
    assertThat(outcome(0.65).passes()).isBetween(0.046, 0.048);
    assertThat(outcome(0.60).passes()).isLessThan(0.01);
  }

  @Test
  void theScreeningLengthMatchesItsPage() {
    assertThat(outcome(0.80).answers()).isCloseTo(54, within(0.5));
    assertThat(outcome(0.65).answers()).isCloseTo(58, within(0.5));
    assertThat(outcome(0.95).answers()).isCloseTo(18, within(0.5));
    assertThat(outcome(0.50).answers()).isCloseTo(22, within(0.5));
    assertThat(SequentialTest.of(14, 14)).isEqualTo(Suggestion.UNDECIDED);
    assertThat(SequentialTest.of(15, 15)).isEqualTo(Suggestion.PASS);
    assertThat(SequentialTest.of(0, 7)).isEqualTo(Suggestion.FAIL);
  }

  /// The same by simulation, with the whole screening of a thousand candidates.
  @Test
  void simulatedCandidatesAreToldApart() {
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(11);
    int good = 0;
    int bad = 0;
    for (int i = 0; i < 1000; i++) {
      good += passes(0.80, random) && passes(0.80, random) ? 1 : 0;
      bad += passes(0.65, random) && passes(0.65, random) ? 1 : 0;
    }
    assertThat(good).isGreaterThanOrEqualTo(950);
    assertThat(bad).isLessThanOrEqualTo(50);
  }

  private static boolean passes(double accuracy, RandomGenerator random) {
    int right = 0;
    int asked = 0;
    while (SequentialTest.of(right, asked) == Suggestion.UNDECIDED) {
      right += random.nextDouble() < accuracy ? 1 : 0;
      asked++;
    }
    return SequentialTest.of(right, asked) == Suggestion.PASS;
  }

  /// A store with gold: of each task's four outputs the first is best and the last one is
  /// sensitive.
  private LabelingFixture withGold(int items) throws Exception {
    var fixture =
        LabelingFixture.in(folder).people(Pool.TRAINING, "ann").people(Pool.RESEARCHER, "rio");
    var batch =
        new TaskBatch(
            "gold", Kind.COMPARE, Mode.TRAINING, 1, Optional.of(Pool.RESEARCHER), 0, "t-1");
    var list = new ArrayList<Item>();
    for (int i = 0; i < items; i++) {
      var outputs = new ArrayList<Output>();
      for (int o = 0; o < 4; o++) {
        outputs.add(new Output("answer " + o, "model-" + o));
      }
      String prompt = fixture.prompt("p" + i, "Question " + i, Optional.empty());
      list.add(new Item(Optional.of(prompt), outputs, ""));
    }
    String id = fixture.queue.open(batch, list, "rio");
    for (int i = 0; i < items; i++) {
      var lease = fixture.next("rio");
      var compared = LabelingFixture.ranked(lease);
      var rated = new ArrayList<LabelerWork.Rated>();
      for (int o = 0; o < 4; o++) {
        boolean hurts = !lease.outputs().get(o).equals("answer 0") && o % 2 == 0;
        rated.add(
            new LabelerWork.Rated(
                3, hurts ? Set.of(Flag.HARMFUL_ADVICE) : Set.of(Flag.EXPRESSES_OPINION), ""));
      }
      fixture.queue.submit(
          "rio",
          LabelingFixture.submission(
              UUID.randomUUID().toString(),
              lease,
              new LabelerWork.Compared(rated, compared.ranks())));
    }
    fixture.queue.makeGold(id, "rio");
    return fixture;
  }

  private static Answer good(LabelingFixture fixture, ScreeningQuestion question) {
    return switch (question) {
      case ScreeningQuestion.Flag flag -> new Answer.Flagged(flag.id(), hurts(fixture, flag));
      case ScreeningQuestion.Choice choice ->
          new Answer.Chosen(choice.id(), choice.first().compareTo(choice.second()) < 0);
      case ScreeningQuestion.Demonstration demonstration ->
          new Answer.Demonstrated(demonstration.id(), "Please ask somebody who can help. 求助 🙏");
      case ScreeningQuestion.Topics topics ->
          new Answer.Knows(topics.id(), Set.of(Topic.HEALTH, Topic.AGE));
    };
  }

  private static boolean hurts(LabelingFixture fixture, ScreeningQuestion.Flag flag) {
    return fixture.store.read(handle ->
        new ScreeningQuiz(handle, "ann")
            .flags().stream()
                .filter(asked -> asked.question().id().equals(flag.id()))
                .findFirst()
                .orElseThrow()
                .right());
  }

  @Test
  void aGoodCandidateNeedsFewQuestionsAndPasses() throws Exception {
    try (var fixture = withGold(12)) {
      fixture.prompt("s1", "A sensitive prompt", Optional.empty());
      fixture.screening.demonstrateOn(List.of("s1"), "rio");
      Set<String> asked = new HashSet<>();
      for (var next = fixture.screening.next("ann");
          next.isPresent();
          next = fixture.screening.next("ann")) {
        assertThat(asked.add(next.get().id())).isTrue();
        fixture.screening.answer("ann", good(fixture, next.get()));
        fixture.screening.answer("ann", good(fixture, next.get()));
      }
      assertThat(asked).hasSize(1 + 15 + 15 + 1);
      var result = fixture.screening.result("ann");
      assertThat(result.flags().suggestion()).isEqualTo(Suggestion.PASS);
      assertThat(result.comparisons().answers()).isEqualTo(15);
      assertThat(result.topics()).containsExactlyInAnyOrder(Topic.HEALTH, Topic.AGE);
      assertThat(result.finished()).isTrue();
      assertThat(result.suggestion()).as("nobody graded yet").isEqualTo(Suggestion.UNDECIDED);
      var ungraded = fixture.screening.ungraded();
      assertThat(ungraded).hasSize(1);
      fixture.screening.grade(ungraded.getFirst().id(), 6, "rio");
      assertThat(fixture.screening.result("ann").suggestion()).isEqualTo(Suggestion.PASS);
      assertThat(fixture.screening.ungraded()).isEmpty();
      assertThat(fixture.screening.results())
          .extracting(ScreeningResult::labeler)
          .containsExactly("ann");
    }
  }

  @Test
  void constantAnswersDoNotPass() throws Exception {
    try (var fixture = withGold(30)) {
      for (var next = fixture.screening.next("ann");
          next.isPresent();
          next = fixture.screening.next("ann")) {
        var answer =
            next.get() instanceof ScreeningQuestion.Flag flag
                ? new Answer.Flagged(flag.id(), false)
                : next.get() instanceof ScreeningQuestion.Choice choice
                    ? new Answer.Chosen(choice.id(), true)
                    : good(fixture, next.get());
        fixture.screening.answer("ann", answer);
      }
      var result = fixture.screening.result("ann");
      assertThat(result.flags().suggestion()).isEqualTo(Suggestion.FAIL);
      assertThat(result.comparisons().suggestion()).isEqualTo(Suggestion.FAIL);
      assertThat(result.suggestion()).isEqualTo(Suggestion.FAIL);
    }
  }

  @Test
  void onlyTheCurrentQuestionCanBeAnswered() throws Exception {
    try (var fixture = withGold(3)) {
      assertThatThrownBy(
              () -> fixture.screening.answer("ann", new Answer.Flagged("flag:x:0", true)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> fixture.screening.answer("ann", new Answer.Chosen("topics", true)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> fixture.screening.grade("none", 4, "rio"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> fixture.screening.grade("none", 8, "rio"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void theNewestDecisionAppliesAndNeedsAReason() throws Exception {
    try (var fixture = withGold(1)) {
      assertThatThrownBy(() -> fixture.screening.decide("ann", Verdict.ADMITTED, " ", "rio"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> fixture.screening.decide("nobody", Verdict.ADMITTED, "good", "rio"))
          .isInstanceOf(IllegalArgumentException.class);
      fixture.screening.decide("ann", Verdict.ADMITTED, "good", "rio");
      fixture.screening.decide("ann", Verdict.PAUSED, "drifts", "rio");
      assertThat(fixture.screening.result("ann").decisions())
          .extracting(ScreeningResult.Decision::verdict)
          .containsExactly(Verdict.PAUSED, Verdict.ADMITTED);
      assertThat(fixture.queue.next("ann")).isEmpty();
    }
  }
}
