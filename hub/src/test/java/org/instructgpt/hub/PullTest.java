package org.instructgpt.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Lineage;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model comes from a hub on this machine: what is taken, and what is known of it.
class PullTest {
  @TempDir static Path models;
  @TempDir private Path folder;
  private PullScene scene;

  @BeforeAll
  static void makeModel() throws IOException {
    PullScene.makeModel(models.resolve("small"));
  }

  @BeforeEach
  void open() throws IOException {
    scene = new PullScene(folder, models.resolve("small"));
  }

  @AfterEach
  void close() {
    scene.close();
  }

  @Test
  void whatIsReadComesAndTheRestIsLeftAndSaid() throws IOException {
    scene.hub.put("LICENSE", "Do what you like.".getBytes(StandardCharsets.UTF_8));
    scene.hub.put("pytorch_model.bin", new byte[30_000]);
    scene.hub.put("onnx/model.onnx", new byte[1_500]);
    scene.hub.put("README.md", new byte[700]);
    var pulled = scene.pull();
    scene.assertWhole();
    assertThat(scene.target())
        .isDirectoryContaining("glob:**/LICENSE")
        .isDirectoryNotContaining("glob:**/{README.md,onnx,pytorch_model.bin,pull.lock}");
    assertThat(scene.said)
        .contains(
            "left out: 3 files (pytorch_model.bin, onnx/model.onnx, README.md), 32 kB",
            "org/model is at commit " + "a".repeat(40) + "; licence: apache-2.0");
    assertThat(pulled.unchecked()).isEmpty();
    assertThat(scene.hub.gets("pytorch_model.bin")).isZero();
    var lineage = Lineage.read(scene.target());
    assertThat(lineage.path("stage").asText()).isEqualTo("pull");
    assertThat(lineage.at("/made/pulled").toString())
        .isEqualTo(
            "{\"endpoint\":\"%s\",\"repository\":\"org/model\",\"revision\":\"main\",\"commit\":\"%s\",\"licence\":\"apache-2.0\",\"time\":\"2026-11-30T12:00:00Z\"}"
                .formatted(scene.hub.address(), "a".repeat(40)));
    assertThat(Lineage.isFramed(lineage)).isFalse();
  }

  @Test
  void moreComesWhereItIsAskedFor() throws IOException {
    scene.hub.put("README.md", "read".getBytes(StandardCharsets.UTF_8));
    assertThat(scene.pull(Optional.empty(), "*.md")).isPresent();
    assertThat(scene.target().resolve("README.md")).hasContent("read");
  }

  @Test
  void aModelThatWasMadeHereKeepsItsStage() throws IOException {
    scene.hub.put(
        Lineage.FILE,
        "{\"stage\": \"sft\", \"made\": {\"steps\": 3}, \"parents\": {\"start\": {\"name\": \"base\", \"sha256\": \"ab\"}}, \"sha256\": {\"gone\": \"00\"}}"
            .getBytes(StandardCharsets.UTF_8));
    scene.pull();
    scene.assertWhole();
    var lineage = Lineage.read(scene.target());
    assertThat(Lineage.isFramed(lineage)).isTrue();
    assertThat(lineage.at("/made/steps").asInt()).isEqualTo(3);
    assertThat(lineage.at("/made/pulled/repository").asText()).isEqualTo("org/model");
    assertThat(lineage.at("/parents/start/name").asText()).isEqualTo("base");
  }

  @Test
  void theTokenGoesToTheHubAloneAndNowhereElse() throws IOException {
    scene.pull(Optional.of(PullScene.TOKEN));
    scene.assertWhole();
    assertThat(scene.hub.asked()).hasSizeGreaterThan(4);
    assertThat(scene.hub.asked())
        .allSatisfy(each ->
            assertThat(each.authorization())
                .isEqualTo(each.elsewhere() ? null : "Bearer " + PullScene.TOKEN));
    assertThat(scene.hub.asked()).anyMatch(FakeHub.Asked::elsewhere);
    assertThat(scene.said).noneMatch(line -> line.contains(PullScene.TOKEN));
    assertThat(Files.readString(scene.target().resolve(Lineage.FILE)))
        .doesNotContain(PullScene.TOKEN);
  }

  @Test
  void aHubThatTellsNeitherSizesNorSumsInItsListIsAskedFileByFile() throws IOException {
    scene.hub.listing(json -> {
      for (var file : json.path("siblings")) {
        ((ObjectNode) file).remove(List.of("size", "lfs", "blobId"));
      }
    });
    assertThat(scene.pull().unchecked()).isEmpty();
    scene.assertWhole();
    assertThat(scene.hub.asked()).filteredOn(each -> each.method().equals("HEAD")).hasSize(4);
    Files.move(scene.target(), folder.resolve("other"));
    scene.hub.fail(PullScene.WEIGHTS, FakeHub.wrong());
    assertThatThrownBy(scene::pull).hasMessageContaining("does not have the checksum");
  }

  @Test
  void aModelInSeveralFilesComesWithThoseThatItsIndexNames() throws IOException {
    var weights = scene.hub.content(PullScene.WEIGHTS);
    scene.hub.remove(PullScene.WEIGHTS);
    scene.hub.put("model-00001-of-00001.safetensors", weights);
    scene.hub.put("model-00009-of-00009.safetensors", new byte[50_000]);
    var map = new StringBuilder();
    for (var name :
        Safetensors.header(models.resolve("small").resolve(PullScene.WEIGHTS)).tensors().keySet()) {
      map.append(map.isEmpty() ? "" : ", ")
          .append("\"%s\": \"model-00001-of-00001.safetensors\"".formatted(name));
    }
    scene.hub.put(
        "model.safetensors.index.json",
        "{\"weight_map\": {%s}}".formatted(map).getBytes(StandardCharsets.UTF_8));
    scene.pull();
    try (var _ = Scope.open()) {
      Checkpoint.loadLanguageModel(scene.target(), Precision.FULL, Device.CPU);
    }
    assertThat(scene.hub.gets("model-00009-of-00009.safetensors")).isZero();
    assertThat(scene.said).contains("left out: 1 file (model-00009-of-00009.safetensors), 50 kB");
  }

  @Test
  void whatIsThereAlreadyIsNotTouched() throws IOException {
    scene.pull();
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is there already, pulled from org/model at commit aaaa");
    assertThat(scene.hub.gets("config.json")).isEqualTo(1);
  }

  @Test
  void twoAtOnceDoNotWriteOneModel() throws IOException {
    try (var _ = PullFolder.open(scene.target())) {
      assertThatThrownBy(scene::pull).hasMessageContaining("is being pulled at this moment");
    }
    scene.pull();
    scene.assertWhole();
  }
}
