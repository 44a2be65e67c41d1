package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopRuleTest {

  private final Tokenizer gpt2 = Tokenizers.gpt2();

  @Test
  void theEndOfTextStops() {
    StopRule rule = StopRule.endOfText(gpt2);
    assertThat(rule.stops(new int[] {3, 50_256, 0}, 2)).isTrue();
    assertThat(rule.stops(new int[] {50_256, 3, 50_256}, 2)).isFalse();
    assertThat(StopRule.never().stops(new int[] {50_256}, 1)).isFalse();
  }

  @Test
  void aStringStopsAtTheTokenThatCompletesIt() {
    StopRule rule = StopRule.strings(gpt2, List.of("\nHuman:", "ÜÖ"));
    assertThat(stopsAfter(rule, "Well, a long answer that goes on.\nHuman: more"))
        .startsWith("Well, a long answer that goes on.\nHuman:");
    assertThat(stopsAfter(rule, "ab日ÜÖc")).isEqualTo("ab日ÜÖ");
    assertThat(stopsAfter(rule, "nothing here")).isEqualTo("nothing here");
  }

  private String stopsAfter(StopRule rule, String text) {
    int[] ids = gpt2.encode(text);
    int length = 1;
    while (length < ids.length && !rule.stops(ids, length)) {
      length++;
    }
    return gpt2.decode(java.util.Arrays.copyOf(ids, length));
  }

  @Test
  void rulesAreJoinedAndTheStringIsCutOff() {
    StopRule rule = StopRule.at(7).or(StopRule.at(8));
    assertThat(rule.stops(new int[] {8}, 1)).isTrue();
    assertThat(rule.stops(new int[] {9}, 1)).isFalse();
    assertThat(StopRule.cut("yes\nQ: no\nA:", List.of("\nA:", "\nQ:"))).isEqualTo("yes");
    assertThat(StopRule.cut("yes", List.of("Q"))).isEqualTo("yes");
  }

  @Test
  void anEmptyStringIsRefused() {
    assertThatThrownBy(() -> StopRule.strings(gpt2, List.of("")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
