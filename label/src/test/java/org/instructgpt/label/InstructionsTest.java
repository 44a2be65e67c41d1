package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.instructgpt.label.TaskBatch.Mode;
import org.junit.jupiter.api.Test;

class InstructionsTest {
  private final Instructions instructions = new Instructions();

  @Test
  void helpfulnessComesFirstInTrainingAndTruthInEvaluation() {
    String training = instructions.html(instructions.newest(Mode.TRAINING), Locale.ENGLISH);
    String evaluation = instructions.html(instructions.newest(Mode.EVALUATION), Locale.ENGLISH);
    assertThat(training.indexOf("<strong>Helpful"))
        .isLessThan(training.indexOf("<strong>Truthful"));
    assertThat(evaluation.indexOf("<strong>Truthful"))
        .isNotNegative()
        .isLessThan(evaluation.indexOf("<strong>Helpful"));
    assertThat(training).contains("tie");
    assertThat(evaluation).contains("tie them");
  }

  @Test
  void everyVersionOfTheInstructionsExistsInChinese() {
    for (Mode mode : Mode.values()) {
      assertThat(instructions.html(instructions.newest(mode), Locale.CHINESE)).contains("并列");
    }
  }

  @Test
  void anUnknownVersionOfTheInstructionsIsEmptyAndOpensNoFile() {
    assertThat(instructions.html("training-99", Locale.ENGLISH)).isEmpty();
    assertThat(instructions.html("../assets/label", Locale.ENGLISH)).isEmpty();
  }
}
