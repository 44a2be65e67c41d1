package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  @TempDir Path folder;

  @Test
  void runsOfAStageAreNumbered() throws IOException {
    Path runs = folder.resolve("runs");
    for (int n = 1; n <= 11; n++) {
      try (var run = RunDirectory.create(runs, "sft")) {
        assertThat(run.name()).isEqualTo("sft-" + n);
      }
    }
    try (var run = RunDirectory.create(runs, "sft-ptx")) {
      assertThat(run.name()).isEqualTo("sft-ptx-1");
    }
    assertThat(RunDirectory.latest(runs, "sft")).contains(runs.resolve("sft-11"));
    assertThat(RunDirectory.latest(runs, "ppo")).isEmpty();
    assertThat(RunDirectory.latest(folder.resolve("missing"), "sft")).isEmpty();
  }

  @Test
  void aRunHasOneProcessAtATime() throws IOException {
    Path path = folder.resolve("sft-1");
    try (var _ = RunDirectory.open(path)) {
      assertThatThrownBy(() -> RunDirectory.open(path))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another process works in " + path)
          .hasMessageContaining("run.lock");
    }
    RunDirectory.open(path).close();
  }

  @Test
  void aFolderOfOtherThingsIsRefused() throws IOException {
    Files.writeString(folder.resolve("thesis.tex"), "\\end");
    assertThatThrownBy(() -> RunDirectory.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds files but no run");
    assertThat(folder.resolve("run.lock")).doesNotExist();
  }

  @Test
  void openingRemovesWhatACrashLeft() throws IOException {
    try (var run = RunDirectory.open(folder.resolve("sft-1"))) {
      Path leftover = run.checkpoints().resolve(".step-00000100.0123abcd.tmp");
      Files.createDirectories(leftover);
      Files.writeString(leftover.resolve("state.safetensors"), "half");
      Files.createDirectories(run.folder().resolve(".best.replaced.tmp"));
    }
    try (var run = RunDirectory.open(folder.resolve("sft-1"))) {
      assertThat(run.checkpoints()).isEmptyDirectory();
      assertThat(run.best()).isDirectory();
      assertThat(run.folder().resolve(".best.replaced.tmp")).doesNotExist();
    }
  }

  @Test
  void theSameSettingsAreAcceptedHoweverTheirNumbersAreHeld() throws IOException {
    try (var run = RunDirectory.open(folder.resolve("sft-1"))) {
      run.storeOrCompareSettings(
          settings("{'steps': 10, 'rate': 1e-5, 'sizes': [1, 2], 'size': {'width': 64}}"));
      ObjectNode again = new ObjectMapper().createObjectNode();
      again.put("steps", 10L).put("rate", 0.00001);
      again.putObject("size").put("width", 64.0);
      again.putArray("sizes").add(1).add(2);
      run.storeOrCompareSettings(again);
      assertThat(run.settings().get("steps").asInt()).isEqualTo(10);
    }
  }

  @Test
  void everySettingThatDiffersIsNamed() throws IOException {
    try (var run = RunDirectory.open(folder.resolve("sft-1"))) {
      run.storeOrCompareSettings(
          settings("{'steps': 10, 'size': {'width': 64, 'heads': 2}, 'gone': true}"));
      ObjectNode other = settings("{'steps': 10, 'size': {'width': 32, 'heads': 2}, 'new': 'x'}");
      assertThatThrownBy(() -> run.storeOrCompareSettings(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(
              "size.width: 64 there, 32 asked for",
              "gone: true there, nothing asked for",
              "new: nothing there, \"x\" asked for",
              "start a new run")
          .message()
          .doesNotContain("steps", "heads");
    }
  }

  @Test
  void aRunIsFoundByWhatItsSettingsSay() throws IOException {
    for (String model : List.of("a", "b")) {
      try (var run = RunDirectory.create(folder, "sft")) {
        run.storeOrCompareSettings(settings("{'model': '%s'}".formatted(model)));
      }
    }
    Files.createDirectory(folder.resolve("sft-3")); // killed before it said anything
    assertThat(RunDirectory.latest(folder, "sft", "model", "a")).contains(folder.resolve("sft-1"));
    assertThat(RunDirectory.latest(folder, "sft", "model", "b")).contains(folder.resolve("sft-2"));
    assertThat(RunDirectory.latest(folder, "sft", "model", "c")).isEmpty();
  }

  @Test
  void aRunThatSavedNothingIsForgottenAndOneThatSavedIsNot() throws IOException {
    try (var run = RunDirectory.open(folder.resolve("sft-1"))) {
      assertThat(run.forgetUnlessSaved()).isFalse();
      run.storeOrCompareSettings(settings("{'steps': 10}"));
      Files.writeString(run.metrics(), "{}\n");
      assertThat(run.forgetUnlessSaved()).isTrue();
      assertThat(run.metrics()).doesNotExist();
      run.storeOrCompareSettings(settings("{'steps': 20}"));
      Files.createDirectories(run.checkpoints().resolve("step-00000003"));
      assertThat(run.forgetUnlessSaved()).isFalse();
      assertThatThrownBy(() -> run.storeOrCompareSettings(settings("{'steps': 30}")))
          .hasMessageContaining("or start a new run with --new");
    }
  }

  @Test
  void damagedSettingsAreNamed() throws IOException {
    try (var run = RunDirectory.open(folder.resolve("sft-1"))) {
      Files.writeString(run.folder().resolve("settings.json"), "{\"steps\": ");
      assertThatThrownBy(run::settings)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("settings.json: expected a JSON object");
    }
  }

  private static ObjectNode settings(String json) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
  }
}
