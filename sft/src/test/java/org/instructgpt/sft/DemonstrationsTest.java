package org.instructgpt.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.instructgpt.text.EncodedExample;
import org.junit.jupiter.api.Test;

class DemonstrationsTest {
  @Test
  void longResponsesAreCutAndLoseTheirEnd() {
    var longAnswer = new EncodedExample(new int[20], new int[9]);
    var fitted = Demonstrations.fitted(List.of(longAnswer), "training", 24, 8);
    assertThat(fitted.all().getFirst().response()).hasSize(4);
    assertThat(fitted.cut()).isEqualTo(1);
    var answer = new EncodedExample(new int[2], new int[9]);
    assertThat(Demonstrations.fitted(List.of(answer), "training", 24, 8).predicted(0)).isEqualTo(8);
  }

  @Test
  void promptsWithoutRoomForAResponseAreAllNamed() {
    var good = new EncodedExample(new int[2], new int[1]);
    var empty = new EncodedExample(new int[0], new int[1]);
    var full = new EncodedExample(new int[24], new int[1]);
    var silent = new EncodedExample(new int[2], new int[0]);
    assertThatThrownBy(
            () -> Demonstrations.fitted(List.of(good, empty, full, silent), "validation", 24, 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("validation demonstration 2: expected a prompt of 1 to 23 tokens")
        .hasMessageContaining("validation demonstration 3")
        .hasMessageContaining("validation demonstration 4");
  }
}
