package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.instructgpt.files.Json;
import org.instructgpt.model.Lineage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Adapters through the three steps: what is trained, what is kept, and what other verbs make of
/// it.
class AdaptersTest {
  private static final String RECIPE =
      """
      adapter: {rank: 4, alpha: 8}
      sft: {epochs: 6, batch_size: 8, learning_rate: 1e-2, max_response_tokens: 20}
      supervised: {epochs: 1, batch_size: 8, learning_rate: 1e-3, max_response_tokens: 20}
      reward: {batch_prompts: 4, learning_rate: 1e-3}
      ppo:
        {episodes: 16, batch_size: 4, minibatch_size: 2,
         sampling: {temperature: 1.0, max_response_tokens: 8, rows: 4},
         learning: {policy_learning_rate: 1e-3, value_learning_rate: 1e-3},
         ptx: {coefficient: 1.0, ratio: 1}}
      """;

  private static final String LLAMA =
      """
      {"model_type": "llama", "vocab_size": 280, "hidden_size": 16, "intermediate_size": 24,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "max_position_embeddings": 48, "tie_word_embeddings": false}
      """;

  @TempDir Path folder;
  private Path w = Path.of("");
  private Path base = Path.of("");
  private StageCommands commands = new StageCommands(Path.of(""));

  @BeforeEach
  void prepare() throws IOException {
    commands = new StageCommands(folder);
    StageData.write(folder, RECIPE, 40);
    w = folder.resolve("w");
    base = StageData.model(folder, LLAMA);
    commands.succeed(
        "import",
        "-w",
        w,
        folder.resolve("demonstrations.jsonl"),
        folder.resolve("rankings.jsonl"));
  }

  private double[] logProbs(Object... model) throws IOException {
    var in = folder.resolve("in.jsonl");
    Files.writeString(in, "{\"id\": 1, \"prompt\": \"Say 1\", \"completion\": \"the cat\"}\n");
    var answers = folder.resolve("logprobs.jsonl");
    var flags = Stream.of("--in", in, "--out", answers, "--frame", "framed");
    commands.succeed(
        Stream.concat(Stream.of("logprobs"), Stream.concat(Stream.of(model), flags)).toArray());
    var values = Json.LENIENT.readTree(Files.readString(answers)).path("logprobs");
    return values.valueStream().mapToDouble(v -> v.asDouble()).toArray();
  }

  @Test
  void theThreeStepsTrainAdaptersAndLeaveTheirModelsAlone() throws IOException {
    var before = Lineage.sha256(base.resolve("model.safetensors"));
    commands.succeed("sft", "--from", base);
    commands.succeed("sft", "--start", "--from", base, "--text", folder.resolve("text.txt"));
    commands.succeed("reward", "--from", "sft");
    commands.succeed("ppo", "--text", folder.resolve("text.txt"));
    assertThat(Lineage.sha256(base.resolve("model.safetensors"))).isEqualTo(before);
    for (var name : List.of("sft", "supervised", "reward", "ppo")) {
      var made = w.resolve("models").resolve(name);
      assertThat(made.resolve("model.safetensors")).doesNotExist();
      assertThat(Files.size(made.resolve("adapter_model.safetensors"))).isPositive();
      var config = Json.LENIENT.readTree(Files.readString(made.resolve("adapter_config.json")));
      var parent =
          Map.of("sft", base, "supervised", base, "reward", w.resolve("models/sft"))
              .getOrDefault(name, w.resolve("models/supervised"));
      assertThat(Path.of(config.path("base_model_name_or_path").asText()))
          .isEqualTo(parent.toAbsolutePath().normalize());
    }
    assertThat(commands.out()).contains("an adapter of rank 4 in 14 layers is trained");
    double[] sft = logProbs("--model", w.resolve("models/sft"));
    assertThat(sft).isNotEqualTo(logProbs("--model", base));
    assertThat(logProbs("--model", base, "--adapter", w.resolve("models/sft")))
        .containsExactly(sft, within(1e-6));
    var whole = folder.resolve("whole");
    commands.succeed("export-model", "-w", w, "--model", "sft", "--to", "hf", "--out", whole);
    assertThat(whole.resolve("model.safetensors")).exists();
    assertThat(whole.resolve("adapter_config.json")).doesNotExist();
    assertThat(logProbs("--model", whole)).containsExactly(sft, within(1e-6));
    commands.succeed("inspect", w.resolve("models/ppo"));
    assertThat(commands.out()).contains("an adapter (LoRA) over", "models/supervised");
    var scored = folder.resolve("scored");
    commands.succeed(
        "score",
        "--model",
        w.resolve("models/reward"),
        "--in",
        folder.resolve("in.jsonl"),
        "--out",
        scored);
    var run = Files.readString(w.resolve("runs/ppo-1/settings.json"));
    assertThat(Json.LENIENT.readTree(run).at("/adapter/rank").asInt()).isEqualTo(4);
  }

  @Test
  void anAdapterFromElsewhereBecomesAModelOfTheWorkspace() throws IOException {
    commands.succeed("sft", "--from", base);
    var elsewhere = Files.move(w.resolve("models/sft"), folder.resolve("theirs"));
    Files.delete(elsewhere.resolve("lineage.json"));
    Files.delete(elsewhere.resolve("config.json"));
    assertThat(commands.run("reward", "--from", elsewhere)).isEqualTo(2);
    assertThat(commands.err()).contains("--adapter");
    for (int i = 0; i < 2; i++) { // the second time the model is there already
      commands.succeed("reward", "--from", base, "--adapter", elsewhere, "--name", "reward" + i);
    }
    assertThat(w.resolve("models/theirs/config.json")).exists();
    var misfit = Files.createDirectory(folder.resolve("misfit"));
    var weights = misfit.resolve("adapter_model.safetensors");
    Files.copy(elsewhere.resolve("adapter_model.safetensors"), weights);
    var description = Files.readString(elsewhere.resolve("adapter_config.json"));
    Files.writeString(
        misfit.resolve("adapter_config.json"),
        description.replaceFirst("\"r\" ?: ?\\d+", "\"r\": 9"));
    assertThat(commands.run("reward", "--from", base, "--adapter", misfit, "--new")).isEqualTo(2);
    assertThat(commands.err()).contains(weights + ": by " + misfit, "the rank is one of [9]");
    assertThat(w.resolve("models/misfit")).doesNotExist();
    Files.writeString(elsewhere.resolve("adapter_config.json"), "{}");
    assertThat(commands.run("reward", "--from", base, "--adapter", elsewhere, "--new"))
        .isEqualTo(2);
    assertThat(commands.err()).contains("peft_type");
    assertThat(w.resolve("models/.adopted-theirs")).doesNotExist();
  }

  @Test
  void aShorterContextThanTheModelsIsKeptTo() throws IOException {
    commands.succeed("sft", "--from", base, "--context", 46);
    var settings = Json.LENIENT.readTree(Files.readString(w.resolve("runs/sft-1/settings.json")));
    assertThat(settings.path("context").asInt()).isEqualTo(46);
    assertThat(commands.run("sft", "--from", base, "--name", "short", "--context", 4)).isEqualTo(2);
    assertThat(commands.err()).contains("longer than 2 tokens");
    assertThat(commands.run("sft", "--from", base, "--name", "long", "--context", 4096))
        .isEqualTo(2);
    assertThat(commands.err()).contains("--context: expected 2 to 48 tokens");
  }

  @Test
  void wholeModelsAreTrainedWhereTheRankIsNought() throws IOException {
    commands.succeed("sft", "--from", base, "--set", "adapter.rank=0");
    assertThat(w.resolve("models/sft/model.safetensors")).exists();
    assertThat(
            commands.run("sft", "--from", base, "--name", "x", "--set", "adapter.modules=[q_prj]"))
        .isEqualTo(2);
    assertThat(commands.err()).contains("adapter.modules", "q_proj", "q_prj");
  }
}
