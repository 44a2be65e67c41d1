package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.project.Workspace;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a training refuses before it reads data, on models of random weights.
class StageChecksTest {
  @TempDir static Path shared;
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path text = Path.of("");

  @BeforeAll
  static void makeModels() throws IOException {
    var tokenizer = BpeTrainer.train(List.of("the cat sat on the mat"), 270);
    var config = GptConfig.small(1, 16, 2, 24, 270);
    var lineage = new Lineage("sft", Map.of(), Map.of());
    var workspace = Workspace.create(shared.resolve("w"));
    try (var _ = Scope.open()) {
      var policy = new Gpt(config, Precision.FULL, Device.CPU);
      policy.initialize(new Randomness(7));
      for (var name : List.of("base", "sft", "supervised")) {
        Checkpoint.save(policy, tokenizer, lineage, Files.createDirectory(workspace.model(name)));
      }
      var reward = new ScalarModel(config, Precision.FULL, Device.CPU);
      reward.initializeFrom(policy, new Randomness(8));
      Checkpoint.save(reward, tokenizer, lineage, Files.createDirectory(workspace.model("reward")));
    }
  }

  @BeforeEach
  void writeText() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), "the cat sat on the mat");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sft", "reward", "ppo", "pretrain"})
  void aSecondTrainingOfANameIsRefusedAtItsStartWhateverItsStage(String stage) throws IOException {
    try (var _ = training("busy")) {
      assertThat(run(stage, "--name", "busy", "--new")).isEqualTo(2);
      assertThat(err.toString()).hasLineCount(1).contains("busy is being trained", "--name");
      assertThat(out.toString()).doesNotContain("reading", "tokens");
    }
  }

  @Test
  void aRewardModelThatIsBeingTrainedAnewIsNotOptimisedAgainst() throws IOException {
    try (var _ = training("reward")) {
      assertThat(run("ppo", "--name", "later")).isEqualTo(2);
      assertThat(err.toString()).contains("--reward-model reward: this model is being trained");
    }
  }

  @Test
  void aMistakeInASectionOfALaterStageIsToldAtTheFirst() throws IOException {
    var recipe = Files.writeString(folder.resolve("recipe.yaml"), "ppo: {episods: 8}\n");
    assertThat(run("pretrain", "--recipe", recipe.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("episods", "did you mean \"episodes\"");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "sft, --from, reward",
    "sft, --reward-model, sft",
    "ppo, --from, reward",
    "ppo, --reward-model, sft",
    "pretrain, --tokenizer, nowhere",
    "sft, --precision, int8",
    "sft, --demonstrations, 0",
    "sft, --moments, int8",
    "reward, --device, tpu",
    "ppo, --checkpoint-every, 0",
    "ppo, --snapshot-every, -1",
    "reward, --cross-validate, -1",
    "reward, --rankings, 0"
  })
  void whatCanBeKnownAtOnceIsToldBeforeAnyWorkWithItsFlag(String stage, String flag, String value) {
    assertThat(run(stage, "--name", "x", flag, value)).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains(flag);
    assertThat(out.toString()).doesNotContain("reading");
  }

  /// Holds what a training holds that makes a model of this name; closing it lets go.
  private static FileChannel training(String name) throws IOException {
    var lock = shared.resolve("w/runs/.model-" + name + ".lock");
    var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    assertThat(channel.tryLock()).isNotNull();
    return channel;
  }

  private int run(String stage, String... more) {
    var arguments = new ArrayList<>(List.of(stage, "-w", shared.resolve("w").toString()));
    arguments.addAll(List.of(more));
    if (!stage.equals("reward")) {
      arguments.addAll(List.of("--text", text.toString()));
    }
    var line =
        Main.commandLine(new StopSignals(), () -> Instant.EPOCH)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return Main.run(arguments.toArray(String[]::new), line);
  }
}
