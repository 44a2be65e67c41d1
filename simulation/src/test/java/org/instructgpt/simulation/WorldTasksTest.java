package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.simulation.WorldTask.Trait;
import org.junit.jupiter.api.Test;

class WorldTasksTest {
  private static final int MANY = 4_000;

  private final World world = World.of(3);
  private final WorldTasks tasks = new WorldTasks(world);

  private List<WorldTask> draw(int count, long seed) {
    RandomGenerator random = SeededRandom.of(seed, "tasks");
    return IntStream.range(0, count).mapToObj(i -> tasks.drawAny(random)).toList();
  }

  @Test
  void tasksAndAnswersAreAFunctionOfTheSeed() {
    assertThat(draw(200, 5)).isEqualTo(draw(200, 5)).isNotEqualTo(draw(200, 6));
    WorldTask task = draw(1, 5).getFirst();
    for (AnswerQuality quality : AnswerQuality.values()) {
      assertThat(tasks.answer(task, quality, SeededRandom.of(1, "a")))
          .isEqualTo(tasks.answer(task, quality, SeededRandom.of(1, "a")));
    }
  }

  @Test
  void useCasesOccurInTheSharesOfTable1() {
    Map<UseCase, Integer> counts = new EnumMap<>(UseCase.class);
    draw(MANY, 1).forEach(task -> counts.merge(task.useCase(), 1, Integer::sum));
    assertThat(counts.getOrDefault(UseCase.GENERATION, 0) / (double) MANY)
        .isCloseTo(0.456, within(0.03));
    assertThat(counts.getOrDefault(UseCase.OPEN_QA, 0) / (double) MANY)
        .isCloseTo(0.124, within(0.02));
    assertThat(counts.getOrDefault(UseCase.EXTRACT, 0) / (double) MANY)
        .isCloseTo(0.019, within(0.01));
    assertThat(counts).hasSize(10);
  }

  @Test
  void annotationsOccurInAboutTheSharesOfTable7() {
    List<WorldTask> drawn = draw(MANY, 2);
    assertThat(share(drawn, Trait.CLOSED_DOMAIN)).isBetween(0.12, 0.20);
    assertThat(share(drawn, Trait.SENSITIVE)).isBetween(0.05, 0.09);
    assertThat(share(drawn, Trait.CONTINUATION_STYLE)).isBetween(0.11, 0.18);
    assertThat(share(drawn, Trait.OPINION)).isBetween(0.04, 0.09);
    double constrained =
        drawn.stream().filter(t -> !t.constraints().isEmpty()).count() / (double) MANY;
    assertThat(constrained).isBetween(0.18, 0.30);
    assertThat(drawn).anyMatch(task -> task.constraints().size() == 2);
  }

  private static double share(List<WorldTask> drawn, Trait trait) {
    return drawn.stream().filter(t -> t.traits().contains(trait)).count() / (double) drawn.size();
  }

  @Test
  void promptsAndGoodAnswersAreShortAndInKnownWords() {
    RandomGenerator random = SeededRandom.of(4, "answers");
    Set<String> strange = new HashSet<>();
    for (WorldTask task : draw(MANY, 3)) {
      String answer = tasks.answer(task, AnswerQuality.GOOD, random);
      assertThat(Grammar.count(task.prompt())).as(task.prompt()).isBetween(2, 45);
      assertThat(Grammar.count(answer)).as(answer).isBetween(1, 40);
      assertThat(answer).doesNotContain("{", "}", "  ", "..", " .", "?.");
      assertThat(task.prompt()).doesNotContain("{", "}", "  ", "..", " .", "?.");
      strange.addAll(Grammar.of(task.prompt() + " " + answer));
    }
    strange.removeIf(world::known);
    assertThat(strange).isEmpty();
  }

  @Test
  void goodAnswersSatisfyTheConstraints() {
    RandomGenerator random = SeededRandom.of(5, "answers");
    for (WorldTask task : draw(MANY, 4)) {
      String answer = tasks.answer(task, AnswerQuality.GOOD, random);
      assertThat(FormatConstraints.violated(task.constraints(), answer)).as(answer).isEmpty();
      task.constraints().forEach(c -> assertThat(task.prompt()).contains(c.text()));
    }
  }

  @Test
  void everyGoalHasThreeWordingsOrMore() {
    Map<String, Set<String>> wordings = new java.util.TreeMap<>();
    Fact fact = world.facts().getFirst();
    for (int i = 0; i < 100; i++) {
      WorldTask task = tasks.question(fact, SeededRandom.of(i, "question"));
      wordings.computeIfAbsent("question", k -> new HashSet<>()).add(task.prompt());
      wordings
          .computeIfAbsent("answer", k -> new HashSet<>())
          .add(tasks.answer(task, AnswerQuality.GOOD, SeededRandom.of(i, "answer")));
    }
    assertThat(wordings.values()).allSatisfy(set -> assertThat(set).hasSizeGreaterThan(2));
    assertThat(wordings.get("question")).contains(fact.question());
  }

  @Test
  void offTaskAnswersAreMostlyMoreQuestions() {
    RandomGenerator random = SeededRandom.of(6, "answers");
    List<Double> asking = new ArrayList<>();
    for (WorldTask task : draw(500, 7)) {
      asking.add(ReadText.of(tasks.answer(task, AnswerQuality.OFF_TASK, random)).asking());
    }
    assertThat(asking.stream().filter(share -> share > 0.5).count()).isGreaterThan(200);
  }
}
