package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GenerationTest {
  private final Scope scope = Scope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void noPromptsGetNoResponses() {
    var gpt = SamplerTest.gpt(0, Precision.FULL);
    assertThat(SamplerTest.sampler(gpt, 12, 1, 3).sample(List.of(), 0)).isEmpty();
  }

  @Test
  void severalResponsesToAPromptAreThoseThatEachWouldBeAlone() {
    var gpt = SamplerTest.gpt(0, Precision.FULL);
    int[] often = SamplerTest.prompts(1, 7).getFirst();
    var prompts = new ArrayList<>(SamplerTest.prompts(3, 9));
    prompts.addAll(List.of(often, often, often, new int[] {5}, often, often));
    var sampled = SamplerTest.sampler(gpt, 12, 1, 3).sample(prompts, 40);
    for (int i = 0; i < prompts.size(); i++) {
      var alone =
          SamplerTest.sampler(gpt, 12, 1, 1).sample(List.of(prompts.get(i)), 40 + i).getFirst();
      assertThat(sampled.get(i).tokens()).isEqualTo(alone.tokens());
      assertThat(sampled.get(i).logProbs()).containsExactly(alone.logProbs(), within(1e-5f));
    }
  }
}
