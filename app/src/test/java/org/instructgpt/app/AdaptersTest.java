package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
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
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void prepare() throws IOException {
    StageData.write(folder, RECIPE, 40);
    w = folder.resolve("w");
    base = StageData.model(folder, LLAMA);
    succeed(
        "import",
        "-w",
        w,
        folder.resolve("demonstrations.jsonl"),
        folder.resolve("rankings.jsonl"));
  }

  private int run(Object... arguments) {
    var all = new ArrayList<String>();
    List.of(arguments).forEach(argument -> all.add(argument.toString()));
    if (List.of("sft", "reward", "ppo").contains(all.getFirst())) {
      all.addAll(List.of("-w", w.toString()));
      all.addAll(List.of("--recipe", folder.resolve("recipe.yaml").toString()));
    }
    var program =
        Main.commandLine(new StopSignals(), Instant::now)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return Main.run(all.toArray(String[]::new), program);
  }

  private void succeed(Object... arguments) {
    assertThat(run(arguments)).as("%s: %s", List.of(arguments), err).isZero();
  }

  private double[] logProbs(Object... model) throws IOException {
    var in = folder.resolve("in.jsonl");
    Files.writeString(in, "{\"id\": 1, \"prompt\": \"Say 1\", \"completion\": \"the cat\"}\n");
    var answers = folder.resolve("logprobs.jsonl");
    var flags = Stream.of("--in", in, "--out", answers, "--frame", "framed");
    succeed(Stream.concat(Stream.of("logprobs"), Stream.concat(Stream.of(model), flags)).toArray());
    var values = Json.LENIENT.readTree(Files.readString(answers)).path("logprobs");
    return values.valueStream().mapToDouble(v -> v.asDouble()).toArray();
  }

  @Test
  void theThreeStepsTrainAdaptersAndLeaveTheirModelsAlone() throws IOException {
    var before = Lineage.sha256(base.resolve("model.safetensors"));
    succeed("sft", "--from", base);
    succeed("sft", "--start", "--from", base, "--text", folder.resolve("text.txt"));
    succeed("reward", "--from", "sft");
    succeed("ppo", "--text", folder.resolve("text.txt"));
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
    assertThat(out.toString()).contains("an adapter of rank 4 in 14 layers is trained");
    double[] sft = logProbs("--model", w.resolve("models/sft"));
    assertThat(sft).isNotEqualTo(logProbs("--model", base));
    assertThat(logProbs("--model", base, "--adapter", w.resolve("models/sft")))
        .containsExactly(sft, within(1e-6));
    var whole = folder.resolve("whole");
    succeed("export-model", "-w", w, "--model", "sft", "--to", "hf", "--out", whole);
    assertThat(whole.resolve("model.safetensors")).exists();
    assertThat(whole.resolve("adapter_config.json")).doesNotExist();
    assertThat(logProbs("--model", whole)).containsExactly(sft, within(1e-6));
    succeed("inspect", w.resolve("models/ppo"));
    assertThat(out.toString()).contains("an adapter (LoRA) over", "models/supervised");
    var scored = folder.resolve("scored");
    succeed(
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
    succeed("sft", "--from", base);
    var elsewhere = Files.move(w.resolve("models/sft"), folder.resolve("theirs"));
    Files.delete(elsewhere.resolve("lineage.json"));
    Files.delete(elsewhere.resolve("config.json"));
    assertThat(run("reward", "--from", elsewhere)).isEqualTo(2);
    assertThat(err.toString()).contains("--adapter");
    for (int i = 0; i < 2; i++) { // the second time the model is there already
      succeed("reward", "--from", base, "--adapter", elsewhere, "--name", "reward" + i);
    }
    assertThat(w.resolve("models/theirs/config.json")).exists();
    Files.writeString(elsewhere.resolve("adapter_config.json"), "{}");
    assertThat(run("reward", "--from", base, "--adapter", elsewhere, "--new")).isEqualTo(2);
    assertThat(err.toString()).contains("peft_type");
    assertThat(w.resolve("models/.adopted-theirs")).doesNotExist();
  }

  @Test
  void aShorterContextThanTheModelsIsKeptTo() throws IOException {
    succeed("sft", "--from", base, "--context", 46);
    var settings = Json.LENIENT.readTree(Files.readString(w.resolve("runs/sft-1/settings.json")));
    assertThat(settings.path("context").asInt()).isEqualTo(46);
    assertThat(run("sft", "--from", base, "--name", "short", "--context", 4)).isEqualTo(2);
    assertThat(err.toString()).contains("longer than 2 tokens");
    assertThat(run("sft", "--from", base, "--name", "long", "--context", 4096)).isEqualTo(2);
    assertThat(err.toString()).contains("--context: expected 2 to 48 tokens");
  }

  @Test
  void wholeModelsAreTrainedWhereTheRankIsNought() throws IOException {
    succeed("sft", "--from", base, "--set", "adapter.rank=0");
    assertThat(w.resolve("models/sft/model.safetensors")).exists();
    assertThat(run("sft", "--from", base, "--name", "x", "--set", "adapter.modules=[q_prj]"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("adapter.modules", "q_proj", "q_prj");
  }
}
