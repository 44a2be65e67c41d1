package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.instructgpt.model.Sequences;
import org.instructgpt.model.StepNotDoneException;
import org.instructgpt.ppo.TextReward.Answer;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Texts of a batch, as rules and services read them.
@ExtendWith(Scoped.class)
class ResponseScorerTest {
  private final Sequences batch = batch();

  private static Sequences batch() {
    var gpt2 = Tokenizers.gpt2();
    int[] why = PromptTemplate.DEFAULT.prompt(gpt2, "Why is it so?  ");
    int[] who = PromptTemplate.DEFAULT.prompt(gpt2, "Who?");
    return Sequences.of(
        List.of(why, why, who),
        List.of(
            PromptTemplate.DEFAULT.response(gpt2, "Because."),
            PromptTemplate.DEFAULT.response(gpt2, "It is not", false),
            PromptTemplate.DEFAULT.response(gpt2, "")),
        Device.CPU);
  }

  private static ResponseScorer scorer(TextReward reward) {
    var gpt2 = Tokenizers.gpt2();
    return ResponseScorer.of(reward, gpt2, Set.of(gpt2.endOfText()));
  }

  @Test
  void promptsComeWithoutTheSeparatorAndResponsesWithoutTheirEnd() {
    var seen = new ArrayList<Answer>();
    TextReward watched =
        answers -> {
          seen.addAll(answers);
          return new double[] {1, -0.5, 3};
        };
    assertThat(scorer(watched).of(batch).doubles()).containsExactly(1, -0.5, 3);
    assertThat(seen)
        .containsExactly(
            new Answer("Why is it so?", "Because.", true),
            new Answer("Why is it so?", "It is not", false),
            new Answer("Who?", "", true));
  }

  @Test
  void tooFewRewardsAndThoseThatAreNotFiniteEndTheStep() {
    assertThatThrownBy(() -> scorer(_ -> new double[2]).of(batch))
        .isInstanceOf(StepNotDoneException.class)
        .hasMessage("expected 3 rewards, one for each response, found 2");
    assertThatThrownBy(() -> scorer(_ -> new double[] {0, Double.NaN, 0}).of(batch))
        .isInstanceOf(StepNotDoneException.class)
        .hasMessage("expected finite rewards, found NaN for the response \"It is not\"");
  }
}
