package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Models handed on in Hugging Face's layout.
class FolderExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long ALL_IN_ONE = 1_000_000;

  private static final String LLAMA =
      """
      {"model_type": "llama", "vocab_size": 270, "hidden_size": 24, "intermediate_size": 40,
       "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 64,
       "architectures": ["LlamaForCausalLM"], "tie_word_embeddings": false, "torch_dtype": "%s"}
      """;

  @TempDir Path folder;
  private Path model = Path.of("");
  private Path out = Path.of("");
  private Scope scope;

  @BeforeEach
  void open() throws IOException {
    scope = Scope.open();
    model = Files.createDirectory(folder.resolve("model"));
    out = folder.resolve("out");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /// A Llama with matrices of a type and normalisations in float32.
  private Map<String, Tensor> write(DType type) throws IOException {
    var config = LLAMA.formatted(type.name().toLowerCase(Locale.ROOT));
    Files.writeString(model.resolve("config.json"), config);
    var tensors = new LinkedHashMap<String, Tensor>();
    var random = new Random(1);
    ReferenceTensors.shapes(JSON.readTree(config))
        .forEach((name, shape) -> {
          var values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
          }
          var tensor = Tensor.of(values, shape);
          tensors.put(name, name.contains("norm") ? tensor : tensor.to(type));
        });
    Safetensors.write(model.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    BpeTrainer.train(List.of("the cat sat on the mat"), 270).saveAll(model);
    Files.writeString(model.resolve("LICENSE"), "as you like\n");
    Files.writeString(model.resolve("generation_config.json"), "{\"temperature\": 0.5}\n");
    Files.writeString(model.resolve("special_tokens_map.json"), "{\"pad_token\": \"<|pad|>\"}\n");
    Files.writeString(model.resolve("chat_template.jinja"), "{{ messages[0].content }}");
    Files.writeString(model.resolve("README.md"), "about it");
    return tensors;
  }

  private FolderExport.Report export(Optional<DType> type, long most, Path place)
      throws IOException {
    return FolderExport.write(model, type, most, place, () -> false);
  }

  @Test
  void whatIsStoppedLeavesNothing() throws IOException {
    write(DType.FLOAT32);
    var asked = new AtomicInteger();
    assertThatThrownBy(() ->
            FolderExport.write(
                model, Optional.empty(), ALL_IN_ONE, out, () -> asked.incrementAndGet() > 3))
        .isInstanceOf(CancellationException.class);
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(model));
  }

  private JsonNode config() throws IOException {
    return JSON.readTree(Files.readString(out.resolve("config.json")));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
  void whatIsKeptHasTheSameBytes(DType type) throws IOException {
    write(type);
    var report = export(Optional.empty(), ALL_IN_ONE, out);
    for (var name :
        List.of(
            "model.safetensors",
            "config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "generation_config.json",
            "chat_template.jinja",
            "LICENSE")) {
      assertThat(out.resolve(name)).hasSameBinaryContentAs(model.resolve(name));
    }
    assertThat(report.type()).isEqualTo(type);
    assertThat(report.files()).containsExactly("model.safetensors");
    assertThat(report.notes()).containsExactly("left behind: README.md");
    assertThat(out.resolve("README.md")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
  void aChosenTypeIsThatOfAllTensorsAndOfTheDescription(DType type) throws IOException {
    var source = write(DType.FLOAT32);
    export(Optional.of(type), ALL_IN_ONE, out);
    var written = Safetensors.read(out.resolve("model.safetensors"));
    assertThat(written.keySet()).isEqualTo(source.keySet());
    written.forEach((name, tensor) ->
        assertThat(tensor.sameBits(Objects.requireNonNull(source.get(name)).to(type)))
            .as(name)
            .isTrue());
    assertThat(config().path("torch_dtype").asText()).isEqualToIgnoringCase(type.name());
    assertThat(Checkpoint.shape(out)).isEqualTo(Checkpoint.shape(model));
  }

  @Test
  void severalFilesHoldTheSameAsOne() throws IOException {
    write(DType.BFLOAT16);
    export(Optional.empty(), ALL_IN_ONE, out);
    var shards = folder.resolve("shards");
    var report = export(Optional.empty(), 10_000, shards);
    assertThat(report.files())
        .hasSizeGreaterThan(3)
        .first()
        .asString()
        .startsWith("model-00001-of-0");
    var index = JSON.readTree(Files.readString(shards.resolve(WeightFiles.INDEX)));
    long total = 0;
    var whole = Safetensors.read(out.resolve("model.safetensors"));
    for (var file : report.files()) {
      long bytes = 0;
      for (var tensor : Safetensors.read(shards.resolve(file)).entrySet()) {
        assertThat(index.path("weight_map").path(tensor.getKey()).asText()).isEqualTo(file);
        assertThat(
                tensor.getValue().sameBits(Objects.requireNonNull(whole.remove(tensor.getKey()))))
            .isTrue();
        bytes += tensor.getValue().count() * tensor.getValue().dtype().bytes();
      }
      assertThat(bytes).isLessThanOrEqualTo(12_960); // the embedding alone
      total += bytes;
    }
    assertThat(whole).isEmpty();
    assertThat(index.path("metadata").path("total_size").asLong()).isEqualTo(total);
    var one = Checkpoint.loadLanguageModel(out, Precision.FULL, Device.CPU);
    var several = Checkpoint.loadLanguageModel(shards, Precision.FULL, Device.CPU);
    assertThat(several.parameters().flat().sameBits(one.parameters().flat())).isTrue();
  }

  @Test
  void anOldFileGetsTheNamesAndClassesOfToday() throws IOException {
    var tensors = write(DType.FLOAT32);
    var old = new LinkedHashMap<String, Tensor>();
    tensors.forEach((name, tensor) -> old.put(name.replaceFirst("^model\\.", ""), tensor));
    old.put("layers.0.self_attn.rotary_emb.inv_freq", Tensor.of(new float[3], 3));
    Safetensors.write(model.resolve("model.safetensors"), old, Map.of());
    Files.writeString(
        model.resolve("config.json"),
        LLAMA.formatted("float16").replace("LlamaForCausalLM", "LlamaModel"));
    export(Optional.empty(), ALL_IN_ONE, out);
    var written = Safetensors.read(out.resolve("model.safetensors"));
    assertThat(written.keySet()).isEqualTo(tensors.keySet());
    assertThat(config().path("architectures").get(0).asText()).isEqualTo("LlamaForCausalLM");
    assertThat(config().path("torch_dtype").asText()).isEqualTo("float32");
  }

  @Test
  void anotherCopysLineageHasTheSumsOfTheCopy() throws IOException {
    write(DType.FLOAT32);
    new Lineage("sft", Map.of("steps", 3), Map.of()).write(model);
    export(Optional.of(DType.BFLOAT16), ALL_IN_ONE, out);
    assertThat(Lineage.read(out).path("made").path("steps").asInt()).isEqualTo(3);
    Lineage.verify(out);
    assertThat(Checkpoint.kind(out)).isEqualTo(Checkpoint.Kind.LANGUAGE);
  }

  @Test
  void aNumberBeyondTheTypeIsToldWithItsTensorAndNothingIsLeft() throws IOException {
    var tensors = write(DType.FLOAT32);
    var name = "model.layers.1.mlp.up_proj.weight";
    Scope.constant(() -> Objects.requireNonNull(tensors.get(name)).fill_(70_000));
    Safetensors.write(model.resolve("model.safetensors"), tensors, Map.of());
    assertThatThrownBy(() -> export(Optional.of(DType.FLOAT16), ALL_IN_ONE, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("70000.0, which is too large for float16");
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(model));
    export(Optional.of(DType.BFLOAT16), ALL_IN_ONE, out);
    assertThat(out).isDirectory();
  }

  @Test
  void aTakenPlaceIsRefusedAndLeftAsItWas() throws IOException {
    write(DType.FLOAT32);
    Files.createDirectory(out);
    Files.writeString(out.resolve("mine"), "x");
    assertThatThrownBy(() -> export(Optional.empty(), ALL_IN_ONE, out))
        .hasMessageContaining("one that holds something");
    assertThat(out.resolve("mine")).hasContent("x");
    Files.delete(out.resolve("mine"));
    export(Optional.empty(), ALL_IN_ONE, out);
    assertThat(out.resolve("config.json")).exists();
  }
}
