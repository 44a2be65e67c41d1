package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Json;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `export-model`, and `inspect` of what it wrote.
class ExportModelCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path models = Path.of("");

  @BeforeEach
  void makeModels() throws IOException {
    models = Workspace.create(folder.resolve("w")).root().resolve("models");
    var tokenizer = BpeTrainer.train(List.of("the cat sat on the mat"), 270);
    var config = GptConfig.small(2, 64, 2, 24, 280);
    var lineage = new Lineage("sft", Map.of("steps", 3), Map.of());
    try (var _ = Scope.open()) {
      var policy = new Gpt(config, Precision.FULL, Device.CPU);
      policy.initialize(new Randomness(7));
      Checkpoint.save(policy, tokenizer, lineage, Files.createDirectory(models.resolve("sft")));
      var reward = new ScalarModel(config, Precision.FULL, Device.CPU);
      reward.initializeFrom(policy, new Randomness(8));
      reward.setBias(1.5);
      Checkpoint.save(reward, tokenizer, lineage, Files.createDirectory(models.resolve("reward")));
    }
  }

  private int run(Object... arguments) {
    var line =
        Main.commandLine(new StopSignals(), () -> Instant.EPOCH)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return Main.run(Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new), line);
  }

  private int export(String model, String to, Path place, String... more) {
    var arguments =
        new ArrayList<Object>(
            List.of("export-model", "-w", folder.resolve("w"), "--model", model, "--to", to));
    arguments.addAll(List.of("--out", place));
    arguments.addAll(List.of(more));
    return run(arguments.toArray());
  }

  @Test
  void aFolderOfOursIsOpenedAgainAndStillKnownAsFramed() throws IOException {
    var place = folder.resolve("hf");
    assertThat(export("sft", "hf", place, "--type", "bfloat16", "--shard-size", "50k")).isZero();
    assertThat(out.toString()).contains("hf: bfloat16, 28 tensors").contains(" files");
    assertThat(place.resolve("model.safetensors.index.json")).exists();
    var config = Json.LENIENT.readTree(Files.readString(place.resolve("config.json")));
    assertThat(config.path("torch_dtype").asText()).isEqualTo("bfloat16");
    assertThat(run("inspect", place)).isZero();
    assertThat(out.toString())
        .contains("texts are framed", "BFLOAT16", "as it was written")
        .doesNotContain("CHANGED");
  }

  @Test
  void aFileForLlamaCppIsShown() {
    var place = folder.resolve("sft.gguf");
    assertThat(export("sft", "gguf", place, "--type", "Q8_0")).isZero();
    assertThat(out.toString())
        .contains("sft.gguf: q8_0, 28 tensors", "read back")
        .contains("note: llama.cpp computes GELU in its tanh form")
        .contains("note: the model has no chat template: it was trained on a prompt, a blank line");
    assertThat(run("inspect", place)).isZero();
    assertThat(out.toString())
        .contains("sft.gguf: a GGUF file, version 3")
        .contains("general.architecture: gpt2", "gpt2.context_length: 24")
        .contains("blk.1.ffn_down.weight: q8_0 [256, 64]", "blk.1.ffn_down.bias: f32 [64]");
    assertThat(export("sft", "gguf", place)).isEqualTo(2);
    assertThat(err.toString()).contains("expected a file that is not there yet");
  }

  @Test
  void aRewardModelBecomesAFolderButNoFile() {
    assertThat(export("reward", "hf", folder.resolve("hf"))).isZero();
    assertThat(out.toString()).contains("note: reward_bias of config.json is ours").contains("1.5");
    assertThat(export("reward", "gguf", folder.resolve("r.gguf"))).isEqualTo(2);
    assertThat(err.toString()).contains("holds a reward model, but a language model was expected");
    assertThat(folder.resolve("r.gguf")).doesNotExist();
  }

  @Test
  void aModelThatLearnedFromWhatWasErasedIsHandedOnWithAWarning() throws IOException {
    Files.writeString(models.resolve("sft").resolve("retrain.json"), "{}");
    assertThat(export("sft", "hf", folder.resolve("hf"))).isZero();
    assertThat(out.toString()).contains("note: the model learned from what has been erased");
    assertThat(folder.resolve("hf")).isDirectoryNotContaining("glob:**retrain.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sft|hf|--type|q8_0|--type: expected one of [float32, float16, bfloat16] with --to hf,"
            + " found q8_0",
        "sft|gguf|--type|q4_0|--type: expected one of [float32, float16, bfloat16, q8_0] with --to"
            + " gguf",
        "sft|hf|--shard-size|much|--shard-size: expected an amount of memory",
        "sft|hf|--shard-size|0|--shard-size: expected at least a byte, found 0",
        "none|hf|--type|float32|--model none: there is neither a model of this name",
        "sft|onnx|--type|float32|expected one of [HF, GGUF]"
      })
  void aMistakeIsToldOnOneLine(String model, String to, String flag, String value, String said) {
    assertThat(export(model, to, folder.resolve("x"), flag, value)).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains(said);
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void aModelIsNotHandedOnIntoItsOwnFolder() {
    assertThat(export("sft", "hf", models.resolve("sft/inside"))).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains("outside the model's own folder");
    assertThat(models.resolve("sft/inside")).doesNotExist();
  }

  @Test
  void aDamagedFileIsNotShown() throws IOException {
    var file =
        Files.writeString(folder.resolve("x.gguf"), "GGUF, but text from here on, more of it");
    assertThat(run("inspect", file)).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains("x.gguf, byte 8: expected version 2 or 3");
    assertThat(run("inspect", file, "--adapter", models.resolve("sft"))).isEqualTo(2);
    assertThat(err.toString())
        .contains("--adapter: expected a model's folder for it, found " + file);
  }
}
