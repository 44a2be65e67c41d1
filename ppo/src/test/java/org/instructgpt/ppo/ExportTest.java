package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The models that a run starts with and the checkpoint that it exports.
@ExtendWith(Scoped.class)
class ExportTest {
  private final GptConfig config = GptConfig.small(1, 16, 2, 24, 258);

  @Test
  void theAveragedPolicyIsExportedAndThePolicyGoesOnAsItWas(@TempDir Path folder)
      throws IOException {
    var policy = Toys.gpt(config, DType.FLOAT32, Precision.FULL, 0.3);
    var models = PpoModels.start(policy, rewardModel());
    var data = Toys.data(Optional.of(Toys.corpus(8)));
    var ppo = new Ppo(models, data, Toys.settings(), Toys.LINEAGE, () -> 0);
    ppo.step(0);
    var raw = policy.parameters().flat().copy();
    ppo.export(folder, Map.of("step", 1));

    assertThat(policy.parameters().flat().sameBits(raw)).isTrue();
    var loaded = Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
    var average = Objects.requireNonNull(ppo.state().tensors().get("policy.average"));
    assertThat(loaded.parameters().flat().sameBits(average)).isTrue();
    assertThat(loaded.parameters().flat().sameBits(raw)).isFalse();
    var lineage = Lineage.read(folder);
    assertThat(lineage.path("stage").asText()).isEqualTo("ppo");
    assertThat(lineage.path("made").path("step").asInt()).isEqualTo(1);
  }

  @Test
  void theReferenceIsACopyOfThePolicyAndTheValuesOfTheRewardModelBiasIncluded() {
    var policy = Toys.gpt(config, DType.FLOAT32, Precision.FULL, 0.3);
    var rewardModel = rewardModel();
    rewardModel.setBias(-1.5);
    var models = PpoModels.start(policy, rewardModel);
    assertThat(models.policy()).isSameAs(policy);
    assertThat(models.reference().parameters().flat().sameBits(policy.parameters().flat()))
        .isTrue();
    assertThat(models.value().parameters().flat().sameBits(rewardModel.parameters().flat()))
        .isTrue();
    assertThat(models.value().bias()).isEqualTo(-1.5);
    policy.parameters().flat().zero_();
    assertThat(models.reference().parameters().flat().norm().item()).isPositive();
  }

  @Test
  void onlyThePolicyAndTheValuesHaveMemoryForGradients() {
    var rewardModel = rewardModel();
    var models = PpoModels.start(Toys.gpt(config, DType.FLOAT32, Precision.FULL, 0.3), rewardModel);
    var data = Toys.data(Optional.of(Toys.corpus(8)));
    new Ppo(models, data, Toys.settings(), Toys.LINEAGE, () -> 0).step(0);
    assertThat(models.policy().parameters().gradient().count()).isPositive();
    assertThat(models.value().parameters().gradient().count()).isPositive();
    assertThatThrownBy(models.reference().parameters()::gradient).hasMessageContaining("frozen");
    assertThatThrownBy(rewardModel.parameters()::gradient).hasMessageContaining("frozen");
  }

  private ScalarModel rewardModel() {
    var model = new ScalarModel(config, Precision.FULL, Device.CPU);
    Gpt body = Toys.gpt(config, DType.FLOAT32, Precision.FULL, 0.8);
    model.initializeFrom(body, new Randomness(3));
    return model;
  }
}
