package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.text.PromptTemplate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model with a chat template learns and answers conversations.
class ChatsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String RECIPE =
      """
      sft: {epochs: 30, batch_size: 8, learning_rate: 1e-2, residual_dropout: 0.0, max_response_tokens: 20}
      reward: {batch_prompts: 4, learning_rate: 1e-3}
      ppo:
        {episodes: 8, batch_size: 4, minibatch_size: 2,
         sampling: {temperature: 1.0, max_response_tokens: 8, rows: 4}, ptx: {coefficient: 0.0}}
      """;

  private static final String LLAMA =
      """
      {"model_type": "llama", "vocab_size": 300, "hidden_size": 32, "intermediate_size": 64,
       "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 256,
       "tie_word_embeddings": false}
      """;

  private static final String TEMPLATE =
      """
      {%- for message in messages %}
          {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|im_start|>assistant\n' }}
      {%- endif %}
      """;

  @TempDir Path folder;
  private Path w = Path.of("");
  private Path base = Path.of("");
  private StageCommands commands = new StageCommands(Path.of(""));

  /// In the form of Qwen's base models: the template is in `tokenizer_config.json`, and what ends a
  /// turn is not what ends a text.
  @BeforeEach
  void prepare() throws IOException {
    commands = new StageCommands(folder);
    StageData.write(folder, RECIPE, 40);
    w = folder.resolve("w");
    base = StageData.model(folder, LLAMA);
    var file = base.resolve("tokenizer.json");
    var tokenizer = (ObjectNode) JSON.readTree(file.toFile());
    int id = 290;
    for (var spelling : List.of("<|im_start|>", "<|im_end|>")) {
      ((ArrayNode) tokenizer.path("added_tokens"))
          .addObject()
          .put("id", id++)
          .put("content", spelling)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    JSON.writeValue(file.toFile(), tokenizer);
    var config = (ObjectNode) JSON.readTree(base.resolve("tokenizer_config.json").toFile());
    JSON.writeValue(
        base.resolve("tokenizer_config.json").toFile(), config.put("chat_template", TEMPLATE));
    var lines = new ArrayList<String>();
    for (int i = 0; i < 40; i++) {
      lines.add(
          """
          {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi %d"}, {"role": "assistant", "content": "the cat"}, {"role": "user", "content": "And?"}, {"role": "assistant", "content": "sat on the mat."}], "user": "u%d"}
          """
              .formatted(i, i)
              .strip());
    }
    Files.write(folder.resolve("chats.jsonl"), lines);
    commands.succeed(
        "import", "-w", w, folder.resolve("chats.jsonl"), folder.resolve("rankings.jsonl"));
  }

  @Test
  void aModelWithATemplateLearnsTurnsAndStopsAtTheirEnd() throws IOException {
    commands.succeed("sft", "--from", base);
    assertThat(commands.out()).contains("prompts are framed by the turns of the model's chat");
    var sft = w.resolve("models/sft");
    assertThat(Files.readString(sft.resolve("chat_template.jinja"))).isEqualTo(TEMPLATE);
    assertThat(Checkpoint.ends(sft)).contains(291);
    var in = folder.resolve("in.jsonl");
    Files.writeString(
        in,
        """
        {"id": 1, "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi 41"}, {"role": "assistant", "content": "the cat"}, {"role": "user", "content": "And?"}]}
        """);
    var answers = folder.resolve("answers.jsonl");
    commands.succeed(
        "generate",
        "--model",
        sft,
        "--in",
        in,
        "--out",
        answers,
        "--temperature",
        0,
        "--max-new-tokens",
        20);
    var answer = JSON.readTree(Files.readString(answers));
    assertThat(answer.path("completion").asText()).isEqualTo("sat on the mat.");
    assertThat(answer.path("finish_reason").asText()).isEqualTo("stop");
    assertThat(PromptTemplate.of(sft).isChat()).isTrue();

    commands.succeed("reward", "--from", "sft");
    commands.succeed("ppo", "--from", "sft");
    var template = w.resolve("models/ppo/chat_template.jinja");
    assertThat(template).exists();
    Files.delete(w.resolve("models/ppo/lineage.json"));
    Files.writeString(template, "{{ raise_exception('nobody here') }}");
    assertThat(commands.run("inspect", w.resolve("models/ppo"))).isEqualTo(2);
    assertThat(commands.err())
        .contains(w.resolve("models/ppo") + ": the chat template refuses", "nobody here");
    assertThat(Checkpoint.ends(w.resolve("models/ppo"))).contains(291);
  }
}
