package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `bench` and `plan` from the command line.
class CostCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    var line = Main.commandLine(new StopSignals(), InstantSource.system());
    return Main.run(
        arguments, line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true)));
  }

  @Test
  void benchPrintsWhatItMeasuredForPrograms() throws JsonProcessingException {
    assertThat(
            run(
                "bench",
                "--sizes",
                "a",
                "--stages",
                "sample",
                "--seconds",
                "0",
                "--repeats",
                "1",
                "--precision",
                "float32",
                "--json"))
        .isZero();
    var json = new ObjectMapper().readTree(out.toString());
    assertThat(json.at("/precision").asText()).isEqualTo("float32");
    assertThat(json.at("/stages")).hasSize(2);
    assertThat(json.at("/stages/0/reached").asDouble()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--sizes A,X | --sizes: expected one of the sizes A, B, C, D, 124M, 1.3B, found 'X'",
        "--stages sft | --stages: expected one of the stages train, sample, ppo, reward, found 'sft'",
        "--threads -1 | --threads: expected 0 or more, found -1",
        "--peak 0 | --peak: expected a positive number, found 0.0",
        "--device tpu | --device: device must be cpu or cuda, but is 'tpu'",
        "--repeats 0 | expected at least 1 repeat",
        "--precision int8 | --precision: precision must be float32, bfloat16 or auto"
      })
  void benchNamesWhatItExpected(String flags, String message) {
    assertThat(run(("bench " + flags).split(" "))).isEqualTo(2);
    assertThat(err.toString()).startsWith("instructgpt bench: " + message);
  }

  @Test
  void planTellsWhatEachTrainingOfARecipeNeeds() {
    var recipe = Path.of(System.getProperty("instructgpt.root", ".."), "recipes/tiny.yaml");
    assertThat(
            run(
                "plan",
                "--recipe",
                recipe.toString(),
                "--gflops",
                "100",
                "--set",
                "pretrain.steps=5"))
        .isZero();
    assertThat(out.toString())
        .contains("2 layers of width 64", "this machine", "pretrain", "ppo", "Adam's moments");
  }

  @Test
  void planIsOnPaperForMachinesThatAreNotHere() throws JsonProcessingException {
    assertThat(
            run(
                "plan",
                "--model",
                "175b",
                "--gpu-memory",
                "80G",
                "--gpus",
                "8",
                "--gflops",
                "400000",
                "--moments",
                "bfloat16",
                "--json"))
        .isZero();
    var json = new ObjectMapper().readTree(out.toString());
    assertThat(json.at("/machine/devices").asInt()).isEqualTo(8);
    assertThat(json.at("/machine/memory").asDouble()).isEqualTo(80e9);
    assertThat(json.at("/stages/1/fits").asBoolean()).isFalse();
    assertThat(json.at("/stages/1/memory_parts/Adam's moments").asDouble())
        .isBetween(86e9, 88e9); // 4 bytes a parameter, an eighth of them
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--recipe none.yaml | --recipe none.yaml: there is no such file",
        "--model 7b | --model 7b: expected 1.3b, 6b, 175b, A, B, C, D or a model's folder",
        "--set steps=1 | --set steps=1: expected SECTION.KEY=VALUE, where the section is one of model",
        "--gpus 8 | --gpus: expected --gpu-memory too, such as 80G",
        "--gpu-memory lots | --gpu-memory: expected an amount of memory such as 80G",
        "--gflops 0 | --gflops: expected more than 0, found 0.0",
        "--moments int8 | --moments: moments must be float32 or bfloat16",
        "--workspace nowhere | there is no workspace at nowhere"
      })
  void planNamesWhatItExpected(String flags, String message) {
    assertThat(run(("plan " + flags).split(" "))).isEqualTo(2);
    assertThat(err.toString()).startsWith("instructgpt plan: " + message);
  }
}
