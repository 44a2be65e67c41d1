package org.instructgpt.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ProgressLines;
import org.instructgpt.model.RunDirectory;
import org.instructgpt.model.RunLoop;
import org.instructgpt.model.RunSettings;
import org.instructgpt.model.RunSettings.Best;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.Sequences;
import org.instructgpt.model.StopFlag;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardJudgeTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void theRewardOfValidationResponsesIsReportedBesideTheLossAndIsDeterministic() {
    var gpt = Small.fresh();
    var sft = Small.sft(gpt, Small.judged(Small.data(9), 4), Small.settings(3, 2));
    var before = sft.evaluate(0);
    assertThat(before)
        .containsKeys("validation_loss", "reward", "eos_rate", "response_length")
        .isEqualTo(sft.evaluate(0));
    sft.step(0);
    assertThat(sft.evaluate(1).get("reward")).isNotEqualTo(before.get("reward"));
  }

  @Test
  void theRewardIsTheMeanScoreOfOneResponseToEachPrompt() {
    var gpt = Small.fresh();
    var model = new ScalarModel(Small.CONFIG, Precision.FULL, Device.CPU);
    model.initializeFrom(gpt, new Randomness(2));
    model.setBias(1.5);
    var prompts = Small.demonstrations(5).stream().map(EncodedExample::prompt).toList();
    var metrics = new RewardJudge(model, 5).judge(gpt, prompts, Small.TOKENIZER, 8, 3, 2);

    var sampling = new Sampler.Settings(8, 1, 3, 1, false);
    double rewards = 0;
    double tokens = 0;
    var ended = new ArrayList<Double>();
    var cut = new ArrayList<Double>();
    for (int i = 0; i < 5; i++) {
      var prompt = prompts.subList(i, i + 1);
      var response =
          new Sampler(gpt, Small.TOKENIZER, sampling).sample(prompt, i).getFirst().tokens();
      double reward = model.rewards(Sequences.of(prompt, List.of(response), Device.CPU)).item();
      rewards += reward;
      boolean stopped = response[response.length - 1] == Small.TOKENIZER.endOfText();
      (stopped ? ended : cut).add(reward);
      tokens += response.length;
    }
    assertThat(metrics.get("reward")).isCloseTo(rewards / 5, within(1e-5));
    assertThat(metrics.get("reward_cut")).isCloseTo(mean(cut), within(1e-5));
    assertThat(metrics.containsKey("reward_ended")).isEqualTo(!ended.isEmpty());
    assertThat(metrics.get("response_length")).isEqualTo(tokens / 5);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(value -> value).average().orElseThrow();
  }

  @Test
  void theRewardDoesNotDependOnHowManyRowsGoTogether() {
    var gpt = Small.exact();
    var one = Small.sft(gpt, Small.judged(Small.data(9), 5), Small.settings(3, 1));
    var five = Small.sft(gpt, Small.judged(Small.data(9), 5), Small.settings(3, 5));
    assertThat(five.evaluate(0).get("reward"))
        .isCloseTo(one.evaluate(0).get("reward"), within(1e-5));
  }

  @Test
  void evaluationLeavesTrainingAsItIs() {
    var one = Small.fresh();
    var two = Small.fresh();
    var evaluated = Small.sft(one, Small.judged(Small.data(9), 2), Small.settings(3, 2, 0.2, 0.1));
    var other = Small.sft(two, Small.judged(Small.data(9), 2), Small.settings(3, 2, 0.2, 0.1));
    for (int step = 0; step < 3; step++) {
      evaluated.step(step);
      evaluated.evaluate(step + 1);
      other.step(step);
    }
    assertThat(one.parameters().flat().sameBits(two.parameters().flat())).isTrue();
  }

  @Test
  void aRewardModelThatCannotReadThePolicyIsRefused() {
    var longer = Small.fresh(GptConfig.small(1, 16, 2, 32, 300));
    var data = Small.judged(Small.data(3), 2);
    assertThatThrownBy(() -> Small.sft(longer, data, Small.settings(3, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocabulary of 258 and a context of 24")
        .hasMessageContaining("the policy's are 300 and 32");
  }

  @Test
  void theRunLoopKeepsThePolicyOfTheHighestReward(@TempDir Path folder) throws IOException {
    var sft = Small.sft(Small.fresh(), Small.judged(Small.data(9), 4), Small.settings(3, 3));
    var settings = new RunSettings(sft.steps(), 2, 0, 1, Best.highest("reward"));
    try (var run = RunDirectory.open(folder.resolve("sft-1"))) {
      run.storeOrCompareSettings(JsonNodeFactory.instance.objectNode());
      var gates = List.of(HealthGates.finite());
      var clock = InstantSource.fixed(Instant.EPOCH);
      var loop = new RunLoop(run, settings, gates, new StopFlag(), ProgressLines.silent(), clock);
      var best = loop.run(sft).best();
      assertThat(best).isNotNull();
      var metrics = Lineage.read(run.best()).path("made").path("metrics");
      assertThat(metrics.path("reward").asDouble()).isEqualTo(best.value());
      assertThat(metrics.has("validation_loss")).isTrue();
      Checkpoint.loadLanguageModel(run.best(), Precision.FULL, Device.CPU);
    }
  }
}
