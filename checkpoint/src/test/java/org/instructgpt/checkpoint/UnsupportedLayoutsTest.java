package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnsupportedLayoutsTest {
  private static final String CONFIG =
      "{\"model_type\": \"gpt2\", \"n_layer\": 1, \"n_embd\": 8, \"n_head\": 2, \"n_positions\": 4, \"vocab_size\": 9}";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model-00001-of-00002.safetensors|several files without their index|Put model.safetensors.index.json",
        "pytorch_model.bin|PyTorch's own pickle files|AutoModelForCausalLM.from_pretrained(DIR)",
        "pytorch_model.bin.index.json|PyTorch's own pickle files|save_pretrained(NEW",
        "tf_model.h5|TensorFlow's Keras|from_tf=True",
        "flax_model.msgpack|weights of Flax|from_flax=True",
        "gpt2.Q4_K_M.gguf|llama.cpp|Take the checkpoint that it was made from",
        "decoder_model.onnx|ONNX|Take the checkpoint that it was exported from",
        "consolidated.00.pth|as its makers (Meta, Mistral) keep it|Hugging Face's layout",
        "model.ckpt.index|a checkpoint of TensorFlow|openai-community/gpt2",
        "best.pt|PyTorch's own pickle files|from_pretrained(DIR)",
        "weights.safetensors|under another name|call the file model.safetensors"
      })
  void anUnsupportedLayoutIsNamedWithTheWayToConvertIt(String name, String what, String convert)
      throws IOException {
    for (boolean config : new boolean[] {false, true}) {
      if (config) {
        Files.writeString(folder.resolve("config.json"), CONFIG);
      }
      Files.writeString(folder.resolve(name), "x");
      assertThatThrownBy(() -> Checkpoint.kind(folder))
          .satisfies(e -> told(e, name, what, convert));
      assertThatThrownBy(() -> Checkpoint.shape(folder))
          .satisfies(e -> told(e, name, what, convert));
      assertThatThrownBy(() -> Checkpoint.tokenizer(folder)).isNotNull();
      assertThatThrownBy(() -> Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU))
          .satisfies(e -> told(e, name, what, convert));
    }
    if (!name.endsWith("config.json")) {
      assertThat(Checkpoint.unsupportedLayout(folder.resolve(name)).orElseThrow())
          .contains(what, convert);
    }
  }

  @Test
  void aTokenizerOfLlama2cIsNoWeights() throws IOException {
    Files.writeString(folder.resolve("tok512.bin"), "x");
    assertThat(Checkpoint.unsupportedLayout(folder)).isEmpty();
  }

  private static void told(Throwable error, String name, String what, String convert) {
    assertThat(error)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(what)
        .hasMessageContaining(
            "Only config.json with model.safetensors, or several such files and their index, is read.")
        .hasMessageContaining(convert);
  }

  @Test
  void anAdapterBesideWholeWeightsIsNotPassedOver() throws IOException {
    Files.writeString(folder.resolve("adapter_model.safetensors"), "x");
    assertThat(Checkpoint.unsupportedLayout(folder).orElseThrow()).contains("--adapter");
    Files.writeString(folder.resolve("config.json"), CONFIG);
    assertThat(Checkpoint.unsupportedLayout(folder)).isEmpty();
    Files.writeString(folder.resolve("model.safetensors"), "x");
    assertThat(Checkpoint.unsupportedLayout(folder).orElseThrow()).contains("both");
  }

  @Test
  void aPointerOfGitIsNoWeights() throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.writeString(
        folder.resolve("model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid x\n");
    assertThatThrownBy(() -> Checkpoint.shape(folder))
        .hasMessageContaining("pointer of Git LFS")
        .hasMessageContaining("git lfs pull");
  }

  @Test
  void unknownFilesAreNotGuessed() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), "x");
    assertThat(Checkpoint.unsupportedLayout(folder)).isEmpty();
    assertThat(Checkpoint.unsupportedLayout(folder.resolve("notes.txt"))).isEmpty();
    assertThat(Checkpoint.unsupportedLayout(folder.resolve("none"))).isEmpty();
  }
}
