package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Scoped;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A [Sampler] for reinforcement learning.
@ExtendWith(Scoped.class)
class ExactSamplerTest {
  /// With an embedding ten times as large the logits are near 100, where bfloat16's numbers lie
  /// half a nat apart; hot, so that also unlikely tokens are drawn.
  @ParameterizedTest
  @ValueSource(ints = {1, 9})
  void anExactSamplerDrawsFromTheDistributionThatRewardsTrainAlsoInBfloat16(int rows) {
    var gpt = SamplerTest.gpt(0, Precision.MIXED);
    Scope.constant(() -> gpt.parameters().get("wte.weight").mul_(10));
    var prompts = SamplerTest.prompts(9, 20);
    var sampler = SamplerTest.sampler(gpt, 15, 50, rows);
    double rounded = furthestFromExact(gpt, prompts, sampler);
    double exact = furthestFromExact(gpt, prompts, sampler.exact());
    assertThat(rounded).isGreaterThan(0.05);
    assertThat(exact).isLessThan(1e-3);
    assertThat(furthestFromExact(gpt, prompts, sampler.frozen().exact())).isEqualTo(exact);
  }

  /// The greatest difference between the log-probability of a first token at sampling and that of
  /// [LogProbs#exactOfResponses]: its hidden state is the same in both.
  private static double furthestFromExact(Gpt gpt, List<int[]> prompts, Sampler sampler) {
    var sampled = sampler.sample(prompts, 0);
    var responses = sampled.stream().map(Sampler.Sampled::tokens).toList();
    var batch = Sequences.of(prompts, responses, Device.CPU);
    float[] exact = LogProbs.exactOfResponses(gpt, batch, 1).floats();
    double furthest = 0;
    int n = 0;
    for (var s : sampled) {
      furthest = Math.max(furthest, Math.abs(s.logProbs()[0] - exact[n]));
      n += s.tokens().length;
    }
    return furthest;
  }
}
