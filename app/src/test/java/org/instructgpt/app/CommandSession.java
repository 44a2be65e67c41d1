package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Commands in a folder with a recipe and a workspace, as somebody types them, and what they said.
///
/// @param folder with `recipe.yaml` and `workspace`
record CommandSession(Path folder, StringWriter out, StringWriter err) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// A model of a few thousand parameters.
  private static final String RECIPE =
      """
      model: {layers: 1, width: 16, heads: 2, context: 48, vocabulary: 280, activation: gelu, band: 0}
      pretrain: {steps: 6, batch_size: 4, learning_rate: 1e-2, warmup_steps: 1, evaluate_every: 3, checkpoint_every: 3}
      supervised: {epochs: 4, batch_size: 8, learning_rate: 1e-2, pretraining_mix: 0, max_response_tokens: 20}
      reward: {batch_prompts: 4, learning_rate: 1e-3}
      dpo: {batch_prompts: 4, learning_rate: 1e-3, warmup_steps: 0}
      ppo:
        {episodes: 32, batch_size: 8, minibatch_size: 4, sampling: {temperature: 1.0, max_response_tokens: 8, rows: 8},
         objective: {whitening: none, group: {advantage: rloo, samples: 4}}, ptx: {coefficient: 0}}
      """;

  CommandSession(Path folder) {
    this(folder, new StringWriter(), new StringWriter());
  }

  /// Trains the models `base`, `supervised` and `reward`.
  void makeTheStart() throws IOException {
    StageData.write(folder, RECIPE, 60);
    train("pretrain", "--text", folder.resolve("text.txt"));
    succeed(
        "import",
        folder.resolve("demonstrations.jsonl"),
        folder.resolve("rankings.jsonl"),
        "--workspace",
        folder.resolve("workspace"));
    train("sft", "--start");
    train("reward", "--from", "supervised");
  }

  Path model(String name) {
    return folder.resolve("workspace/models").resolve(name);
  }

  /// What a training said that was refused as a mistake.
  String refused(Object... arguments) {
    err.getBuffer().setLength(0);
    assertThat(run(training(arguments))).isEqualTo(2);
    return err.toString();
  }

  void train(Object... arguments) {
    succeed(training(arguments));
  }

  /// A training's arguments with the workspace and the recipe.
  Object[] training(Object... arguments) {
    var all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(List.of("--workspace", folder.resolve("workspace")));
    all.addAll(List.of("--recipe", folder.resolve("recipe.yaml")));
    return all.toArray();
  }

  void succeed(Object... arguments) {
    assertThat(run(arguments)).as("%s%n%s", Arrays.toString(arguments), err).isZero();
  }

  int run(Object... arguments) {
    var line =
        Main.commandLine(new StopSignals(), Instant::now)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return Main.run(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new), line);
  }

  /// The JSON lines of a file.
  static List<JsonNode> lines(Path file) throws IOException {
    var all = new ArrayList<JsonNode>();
    for (var line : Files.readAllLines(file)) {
      all.add(JSON.readTree(line));
    }
    return all;
  }
}
