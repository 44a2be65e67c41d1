package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.hub.FakeHub;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `pull` from the command line, at a hub on this machine.
class PullCommandTest {
  private static final String TOKEN = "hf_secretOfTheTest";

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> environment = new HashMap<>();
  private FakeHub hub;

  @BeforeEach
  void open() throws IOException {
    hub = new FakeHub();
    var tokenizer = BpeTrainer.train(List.of("the cat sat on the mat"), 270);
    var made = Files.createDirectory(folder.resolve("made"));
    try (var _ = Scope.open()) {
      var gpt = new Gpt(GptConfig.small(1, 16, 2, 24, 280), Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(7));
      Checkpoint.save(gpt, tokenizer, new Lineage("pretrain", Map.of(), Map.of()), made);
    }
    for (var name :
        List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
      hub.put(name, Files.readAllBytes(made.resolve(name)));
    }
    environment.put("HF_ENDPOINT", hub.address());
  }

  @AfterEach
  void close() {
    hub.close();
  }

  private int pull(String... arguments) {
    var all = new java.util.ArrayList<>(List.of(arguments));
    all.addAll(List.of("-w", folder.resolve("w").toString()));
    return new CommandLine(
            new PullCommand(new StopSignals(), () -> Instant.EPOCH, environment::get))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler((e, at, _) -> {
          at.getErr().println(ErrorMessage.about(e).message());
          return ErrorMessage.about(e).status();
        })
        .execute(all.toArray(String[]::new));
  }

  @Test
  void aModelComesIntoTheWorkspaceWithItsLicenceAndTheNextCommand() {
    assertThat(pull("org/model")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("a language model of ", "licence: apache-2.0")
        .contains("next: instructgpt sft --workspace", "--from model");
    assertThat(folder.resolve("w/models/model/model.safetensors")).isRegularFile();
    assertThat(pull("org/model", "--to", "again")).isZero();
    assertThat(folder.resolve("w/models/again/lineage.json")).isRegularFile();
    assertThat(pull("org/model")).isEqualTo(2);
    assertThat(err.toString()).contains("is there already").hasLineCount(1);
  }

  @Test
  void theTokenComesFromTheEnvironmentOrAFileAndIsNotTold() throws IOException {
    environment.put("HF_TOKEN", " " + TOKEN + "\n");
    assertThat(pull("org/model")).isZero();
    var file = Files.writeString(folder.resolve("token"), "hf_other\n");
    assertThat(pull("org/model", "--to", "two", "--token-file", file.toString())).isZero();
    assertThat(hub.asked())
        .extracting(FakeHub.Asked::authorization)
        .contains("Bearer " + TOKEN, "Bearer hf_other");
    assertThat(out.toString() + err).doesNotContain(TOKEN, "hf_other");
    Files.writeString(file, "  ");
    assertThat(pull("org/model", "--to", "three", "--token-file", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("expected a file with a token");
  }

  @Test
  void theRevisionIsNamedOnce() {
    assertThat(pull("org/model@v1", "--revision", "v2")).isEqualTo(2);
    assertThat(pull("org/model", "--revision", "v2")).isZero();
    assertThat(hub.asked().getFirst().path()).isEqualTo("/api/models/org/model/revision/v2");
    assertThat(err.toString()).contains("expected the revision once").hasLineCount(1);
  }

  @Test
  void aMistakeIsToldInOneLineAndLeavesNothing() {
    assertThat(pull("gpt2")).isEqualTo(2);
    assertThat(pull("org/model", "--endpoint", "http://192.0.2.1")).isEqualTo(2);
    assertThat(pull("org/model", "--to", "../x")).isEqualTo(2);
    assertThat(err.toString())
        .hasLineCount(3)
        .contains("expected ORG/NAME", "--allow-http", "letters, digits");
    assertThat(folder.resolve("w")).doesNotExist();
    assertThat(hub.asked()).isEmpty();
  }
}
