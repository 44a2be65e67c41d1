package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.instructgpt.files.Json;
import org.instructgpt.files.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model as llama2.c keeps it, from the command line.
class ConvertCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... arguments) {
    var words = List.of(arguments).stream().map(String::valueOf).toArray(String[]::new);
    var line =
        Main.commandLine(new StopSignals(), () -> Instant.EPOCH)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return Main.run(words, line);
  }

  private JsonNode generated(Path model) throws IOException {
    var in = Files.writeString(folder.resolve("in.jsonl"), "{\"id\": 1, \"prompt\": \"\"}\n");
    var answers = folder.resolve("answers.jsonl");
    assertThat(
            run(
                "generate",
                "--model",
                model,
                "--in",
                in,
                "--out",
                answers,
                "--temperature",
                0,
                "--precision",
                "float32"))
        .as(err.toString())
        .isZero();
    return Json.LENIENT.readTree(Files.readString(answers));
  }

  @Test
  void aDamagedModelLeavesNoWorkspace() throws IOException {
    var stories = SharedData.file("stories260K");
    var broken = Files.createDirectory(folder.resolve("broken"));
    for (var name : List.of("config.json", "tok512.reconstructed.bin")) {
      Files.copy(stories.resolve(name), broken.resolve(name));
    }
    var whole = Files.createDirectory(folder.resolve("whole"));
    for (var name : List.of("config.json", "tok512.reconstructed.bin", "stories260K.safetensors")) {
      Files.copy(stories.resolve(name), whole.resolve(name));
    }
    var weights = Files.readAllBytes(stories.resolve("stories260K.safetensors"));
    Files.write(
        broken.resolve("stories260K.safetensors"), Arrays.copyOf(weights, weights.length - 99));
    assertThat(run("convert", broken, "--to", "stories", "-w", folder.resolve("w"))).isEqualTo(2);
    assertThat(run("convert", stories, "--to", "a/b", "-w", folder.resolve("w"))).isEqualTo(2);
    assertThat(run("convert", whole, "--to", "x", "-w", whole)).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "the file was cut short, copy it again",
            "the model name \"a/b\"",
            "outside the model's own folder")
        .hasLineCount(3);
    assertThat(folder.resolve("w")).doesNotExist();
    assertThat(whole.resolve("models")).doesNotExist();
  }

  @Test
  void theStoryThatLlama2cTellsComesFromItsFolderAndFromTheConvertedModel() throws IOException {
    var stories = SharedData.file("stories260K");
    var golden = Json.LENIENT.readTree(stories.resolve("golden.json").toFile());
    var model = folder.resolve("w/models/stories");
    assertThat(run("convert", stories, "--to", "stories", "-w", folder.resolve("w"))).isZero();
    assertThat(out.toString()).contains("a language model of 260,032 parameters");
    for (var place : List.of(stories, model)) {
      var answer = generated(place);
      assertThat(answer.path("completion_ids")).isEqualTo(golden.path("greedy_ids"));
      assertThat(answer.path("completion").asText())
          .isEqualTo(golden.path("greedy_text_published").asText());
    }
    var handed = folder.resolve("handed");
    assertThat(run("export-model", "--model", stories, "--to", "hf", "--out", handed)).isZero();
    assertThat(handed.resolve("model.safetensors"))
        .hasSameBinaryContentAs(model.resolve("model.safetensors"));
    assertThat(model.resolve("LICENSE.llama2.c")).isRegularFile();
    for (var place : List.of(stories, model)) {
      assertThat(run("inspect", place)).isZero();
    }
    assertThat(out.toString()).contains("512 ids, end of text 2").doesNotContain("CHANGED");
    assertThat(run("convert", stories, "--to", "stories", "-w", folder.resolve("w"))).isEqualTo(2);
    assertThat(err.toString()).contains("is there already");
  }
}
