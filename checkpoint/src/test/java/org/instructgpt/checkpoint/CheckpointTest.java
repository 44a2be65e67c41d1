package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.model.Architecture;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final Tokenizer TOKENIZER =
      BpeTrainer.train(List.of("the cat sat on the mat"), 270);
  private static final GptConfig SHAPE =
      new GptConfig(2, 16, 2, 12, 270, GptConfig.Activation.GELU_NEW, 1e-5, 0.2, 4);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Gpt gpt() {
    var gpt = new Gpt(SHAPE, Precision.FULL, Device.CPU);
    gpt.initialize(new Randomness(1));
    return gpt;
  }

  private static Lineage lineage() {
    return new Lineage("pretrain", Map.of("step", 3), Map.of());
  }

  private void saved() throws IOException {
    Checkpoint.save(gpt(), TOKENIZER, lineage(), folder);
  }

  private Gpt load() throws IOException {
    return Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
  }

  private void rewriteWeights(java.util.function.UnaryOperator<Map<String, Tensor>> change)
      throws IOException {
    var file = folder.resolve(CheckpointFiles.WEIGHTS);
    var tensors = change.apply(new LinkedHashMap<>(Safetensors.read(file)));
    var copies = new LinkedHashMap<String, Tensor>();
    tensors.forEach((name, tensor) -> copies.put(name, tensor.copy()));
    Safetensors.write(file, copies, Map.of());
    Files.delete(folder.resolve(Lineage.FILE));
  }

  private void rewriteConfig(java.util.function.Consumer<ObjectNode> change) throws IOException {
    var file = folder.resolve(CheckpointFiles.CONFIG);
    var json = (ObjectNode) JSON.readTree(Files.readString(file));
    change.accept(json);
    Files.writeString(file, JSON.writeValueAsString(json));
    Files.deleteIfExists(folder.resolve(Lineage.FILE));
  }

  @Test
  void aSavedCheckpointLoadsEqualToTheBit() throws IOException {
    var gpt = gpt();
    Checkpoint.save(gpt, TOKENIZER, lineage(), folder);
    var loaded = load();
    assertThat(loaded.config()).isEqualTo(SHAPE);
    assertThat(loaded.parameters().flat().sameBits(gpt.parameters().flat())).isTrue();
    assertThat(Checkpoint.tokenizer(folder).encode("the mat"))
        .isEqualTo(TOKENIZER.encode("the mat"));
    assertThat(Checkpoint.kind(folder)).isEqualTo(Checkpoint.Kind.LANGUAGE);
  }

  @Test
  void anArchitectureThatNoFileDescribesIsNotSavedAsAGpt2() {
    var usual = SHAPE.effective();
    var other =
        new Architecture(
            Architecture.Norm.RMS,
            usual.places(),
            0,
            false,
            usual.heads(),
            usual.network(),
            usual.layers(),
            true,
            1,
            0,
            true);
    var gpt = new Gpt(SHAPE.withArchitecture(other), Precision.FULL, Device.CPU);
    assertThatThrownBy(() -> Checkpoint.save(gpt, TOKENIZER, lineage(), folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.architecture: expected null");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aRewardModelKeepsItsHeadAndItsShift() throws IOException {
    var model = new ScalarModel(SHAPE, Precision.FULL, Device.CPU);
    model.initializeFrom(gpt(), new Randomness(2));
    model.setBias(-1.25);
    Checkpoint.save(model, TOKENIZER, lineage(), folder);
    var loaded = Checkpoint.loadRewardModel(folder, Precision.FULL, Device.CPU);
    assertThat(loaded.parameters().flat().sameBits(model.parameters().flat())).isTrue();
    assertThat(loaded.bias()).isEqualTo(-1.25);
    assertThat(Safetensors.read(folder.resolve(CheckpointFiles.WEIGHTS)))
        .containsKeys("score.weight", "transformer.wte.weight")
        .doesNotContainKey("score.bias");
  }

  @Test
  void namesWithoutTheTransformerPrefixLoadToo() throws IOException {
    saved();
    rewriteWeights(tensors -> {
      var renamed = new LinkedHashMap<String, Tensor>();
      tensors.forEach((name, t) -> renamed.put(name.replace("transformer.", ""), t));
      renamed.put("h.0.attn.bias", Tensor.zeros(org.instructgpt.torch.DType.FLOAT32, 1, 1, 12, 12));
      return renamed;
    });
    assertThat(load().parameters().flat().sameBits(gpt().parameters().flat())).isTrue();
  }

  @Test
  void aTiedUnembeddingIsAcceptedAndAnotherRefused() throws IOException {
    saved();
    rewriteWeights(tensors -> {
      tensors.put("lm_head.weight", tensors.get("transformer.wte.weight").copy());
      return tensors;
    });
    load();
    Checkpoint.save(gpt(), TOKENIZER, lineage(), folder);
    rewriteWeights(tensors -> {
      tensors.put("lm_head.weight", tensors.get("transformer.wte.weight").add(1));
      return tensors;
    });
    assertThatThrownBy(this::load)
        .hasMessageContaining("lm_head.weight differs from transformer.wte.weight");
  }

  @Test
  void aFlippedBitIsFound() throws IOException {
    saved();
    var file = folder.resolve(CheckpointFiles.WEIGHTS);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 100] ^= 4;
    Files.write(file, bytes);
    assertThatThrownBy(this::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.safetensors is damaged or was changed");
  }

  @Test
  void weightsThatAreNotNumbersAreRefusedByName() throws IOException {
    saved();
    rewriteWeights(tensors -> {
      tensors.put("transformer.ln_f.bias", tensors.get("transformer.ln_f.bias").mul(Double.NaN));
      return tensors;
    });
    assertThatThrownBy(this::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("transformer.ln_f.bias holds numbers that are not finite");
  }

  @Test
  void aMissingTensorAndAnUnknownOneAreNamed() throws IOException {
    saved();
    rewriteWeights(tensors -> {
      tensors.remove("transformer.h.1.ln_2.bias");
      return tensors;
    });
    assertThatThrownBy(this::load).hasMessageContaining("no tensor transformer.h.1.ln_2.bias");
    Checkpoint.save(gpt(), TOKENIZER, lineage(), folder);
    rewriteConfig(json -> json.put("n_layer", 1));
    assertThatThrownBy(this::load).hasMessageContaining("transformer.h.1.");
  }

  @Test
  void aShapeThatDiffersFromTheConfigIsRefused() throws IOException {
    saved();
    rewriteConfig(json -> json.put("n_positions", 13));
    assertThatThrownBy(this::load)
        .hasMessageContaining(
            "wpe.weight should have the shape [13, 16] by config.json, but has [12, 16]");
  }

  @Test
  void aTokenizerThatDoesNotFitIsRefused() throws IOException {
    saved();
    BpeTrainer.train(List.of("the cat sat on the mat, again and again"), 280).saveAll(folder);
    assertThatThrownBy(() -> Checkpoint.tokenizer(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ids, but the model's vocabulary is 270");
  }

  @Test
  void aFolderThatIsNoCheckpointIsRefused() {
    assertThatThrownBy(this::load)
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("config.json");
    assertThatThrownBy(() ->
            Checkpoint.loadLanguageModel(folder.resolve("nowhere"), Precision.FULL, Device.CPU))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aLanguageModelIsNoRewardModel() throws IOException {
    saved();
    assertThatThrownBy(() -> Checkpoint.loadRewardModel(folder, Precision.FULL, Device.CPU))
        .hasMessageContaining("holds a language model, but a reward model was expected");
  }

  @Test
  void aBrokenConfigNamesItsKey() throws IOException {
    saved();
    rewriteConfig(json -> json.put("n_head", "two"));
    assertThatThrownBy(this::load).hasMessageContaining("expected a whole number for n_head");
    Files.writeString(folder.resolve(CheckpointFiles.CONFIG), "{\"n_layer\": 2,");
    assertThatThrownBy(this::load)
        .hasMessageContaining("config.json, line 1: expected a whole JSON value: it breaks off");
    Files.write(folder.resolve(CheckpointFiles.CONFIG), new byte[] {'{', (byte) 0xFF, '}'});
    assertThatThrownBy(this::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("config.json: expected UTF-8 text");
    Files.writeString(folder.resolve(CheckpointFiles.CONFIG), "{\"hidden_size\": 8}");
    assertThatThrownBy(this::load)
        .hasMessageContaining("expected model_type, one of gpt2")
        .satisfies(told -> assertThat(told.getMessage().lines()).hasSize(1));
  }

  @Test
  void aDescriptionOfMoreThanTheFilesHoldIsRefusedBeforeRoomIsMadeForIt() throws IOException {
    saved();
    rewriteConfig(json -> json.put("n_embd", 1 << 28));
    assertThatThrownBy(this::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("should have the shape");
    rewriteConfig(json -> json.put("n_layer", 2_000_000_000));
    assertThatThrownBy(this::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected 1 to 10,000 layers for n_layer, found 2000000000");
  }

  @Test
  void aDamagedLineageIsNamed() throws IOException {
    saved();
    Files.writeString(folder.resolve(Lineage.FILE), "{{{");
    assertThatThrownBy(this::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lineage.json, line 1: expected a whole JSON value");
  }
}
