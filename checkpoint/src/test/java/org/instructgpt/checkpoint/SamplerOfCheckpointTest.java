package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.TreeSet;
import org.instructgpt.model.CarriedFiles;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.SamplerTest;
import org.instructgpt.model.Sequences;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sampling from models whose checkpoints ask for something that is not usual.
class SamplerOfCheckpointTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theCacheScalesAttentionAsAPassOverTheWholeSequence(boolean mixed) {
    for (int band : new int[] {0, 4}) {
      var config =
          SamplerTest.gpt(band, Precision.FULL)
              .config()
              .withScaling(new GptConfig.Scaling(false, true, mixed));
      var gpt = new Gpt(config, mixed ? Precision.MIXED : Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(3));
      var prompts = SamplerTest.prompts(9, 20);
      var sampled = SamplerTest.sampler(gpt, 15, 0.8, 9).sample(prompts, 0);
      var tokens = sampled.stream().map(Sampler.Sampled::tokens).toList();
      var batch = Sequences.of(prompts, tokens, Device.CPU);
      float[] expected = LogProbs.ofResponses(gpt, batch, 1, Dropout.NONE).floats();
      int n = 0;
      for (var s : sampled) {
        for (float logProb : s.logProbs()) {
          assertThat(logProb).isCloseTo(expected[n++], within(mixed ? 0.05f : 1e-4f));
        }
      }
    }
  }

  @Test
  void aResponseEndsAtAnyIdThatEndsATextInTheModel() {
    var parameters =
        new Parameters(
            Gpt.shapes(SamplerTest.gpt(0, Precision.FULL).config()), DType.FLOAT32, Device.CPU);
    var plain = SamplerTest.gpt(0, Precision.FULL);
    var gpt =
        new Gpt(plain.config(), Precision.FULL, parameters, List.of(7, 11), CarriedFiles.NONE);
    parameters.copyFrom(plain.parameters());
    var sampler = SamplerTest.sampler(gpt, 40, 1, 8);
    var last = new TreeSet<Integer>();
    for (var sampled : sampler.sample(SamplerTest.prompts(60, 4), 0)) {
      int[] tokens = sampled.tokens();
      for (int i = 0; i + 1 < tokens.length; i++) {
        assertThat(tokens[i]).isNotIn(SamplerTest.END, 7, 11);
      }
      if (sampled.finish() == Sampler.Finish.STOP) {
        last.add(tokens[tokens.length - 1]);
      }
    }
    assertThat(last).containsExactly(SamplerTest.END, 7, 11);
    assertThat(sampler.ends(7) && sampler.frozen().ends(11) && !sampler.ends(8)).isTrue();
  }
}
