package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `bench` from the command line.
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
        "--sizes A,X | --sizes: expected one of the sizes A, B, C, D, found 'X'",
        "--stages sft | --stages: expected one of the stages train, sample, ppo, reward, found 'sft'",
        "--threads -1 | --threads: expected 0 or more, found -1",
        "--repeats 0 | expected at least 1 repeat",
        "--precision int8 | --precision: precision must be float32, bfloat16 or auto"
      })
  void benchNamesWhatItExpected(String flags, String message) {
    assertThat(run(("bench " + flags).split(" "))).isEqualTo(2);
    assertThat(err.toString()).startsWith("instructgpt bench: " + message);
  }
}
