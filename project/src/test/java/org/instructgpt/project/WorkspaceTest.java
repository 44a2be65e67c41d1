package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceTest {

  @TempDir Path folder;

  @Test
  void aNewWorkspaceHasItsFoldersAndCanBeMadeAgain() throws IOException {
    var workspace = Workspace.create(folder.resolve("mine"));
    assertThat(Workspace.create(workspace.root())).isEqualTo(workspace);
    assertThat(workspace.root().resolve("models")).isDirectory();
    assertThat(workspace.reports()).isDirectory();
    assertThat(workspace.feedback()).doesNotExist();
  }

  @Test
  void aMissingWorkspaceIsRefusedWithWhatToDo() {
    assertThatThrownBy(() -> Workspace.open(folder.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no workspace at")
        .hasMessageContaining("--workspace DIR");
  }

  @Test
  void aFileIsNoWorkspace() throws IOException {
    var file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> Workspace.create(file)).hasMessageContaining("is a file");
    assertThatThrownBy(() -> Workspace.open(file)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLatestRunIsTheOneWithTheHighestNumber() throws IOException {
    var workspace = Workspace.create(folder);
    assertThat(workspace.latestRun("sft")).isZero();
    for (var name : new String[] {"sft-2", "sft-10", "sft-x", "sft-010", "ppo-11"}) {
      Files.createDirectory(folder.resolve("runs").resolve(name));
    }
    assertThat(workspace.latestRun("sft")).isEqualTo(10);
    assertThat(workspace.run("sft", 10)).isDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "../x", "a/b", "/etc", ".hidden", "a\\b", "a b"})
  void aNameThatCouldLeaveTheWorkspaceIsRefused(String name) {
    assertThatThrownBy(() -> new Workspace(folder).model(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model name");
  }
}
