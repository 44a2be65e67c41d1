package org.instructgpt.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.instructgpt.gguf.GgufExport.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that were written, read by [ReferenceGguf] and compared with the checkpoint's own files
/// under their published names.
class GgufExportTest {
  @TempDir Path folder;

  static Stream<String> families() {
    return SmallModels.CONFIGS.keySet().stream();
  }

  private ReferenceGguf export(Path model, Type type) throws IOException {
    var out = folder.resolve("model-" + type + ".gguf");
    GgufExport.write(model, Optional.of(type), out, () -> false);
    return new ReferenceGguf(out);
  }

  /// The tensors that a checkpoint of published names has, in GGUF's names and order of rows.
  private static PublishedTensors published(Path model, String name) throws IOException {
    return new PublishedTensors(SmallModels.config(name), SmallModels.tensors(model));
  }

  @ParameterizedTest
  @MethodSource("families")
  void everyTensorHasTheNumbersOfTheCheckpoint(String name) throws IOException {
    var model = SmallModels.write(folder, name);
    var file = export(model, Type.FLOAT32);
    var expected = published(model, name).all();
    assertThat(file.version).isEqualTo(3);
    assertThat(file.tensors.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    expected.forEach((tensor, wanted) -> {
      var found = Objects.requireNonNull(file.tensors.get(tensor));
      assertThat(found.type()).isZero();
      assertThat(found.sizes()).as(tensor).isEqualTo(wanted.sizes());
      assertThat(found.values()).hasSameSizeAs(wanted.values());
      double worst = 0;
      for (int i = 0; i < wanted.values().length; i++) {
        worst = Math.max(worst, Math.abs(found.values()[i] - wanted.values()[i]));
      }
      assertThat(worst).as(tensor).isLessThan(1e-6);
    });
  }

  @ParameterizedTest
  @MethodSource("families")
  void matricesHaveTheWantedTypeAndVectorsStayFloat32(String name) throws IOException {
    var model = SmallModels.write(folder, name);
    var exact = export(model, Type.FLOAT32);
    var types = Map.of(Type.FLOAT16, 1, Type.BFLOAT16, 30, Type.Q8_0, 8);
    types.forEach((type, code) -> {
      var file = read(() -> export(model, type));
      assertThat(file.tensors.keySet()).isEqualTo(exact.tensors.keySet());
      exact.tensors.forEach((tensor, wanted) -> {
        var found = Objects.requireNonNull(file.tensors.get(tensor));
        boolean stays = wanted.sizes().size() == 1 || tensor.equals("position_embd.weight");
        assertThat(found.type()).as(tensor).isEqualTo(stays ? 0 : code);
        if (stays) {
          assertThat(found.raw()).as(tensor).isEqualTo(wanted.raw());
        } else {
          assertThat(excess(found.values(), wanted.values(), type))
              .as(tensor)
              .isLessThanOrEqualTo(0);
        }
      });
    });
  }

  /// By how much the worst element is further off than its type allows: half a unit in the last
  /// place, or half a step of its block and what the step is rounded by.
  private static double excess(double[] found, double[] wanted, Type type) {
    double worst = Double.NEGATIVE_INFINITY;
    for (int from = 0; from < wanted.length; from += 32) {
      double greatest = 0;
      for (int i = from; i < from + 32; i++) {
        greatest = Math.max(greatest, Math.abs(wanted[i]));
      }
      for (int i = from; i < from + 32; i++) {
        double allowed =
            switch (type) {
              case FLOAT16 -> Math.abs(wanted[i]) / 2048 + 1e-7;
              case BFLOAT16 -> Math.abs(wanted[i]) / 256;
              default -> greatest / 127 * 0.57;
            };
        worst = Math.max(worst, Math.abs(found[i] - wanted[i]) - allowed);
      }
    }
    return worst;
  }

  private interface Reading {
    ReferenceGguf read() throws IOException;
  }

  private static ReferenceGguf read(Reading reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void metadataSayTheShape() throws IOException {
    var file = export(SmallModels.write(folder, "llama 3.2"), Type.Q8_0);
    assertThat(file.metadata)
        .containsEntry("general.architecture", "llama")
        .containsEntry("general.name", "llama32")
        .containsEntry("general.file_type", 7L)
        .containsEntry("llama.vocab_size", 300L)
        .containsEntry("llama.context_length", 128L)
        .containsEntry("llama.embedding_length", 64L)
        .containsEntry("llama.block_count", 4L)
        .containsEntry("llama.feed_forward_length", 96L)
        .containsEntry("llama.attention.head_count", 4L)
        .containsEntry("llama.attention.head_count_kv", 2L)
        .containsEntry("llama.attention.key_length", 24L)
        .containsEntry("llama.attention.value_length", 24L)
        .containsEntry("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .containsEntry("llama.rope.dimension_count", 24L)
        .containsEntry("llama.rope.freq_base", 500_000f)
        .doesNotContainKey("llama.rope.scaling.type");
    assertThat(file.tensors).containsKey("rope_freqs.weight");
  }

  @Test
  void metadataSayHowPositionsAreScaled() throws IOException {
    assertThat(export(SmallModels.write(folder, "linear"), Type.FLOAT32).metadata)
        .containsEntry("llama.rope.scaling.type", "linear")
        .containsEntry("llama.rope.scaling.factor", 4f)
        .containsEntry("llama.rope.freq_base", 10_000f);
    Files.delete(folder.resolve("model-FLOAT32.gguf"));
    var yarn = export(SmallModels.write(folder, "yarn"), Type.FLOAT32).metadata;
    assertThat(yarn)
        .containsEntry("llama.rope.scaling.type", "yarn")
        .containsEntry("llama.rope.scaling.factor", 4f)
        .containsEntry("llama.rope.scaling.original_context_length", 64L)
        .containsEntry("llama.rope.scaling.yarn_beta_fast", 32f);
    assertThat((float) Objects.requireNonNull(yarn.get("llama.rope.scaling.attn_factor")))
        .isCloseTo((float) (1.25 / (1 + 0.1 * Math.log(4))), within(1e-6f));
  }

  @Test
  void metadataSayWindowsCapsAndTheSecondBase() throws IOException {
    assertThat(export(SmallModels.write(folder, "gemma 3"), Type.FLOAT32).metadata)
        .containsEntry("gemma3.attention.sliding_window", 10L)
        .containsEntry("gemma3.attention.sliding_window_pattern", List.of(true, false, true, false))
        .containsEntry("gemma3.rope.freq_base", 5000f)
        .containsEntry("gemma3.rope.freq_base_swa", 100f)
        .containsEntry("gemma3.rope.scaling.factor", 2f);
    Files.delete(folder.resolve("model-FLOAT32.gguf"));
    assertThat(export(SmallModels.write(folder, "gemma 2"), Type.FLOAT32).metadata)
        .containsEntry("gemma2.attn_logit_softcapping", 2f)
        .containsEntry("gemma2.final_logit_softcapping", 3f)
        .containsEntry("gemma2.attention.sliding_window", 10L)
        .doesNotContainKey("gemma2.attention.sliding_window_pattern");
  }

  @Test
  void aContextEndsWhereAWindowWouldBeginToMatter() throws IOException {
    var model = SmallModels.write(folder, "mistral");
    var out = folder.resolve("mistral.gguf");
    var report = GgufExport.write(model, Optional.empty(), out, () -> false);
    assertThat(new ReferenceGguf(out).metadata).containsEntry("llama.context_length", 48L);
    assertThat(report.notes()).anyMatch(note -> note.contains("the window of 48 tokens"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpt2|scale_attn_weights|false|scale_attn_weights false",
        "gpt2|scale_attn_by_inverse_layer_idx|true|scale_attn_by_inverse_layer_idx",
        "gpt2|activation_function|\"silu\"|the activation silu",
        "llama 2|hidden_act|\"gelu\"|the activation gelu",
        "llama 2|no_rope_layers|[1, 0, 1, 1]|no_rope_layers: positions in layer 1",
        "llama 2|partial_rotary_factor|0.5|partial_rotary_factor",
        "llama 2|final_logit_softcapping|30.0|final_logit_softcapping",
        "qwen 2|mlp_bias|true|mlp_bias",
        "qwen 2|attention_bias|true|a bias of attention's output",
        "qwen 2|head_dim|24|head_dim 24",
        "smollm 3|no_rope_layer_interval|2|no_rope_layers",
        "gemma 2|query_pre_attn_scalar|50|query_pre_attn_scalar",
        "gemma 2|tie_word_embeddings|false|tie_word_embeddings",
        "gemma 2|attn_logit_softcapping|0|attn_logit_softcapping null",
        "gemma 3|attn_logit_softcapping|30.0|attn_logit_softcapping",
        "qwen 3|rope_scaling|{\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0,"
            + " \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 32}|rope_scaling"
      })
  void whatCannotBeHeldIsRefusedByItsName(String name, String key, String value, String said)
      throws IOException {
    var out = folder.resolve("out.gguf");
    var model = changed(name, config -> config.putRawValue(key, new RawValue(value)));
    assertThatThrownBy(() -> GgufExport.write(model, Optional.empty(), out, () -> false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(model.toString())
        .hasMessageContaining(said);
    assertThat(out).doesNotExist();
  }

  private Path changed(String name, Consumer<ObjectNode> change) throws IOException {
    var config = SmallModels.config(name);
    change.accept(config);
    return SmallModels.write(folder, "changed", config.toString(), 0.3);
  }

  @Test
  void aNumberTooLargeForTheTypeIsToldAndNothingIsLeft() throws IOException {
    var model = SmallModels.write(folder, "large", SmallModels.config("qwen 2").toString(), 1e5);
    var out = folder.resolve("out.gguf");
    assertThatThrownBy(() -> GgufExport.write(model, Optional.of(Type.FLOAT16), out, () -> false))
        .hasMessageContaining("token_embd.weight holds the number")
        .hasMessageContaining("too large for f16: choose bfloat16");
    assertThat(folder).isDirectoryNotContaining(path -> path.toString().contains("out.gguf"));
    GgufExport.write(model, Optional.of(Type.BFLOAT16), out, () -> false);
    assertThat(out).exists();
  }

  @Test
  void rowsThatAreNoWholeBlocksAreFloat16AndCounted() throws IOException {
    var model = changed("qwen 2", config -> config.put("intermediate_size", 40));
    var out = folder.resolve("out.gguf");
    var report = GgufExport.write(model, Optional.of(Type.Q8_0), out, () -> false);
    assertThat(report.notes())
        .anyMatch(
            note -> note.startsWith("4 matrices, such as blk.0.ffn_down.weight, are float16"));
    var file = new ReferenceGguf(out);
    assertThat(Objects.requireNonNull(file.tensors.get("blk.3.ffn_down.weight")).type())
        .isEqualTo(1);
    assertThat(Objects.requireNonNull(file.tensors.get("blk.3.ffn_up.weight")).type()).isEqualTo(8);
  }

  @Test
  void whatIsStoppedLeavesNothing() throws IOException {
    var model = SmallModels.write(folder, "gpt2");
    var out = folder.resolve("out.gguf");
    var asked = new AtomicInteger();
    assertThatThrownBy(
            () -> GgufExport.write(model, Optional.empty(), out, () -> asked.incrementAndGet() > 3))
        .isInstanceOf(CancellationException.class);
    assertThat(folder).isDirectoryNotContaining(path -> path.toString().contains("out.gguf"));
  }

  @Test
  void aNameThatNeedsOtherTokensIsLeftOut() throws IOException {
    var out = folder.resolve("out.gguf");
    var report =
        GgufExport.write(SmallModels.write(folder, "phi 3"), Optional.empty(), out, () -> false);
    assertThat(new ReferenceGguf(out).metadata)
        .containsEntry("general.architecture", "phi3")
        .doesNotContainKey("general.name");
    assertThat(report.notes()).anyMatch(note -> note.startsWith("the file has no name"));
  }

  @Test
  void aTakenPlaceIsRefused() throws IOException {
    var model = SmallModels.write(folder, "gpt2");
    var out = Files.writeString(folder.resolve("out.gguf"), "mine");
    assertThatThrownBy(() -> GgufExport.write(model, Optional.empty(), out, () -> false))
        .hasMessageContaining("expected a file that is not there yet");
    assertThat(out).hasContent("mine");
  }

  @Test
  void theExactGeluIsSaidToBeApproximated() throws IOException {
    var model = changed("gpt2", config -> config.put("activation_function", "gelu"));
    var report = GgufExport.write(model, Optional.empty(), folder.resolve("out.gguf"), () -> false);
    assertThat(report.notes()).anyMatch(note -> note.contains("GELU in its tanh form"));
  }
}
