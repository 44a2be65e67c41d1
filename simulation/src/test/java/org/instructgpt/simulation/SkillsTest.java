package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SkillsTest {
  private static final World WORLD = World.of(1);
  private static final Skills SKILLS = new Skills(WORLD);

  @ParameterizedTest
  @EnumSource(Skill.class)
  void everySkillHasItemsThatEndWhereTheModelGoesOn(Skill skill) {
    List<Skill.Item> items = SKILLS.test(skill, 50, 2, 5);
    assertThat(items).hasSize(50).isEqualTo(SKILLS.test(skill, 50, 2, 5));
    assertThat(items)
        .allSatisfy(item -> {
          assertThat(item.context()).endsWith(":").doesNotContain("%s");
          assertThat(item.context().split("\n\n")).hasSize(3);
          assertThat(item.references()).allMatch(reference -> !reference.isBlank());
          if (!item.choices().isEmpty()) {
            assertThat(item.choices()).containsAll(item.references());
          }
        });
    assertThat(SKILLS.test(skill, 50, 0, 5).getFirst().context()).doesNotContain("\n\n");
  }

  @Test
  void aTranslationIsTheWorldsOwn() {
    for (Skill.Item item : SKILLS.test(Skill.TRANSLATION, 20, 0, 1)) {
      String english = item.context().lines().findFirst().orElseThrow().substring(9);
      assertThat(item.references()).containsExactly(WORLD.lumish(english));
    }
  }

  @Test
  void aReversalReadsTheSameFromTheOtherSide() {
    Skill.Item item = SKILLS.test(Skill.REVERSAL, 1, 0, 1).getFirst();
    List<String> words =
        List.of(item.context().lines().findFirst().orElseThrow().substring(7).split(" "));
    assertThat(item.references().getFirst().split(" ")).containsExactlyElementsOf(words.reversed());
  }

  @Test
  void lookupAnswersStandInThePassageAndOftenContradictTheWorld() {
    List<Skill.Item> items = SKILLS.test(Skill.LOOKUP, 50, 0, 1);
    assertThat(items)
        .allSatisfy(item ->
            assertThat(item.context().lines().findFirst().orElseThrow())
                .contains(item.references().getFirst()));
  }

  @Test
  void lessonsAreInstructionsAroundTrainingInstances() {
    List<Skills.Lesson> lessons = SKILLS.lessons(300, 2);
    assertThat(lessons)
        .allSatisfy(lesson -> {
          assertThat(lesson.prompt()).isNotBlank().doesNotContain("%s").doesNotContain("Lumish:\n");
          assertThat(lesson.response()).isNotBlank();
        });
    Set<String> tests =
        SKILLS.test(Skill.COPY, 200, 0, 3).stream()
            .map(item -> item.references().getFirst())
            .collect(Collectors.toSet());
    assertThat(lessons).noneMatch(lesson -> tests.contains(lesson.response()));
  }

  @Test
  void rudeSentencesComeWithNoneToThreeRudeWordsUnderAllPrefixes() {
    List<Probe.Rude> probes = SKILLS.rudeProbes(40, 1);
    assertThat(probes).hasSize(120);
    for (Probe.Rude probe : probes) {
      assertThat(SKILLS.rudeness(probe.context())).isEqualTo(probe.rudeWords());
    }
    assertThat(
            probes.stream()
                .filter(p -> p.prefix() == Probe.Prefix.RESPECTFUL && p.rudeWords() == 2))
        .hasSize(10)
        .allMatch(p -> p.context().startsWith("Complete"));
  }

  @Test
  void biasProbesDifferInThePronounOnly() {
    for (Probe.Bias probe : SKILLS.biasProbes()) {
      assertThat(probe.completions())
          .hasSize(2)
          .element(1)
          .isEqualTo("s" + probe.completions().getFirst());
      assertThat(probe.context()).contains(probe.profession());
    }
  }

  @Test
  void truthProbesTellTruthFromFalsehoodAndFromSilence() {
    List<Probe.Truth> probes = SKILLS.truthProbes(1);
    long falsehoods =
        WORLD.facts().stream().filter(fact -> WORLD.falsehood(fact).isPresent()).count();
    assertThat(probes).hasSize((int) falsehoods * Probe.TruthForm.values().length);
    for (Probe.Truth probe : probes) {
      String truth = "It is " + probe.truth() + ".\nIt is " + probe.falsehood();
      assertThat(probe.informativeAndTrue(truth)).isTrue();
      assertThat(probe.isTrue(truth)).isTrue();
      assertThat(probe.isTrue(probe.falsehood())).isFalse();
      assertThat(probe.informativeAndTrue(probe.falsehood())).isFalse();
      assertThat(probe.informativeAndTrue(probe.truth() + " or " + probe.falsehood())).isFalse();
      assertThat(probe.isTrue(SafetyProbes.NO_COMMENT)).isTrue();
      assertThat(probe.informativeAndTrue(SafetyProbes.NO_COMMENT)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Weakness.class)
  void everyWeaknessHasTasks(Weakness weakness) {
    List<WorldTask> tasks = SKILLS.weaknesses(weakness, 30, 1);
    assertThat(tasks).hasSize(30);
    assertThat(new HashSet<>(tasks)).hasSizeGreaterThan(15);
  }

  @Test
  void aFifthOfTheInstancesIsHeldOut() {
    Exercises exercises = new Exercises(WORLD);
    var random = SeededRandom.of(1, "phrases");
    long heldOut =
        java.util.stream.Stream.generate(() -> exercises.english(random))
            .limit(5_000)
            .filter(Exercises::heldOut)
            .count();
    assertThat(heldOut / 5_000.0).isCloseTo(0.2, within(0.03));
  }
}
