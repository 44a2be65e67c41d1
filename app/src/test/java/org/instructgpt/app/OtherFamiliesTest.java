package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.instructgpt.files.Json;
import org.instructgpt.torch.Safetensors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A model that another program made goes through the three steps, and keeps its layout.
class OtherFamiliesTest {
  private static final String RECIPE =
      """
      sft: {epochs: 1, batch_size: 8, learning_rate: 1e-3, max_response_tokens: 20}
      supervised: {epochs: 1, batch_size: 8, learning_rate: 1e-3, max_response_tokens: 20}
      reward: {batch_prompts: 4, learning_rate: 1e-3}
      ppo:
        {episodes: 8, batch_size: 4, minibatch_size: 2, sampling: {temperature: 1.0, max_response_tokens: 8, rows: 4},
         ptx: {coefficient: 1.0, ratio: 1}}
      """;

  private static final String SIZES =
      """
      "vocab_size": 280, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
      "num_attention_heads": 4, "max_position_embeddings": 48
      """;

  @TempDir Path folder;
  private StageCommands commands = new StageCommands(Path.of(""));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama|\"num_key_value_heads\": 2, \"tie_word_embeddings\": false|Llama|model.layers.1.self_attn.k_proj.weight",
        "gemma2|\"head_dim\": 6, \"sliding_window\": 5|Gemma2|model.layers.1.pre_feedforward_layernorm.weight",
        "gpt_neox|\"layer_norm_eps\": 1e-5, \"rotary_pct\": 0.5|GPTNeoX|gpt_neox.layers.1.attention.dense.bias"
      })
  void aModelOfAnotherFamilyGoesThroughTheThreeSteps(
      String type, String more, String name, String tensor) throws IOException {
    commands = new StageCommands(folder);
    StageData.write(folder, RECIPE, 40);
    var base =
        StageData.model(folder, "{\"model_type\": \"%s\", %s, %s}".formatted(type, SIZES, more));
    var w = folder.resolve("w");
    commands.succeed(
        "import",
        "-w",
        w,
        folder.resolve("demonstrations.jsonl"),
        folder.resolve("rankings.jsonl"));
    commands.succeed("sft", "--from", base);
    commands.succeed("sft", "--start", "--from", base, "--text", folder.resolve("text.txt"));
    commands.succeed("reward", "--from", "sft");
    commands.succeed("ppo", "--text", folder.resolve("text.txt"));
    for (var model : List.of("sft", "supervised", "ppo", "reward")) {
      var made = w.resolve("models").resolve(model);
      var config = Json.LENIENT.readTree(Files.readString(made.resolve("config.json")));
      assertThat(config.path("model_type").asText()).isEqualTo(type);
      assertThat(config.path("architectures").get(0).asText())
          .isEqualTo(name + (model.equals("reward") ? "ForSequenceClassification" : "ForCausalLM"));
      assertThat(Safetensors.header(made.resolve("model.safetensors")).tensors())
          .containsKey(tensor);
    }
    var in = folder.resolve("in.jsonl");
    Files.writeString(in, "{\"id\": 1, \"prompt\": \"Say 1\", \"completion\": \"the cat\"}\n");
    var ppo = w.resolve("models/ppo");
    commands.succeed("generate", "--model", ppo, "--in", in, "--out", folder.resolve("generated"));
    commands.succeed("logprobs", "--model", ppo, "--in", in, "--out", folder.resolve("logprobs"));
    commands.succeed(
        "score",
        "--model",
        w.resolve("models/reward"),
        "--in",
        in,
        "--out",
        folder.resolve("scores"));
    commands.succeed("inspect", ppo);
    assertThat(commands.out()).contains("architecture");
  }
}
