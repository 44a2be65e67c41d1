package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.instructgpt.ppo.TextReward.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Rewards by rules, worked by hand.
class RewardRuleTest {

  private static double of(String rule, String text, boolean ended) {
    return RewardRule.parse(List.of(rule)).of(List.of(new Answer("Why?", text, ended)))[0];
  }

  @Test
  void anEndIsWorthOne() {
    assertThat(of("ends", "Because.", true)).isEqualTo(1);
    assertThat(of("ends", "Because", false)).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "contains=cat     | the cat sat  | 1",
        "contains=Cat     | the cat sat  | 0",
        "contains=a=b     | if a=b then  | 1",
        "lacks=sorry      | I am sorry   | 0",
        "lacks=sorry      | I am not     | 1",
        "matches=^\\d+$   | 42           | 1",
        "matches=^\\d+$   | 42 cats      | 0",
        "matches=(?i)CAT  | a cat        | 1",
        "json             | {\"a\": [1]} | 1",
        "json             | {\"a\": [1]  | 0",
        "json             | 1 2          | 0",
        "-0.5*contains=a  | a cat        | -0.5",
        "2*lacks=a        | dog          | 2",
        "words=2..4       | a b          | 1",
        "words=2..4       | a b c d      | 1",
        "words=2..4       | a            | 0.5",
        "words=2..4       | a b c d e    | 0.75",
        "words=2..4       | a b c d e f g h i | 0",
        "words=0..1       | a            | 1"
      })
  void aRuleGivesWhatItSays(String rule, String text, double expected) {
    assertThat(of(rule, text, true)).isEqualTo(expected);
  }

  @Test
  void anExpressionThatGoesTooDeepIsNamed() {
    var rule = "matches=(?:a|b)*c";
    assertThat(of(rule, "abc", true)).isEqualTo(1);
    assertThatThrownBy(() -> of(rule, "ab".repeat(1_000_000), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("(?:a|b)*c", "2,000,000 characters", "goes too deep");
  }

  @Test
  void nothingIsNoJsonAndNoWords() {
    assertThat(of("json", "", true)).isZero();
    assertThat(of("words=1..3", " ", true)).isZero();
    assertThat(of("words=0..3", "", true)).isEqualTo(1);
  }

  @Test
  void severalRulesAddUp() {
    var rule = RewardRule.parse(List.of("ends", "-0.5*contains=sorry", "words=1..2"));
    var answers = List.of(new Answer("", "sorry", true), new Answer("", "so long then", false));
    assertThat(rule.of(answers)).containsExactly(1.5, 0.5);
    assertThat(rule.description()).isEqualTo("ends + -0.5*contains=sorry + words=1..2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "end",
        "ends=1",
        "json=x",
        "contains",
        "contains=",
        "words",
        "Contains=a",
        "2*"
      })
  void whatIsNoRuleIsRefusedWithThoseThatAre(String rule) {
    assertThatThrownBy(() -> RewardRule.parse(List.of("ends", rule)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rule \"" + rule + "\": expected ends, json, contains=TEXT");
  }

  @Test
  void badArgumentsAreAllToldAtOnce() {
    assertThatThrownBy(() ->
            RewardRule.parse(
                List.of("words=5..2", "matches=(", "0*ends", "1.2.3*ends", "words=few")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "rule \"words=5..2\": expected the least and the most words",
            "rule \"matches=(\": expected a regular expression",
            "rule \"0*ends\": expected a weight that is a number and not 0",
            "rule \"1.2.3*ends\": expected a weight",
            "rule \"words=few\"");
    assertThatThrownBy(() -> RewardRule.parse(List.of())).hasMessageContaining("found none");
  }
}
