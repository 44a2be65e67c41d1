package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelLockTest {
  @TempDir Path folder;
  private Workspace workspace = new Workspace(Path.of(""));

  @BeforeEach
  void makeAWorkspace() throws IOException {
    workspace = Workspace.create(folder.resolve("w"));
    Files.createDirectory(workspace.model("reward"));
  }

  @Test
  void aNameIsTakenByOneTrainingAtATime() throws IOException {
    try (var _ = ModelLock.toMake(workspace, "sft")) {
      assertThatThrownBy(() -> ModelLock.toMake(workspace, "sft"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the model sft is being trained at this moment, by process ")
          .hasMessageContaining("--name");
      ModelLock.toMake(workspace, "other").close();
    }
    ModelLock.toMake(workspace, "sft").close();
  }

  @Test
  void whatATrainingCountsOnIsNotReplacedMeanwhileHoweverItWasNamed() throws IOException {
    try (var ppo = ModelLock.toMake(workspace, "ppo")) {
      ppo.alsoCountOn(folder.resolve("w/runs/../models/reward"), "--reward-model");
      assertThatThrownBy(() -> ModelLock.toMake(workspace, "reward"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("model reward")
          .hasMessageContaining("--name");
    }
    ModelLock.toMake(workspace, "reward").close();
  }

  @Test
  void whatIsBeingReplacedIsNotCountedOn() throws IOException {
    try (var _ = ModelLock.toMake(workspace, "reward");
        var ppo = ModelLock.toMake(workspace, "ppo")) {
      assertThatThrownBy(() -> ppo.alsoCountOn(workspace.model("reward"), "--reward-model"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("--reward-model reward: this model is being trained anew");
    }
  }

  @Test
  void aModelElsewhereAndTheOneThatIsMadeNeedNoLock() throws IOException {
    var elsewhere = Files.createDirectory(folder.resolve("gpt2"));
    try (var sft = ModelLock.toMake(workspace, "reward")) {
      sft.alsoCountOn(elsewhere, "--from");
      sft.alsoCountOn(workspace.model("reward"), "--from");
    }
  }

  @Test
  void aLockFileThatAKilledTrainingLeftBlocksNobody() throws IOException {
    Files.writeString(workspace.runs().resolve(".model-sft.lock"), "process 1");
    ModelLock.toMake(workspace, "sft").close();
    assertThat(workspace.root().resolve("models")).isDirectoryNotContaining("glob:**/.*");
  }
}
