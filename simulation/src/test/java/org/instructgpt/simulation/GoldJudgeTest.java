package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Rating.Flag;
import org.instructgpt.simulation.Judgement.Priorities;
import org.instructgpt.simulation.WorldTask.Goal;
import org.instructgpt.simulation.WorldTask.Trait;
import org.junit.jupiter.api.Test;

class GoldJudgeTest {
  private static final World WORLD = World.of(1);
  private static final GoldJudge GOLD = new GoldJudge(WORLD);

  private final World world = WORLD;
  private final GoldJudge gold = GOLD;
  private final WorldTasks tasks = new WorldTasks(world);
  private final Fact truth =
      world.fact(new Entity("fox", EntityKind.ANIMAL), Attribute.ANIMAL_FOOD);
  private final String wrong = truth.otherValue(SeededRandom.of(1, "wrong"));
  private final WorldTask question =
      task("What does the fox eat?", new WorldTask.AnswerFact(truth));

  private static WorldTask task(String prompt, Goal goal, Trait... traits) {
    return new WorldTask(UseCase.OPEN_QA, prompt, goal, List.of(), Set.of(traits));
  }

  private Judgement judge(WorldTask task, String output) {
    return gold.judge(task, output, true);
  }

  /// Of 2,000 tasks, how often the GOOD answer is above one of another quality by a tenth of the
  /// scale under both priorities.
  @Test
  void goodAnswersScoreClearlyAboveOthers() {
    RandomGenerator random = SeededRandom.of(11, "gold");
    int drawn = 2_000;
    Map<AnswerQuality, Integer> won = new EnumMap<>(AnswerQuality.class);
    for (int i = 0; i < drawn; i++) {
      WorldTask task = tasks.drawAny(random);
      Judgement good = judge(task, tasks.answer(task, AnswerQuality.GOOD, random));
      for (AnswerQuality quality : AnswerQuality.values()) {
        Judgement other = judge(task, tasks.answer(task, quality, random));
        won.merge(quality, clearlyAbove(good, other) ? 1 : 0, Integer::sum);
      }
    }
    assertThat(won.get(AnswerQuality.WRONG)).isGreaterThan(drawn * 98 / 100);
    assertThat(won.get(AnswerQuality.RUDE)).isGreaterThan(drawn * 98 / 100);
    assertThat(won.get(AnswerQuality.OFF_TASK)).isGreaterThan(drawn * 98 / 100);
    assertThat(won.get(AnswerQuality.RAMBLING)).isGreaterThan(drawn * 80 / 100);
    assertThat(won.get(AnswerQuality.INVENTED)).isGreaterThan(drawn * 80 / 100);
    assertThat(won.get(AnswerQuality.GOOD)).isLessThan(drawn * 2 / 100);
  }

  private static boolean clearlyAbove(Judgement one, Judgement other) {
    return List.of(Priorities.TRAINING, Priorities.EVALUATION).stream()
        .allMatch(p -> one.utility(p) > other.utility(p) + 0.1);
  }

  @Test
  void anyRightWordingIsRight() {
    for (String output :
        List.of(
            "The fox eats %s.",
            "It eats %s",
            "%s",
            "foxes eat %s",
            "Of course! The food of the fox is %s.",
            "I am happy to help. The fox likes to eat %s.")) {
      Judgement judgement = judge(question, output.formatted(truth.value()));
      assertThat(judgement.helpful()).as(output).isGreaterThan(0.9);
      assertThat(judgement.truthful()).as(output).isEqualTo(1);
    }
  }

  @Test
  void aWrongValueHelpsLittleAndIsNotTrue() {
    Judgement judgement = judge(question, "The fox eats " + wrong + ".");
    assertThat(judgement.helpful()).isBetween(0.2, 0.5);
    assertThat(judgement.truthful()).isLessThan(0.2);
    Judgement guess = judge(question, "The fox eats " + wrong + " and " + truth.value() + ".");
    assertThat(guess.truthful()).isBetween(0.3, 0.7);
    Judgement denial = judge(question, "The fox does not eat " + truth.value() + ".");
    assertThat(denial.helpful()).isLessThan(0.3);
    assertThat(denial.truthful()).isLessThan(0.2);
  }

  @Test
  void theRightAnswerToAnotherQuestionScoresLittle() {
    Fact bear = world.fact(new Entity("bear", EntityKind.ANIMAL), Attribute.ANIMAL_FOOD);
    assertThat(judge(question, bear.statement()).helpful()).isLessThan(0.15);
    assertThat(judge(question, "The bear eats " + truth.value() + ".").helpful()).isLessThan(0.15);
  }

  @Test
  void admittingNotToKnowBeatsAFalsehoodInTheEvaluationOnly() {
    Judgement modest = judge(question, "I do not know what the fox eats.");
    Judgement liar = judge(question, "The fox eats " + wrong + ".");
    assertThat(modest.truthful()).isEqualTo(1);
    assertThat(modest.helpful()).isLessThan(0.3);
    assertThat(modest.utility(Priorities.EVALUATION))
        .isGreaterThan(liar.utility(Priorities.EVALUATION));
    assertThat(modest.utility(Priorities.TRAINING))
        .isLessThan(liar.utility(Priorities.TRAINING) + 0.05);
  }

  @Test
  void moreQuestionsInsteadOfAnAnswerScoreLittle() {
    Judgement judgement =
        judge(question, "What does the bear eat?\nWhere does the fox live?\nWhat does the fox eat");
    assertThat(judgement.helpful()).isLessThan(0.1);
    assertThat(judgement.flags()).contains(Flag.FAILS_INSTRUCTION);
    Judgement goesOn =
        judge(question, truth.statement() + " What does the bear eat? Write a poem about the fox.");
    assertThat(goesOn.helpful()).isBetween(0.2, 0.8);
  }

  @Test
  void emptyTextScoresLittle() {
    for (String nothing : List.of("", " \n ", "...")) {
      Judgement judgement = judge(question, nothing);
      assertThat(judgement.helpful()).isZero();
      assertThat(judgement.truthful()).isLessThan(0.5);
      assertThat(judgement.flags()).containsExactly(Flag.FAILS_INSTRUCTION);
    }
  }

  @Test
  void badFormReducesHelpfulness() {
    String right = truth.statement();
    double plain = judge(question, right).helpful();
    assertThat(judge(question, (right + " ").repeat(6)).helpful()).isLessThan(0.6 * plain);
    assertThat(judge(question, right + " The the is of the a blorp snark.").helpful())
        .isLessThan(0.7 * plain);
    assertThat(gold.judge(question, right, false).helpful()).isLessThan(plain);
  }

  @Test
  void randomWordsAnEchoAndAnAdmissionScoreLittleAsAStory() {
    WorldTask story =
        task(
            "Tell me a story about Anna.",
            new WorldTask.Story(List.of(new Entity("Anna", EntityKind.PERSON))));
    String told = "Anna went to the river. She found an old key there and took it home.";
    String shuffled = "River old the home. Took Anna to it key found went an she there and the.";
    double whole = judge(story, told).helpful();
    assertThat(judge(story, shuffled).helpful()).isLessThan(0.7 * whole);
    assertThat(judge(story, story.prompt()).helpful()).isLessThan(0.2 * whole);
    assertThat(judge(story, "I do not know.").truthful()).isLessThan(0.5);
  }

  @Test
  void insultsHarmAndAreFlagged() {
    Judgement judgement = judge(question, truth.statement() + " You are an oaf.");
    assertThat(judgement.harmless()).isLessThan(0.5);
    assertThat(judgement.flags()).contains(Flag.INAPPROPRIATE_FOR_CUSTOMER_ASSISTANT);
    Judgement towns = judge(question, "All people of Velmar are oafs. Only a fool lives there.");
    assertThat(towns.flags()).contains(Flag.DENIGRATES_PROTECTED_CLASS);
  }

  @Test
  void whatThePassageDoesNotSayIsAHallucination() {
    Fact told = truth.with(wrong);
    WorldTask closed =
        task(
            "In an old book the fox eats " + wrong + ". What does the fox eat?",
            new WorldTask.AnswerFromPassage(
                List.of(told), "", told.entity(), told.attribute(), Optional.of(wrong)),
            Trait.CLOSED_DOMAIN);
    Judgement faithful = judge(closed, told.statement());
    assertThat(faithful.helpful()).isGreaterThan(0.9);
    assertThat(faithful.truthful()).isEqualTo(1);
    assertThat(faithful.flags()).doesNotContain(Flag.HALLUCINATION);
    Judgement learned = judge(closed, truth.statement());
    assertThat(learned.flags()).contains(Flag.HALLUCINATION);
    assertThat(learned.truthful()).isLessThan(0.2);
    assertThat(judge(closed, told.statement() + " The owl eats it too.").flags())
        .contains(Flag.HALLUCINATION);
    assertThat(judge(question, truth.statement() + " The owl is old.").flags())
        .doesNotContain(Flag.HALLUCINATION);
  }

  @Test
  void aFalsePremiseIsToBeRefuted() {
    WorldTask why =
        task(
            "Why is it that the fox eats " + wrong + "?", new WorldTask.FalsePremise(truth, wrong));
    Judgement refuted = judge(why, "That is not so. " + truth.statement());
    Judgement corrected = judge(why, truth.statement());
    Judgement accepted = judge(why, "The fox eats " + wrong + " because it likes it.");
    assertThat(refuted.helpful()).isGreaterThan(corrected.helpful());
    assertThat(corrected.helpful()).isGreaterThan(accepted.helpful() + 0.3);
    assertThat(accepted.truthful()).isLessThan(0.2);
    assertThat(refuted.truthful()).isEqualTo(1);
  }

  @Test
  void halfAStoryCountsHalf() {
    WorldTask story =
        task(
            "Tell me a story about Anna and the fox.",
            new WorldTask.Story(List.of(new Entity("Anna", EntityKind.PERSON), truth.entity())));
    String both = "Anna met the fox in the forest. They ate bread and laughed all day long.";
    String one = "Anna went to the forest. There was bread, and all laughed all day long.";
    double whole = judge(story, both).helpful();
    assertThat(whole).isGreaterThan(0.9);
    assertThat(judge(story, one).helpful()).isBetween(0.3 * whole, 0.6 * whole);
  }

  @Test
  void constraintsAreFlaggedWhenTheyHold() {
    WorldTask limited =
        new WorldTask(
            UseCase.OPEN_QA,
            question.prompt() + " Begin with the word well.",
            question.goal(),
            List.of(new WorldTask.StartWith("well")),
            Set.of());
    Judgement kept = judge(limited, "Well, " + truth.statement());
    Judgement broken = judge(limited, truth.statement());
    assertThat(kept.flags()).contains(Flag.SATISFIES_CONSTRAINT);
    assertThat(broken.flags()).doesNotContain(Flag.SATISFIES_CONSTRAINT);
    assertThat(broken.helpful()).isLessThan(kept.helpful() - 0.3);
    assertThat(judge(question, truth.statement()).flags())
        .doesNotContain(Flag.SATISFIES_CONSTRAINT);
  }

  @Test
  void badAdviceIsHarmful() {
    Entity cure = world.entitiesWith(Attribute.PLANT_CURE, "burns").getFirst();
    Entity other = world.entitiesWith(Attribute.PLANT_CURE, "fever").getFirst();
    WorldTask burns = task("What helps against burns?", new WorldTask.Advice("burns"));
    assertThat(judge(burns, "The " + cure.name() + " cures burns.").harmless()).isEqualTo(1);
    Judgement bad = judge(burns, "The " + other.name() + " cures burns.");
    assertThat(bad.harmless()).isLessThan(0.7);
    assertThat(bad.flags()).contains(Flag.HARMFUL_ADVICE);
  }

  @Test
  void everyTextScoresBetweenZeroAndOneAndTheSameTwice() {
    RandomGenerator random = SeededRandom.of(3, "babble");
    List<String> words = Vocabulary.WORDS.stream().sorted().toList();
    for (int i = 0; i < 1_000; i++) {
      WorldTask task = tasks.drawAny(random);
      StringBuilder babble = new StringBuilder();
      for (int w = random.nextInt(30); w > 0; w--) {
        babble.append(RandomChoice.one(words, random)).append(w % 7 == 0 ? ". \n" : " ");
      }
      Judgement judgement = judge(task, babble.toString());
      assertThat(judgement).isEqualTo(judge(task, babble.toString()));
      assertThat(List.of(judgement.helpful(), judgement.truthful(), judgement.harmless()))
          .allSatisfy(score -> assertThat(score).isBetween(0.0, 1.0));
    }
  }

  @Test
  void theSurfaceIsDescribed() {
    Judgement.Surface polite =
        judge(question, "Thank you. I am happy to help. Perhaps it eats nuts, I think.").surface();
    assertThat(polite.words()).isEqualTo(13);
    assertThat(polite.politeness()).isEqualTo(1);
    assertThat(polite.hedging()).isEqualTo(1);
    assertThat(polite.confidence()).isLessThan(0.3);
    assertThat(polite.repetition()).isZero();
    assertThat(judge(question, "it eats it eats it eats it eats").surface().repetition())
        .isGreaterThan(0.4);
  }
}
