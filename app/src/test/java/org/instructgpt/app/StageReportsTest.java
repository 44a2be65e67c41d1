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
import org.instructgpt.model.Lineage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the stages keep, and what they tell of it.
class StageReportsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RECIPE =
      """
      model: {layers: 1, width: 16, heads: 2, context: 48, vocabulary: 280, activation: gelu, band: 0}
      pretrain: {steps: 6, batch_size: 4, learning_rate: 1e-2, warmup_steps: 1, evaluate_every: 3, checkpoint_every: 3}
      sft: {epochs: 4, batch_size: 8, learning_rate: 1e-3, max_response_tokens: 20}
      ppo:
        {episodes: 5, batch_size: 4, minibatch_size: 2, sampling: {temperature: 1.0, max_response_tokens: 8, rows: 4},
         ptx: {coefficient: 0.0, ratio: 1}}
      """;

  private static final String PROMPT =
      """
      {"type":"prompt","id":"p%d","text":"%s","source":"imported","split":"%s","created":"2022-03-04T12:00:00Z"}
      """;
  private static final String DEMONSTRATION =
      """
      {"type":"demonstration","id":"d%d","prompt_id":"p%d","response":"%s","labeler":"ann","created":"2022-03-04T12:00:00Z"}
      """;

  @TempDir static Path shared;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void pretrain() throws IOException {
    Files.writeString(shared.resolve("recipe.yaml"), RECIPE);
    Files.writeString(
        shared.resolve("text.txt"), "The cat sat on the mat. The dog sat on it. ".repeat(60));
    var records =
        new StringBuilder("{\"type\":\"labeler\",\"id\":\"ann\",\"pool\":\"training\"}\n");
    for (int i = 0; i < 60; i++) {
      boolean held = i >= 50;
      records.append(PROMPT.formatted(i, "Say " + i, held ? "validation" : "train"));
      // Held-out answers are other words than those that are learned: their loss soon rises.
      records.append(DEMONSTRATION.formatted(i, i, held ? "no dog at all" : "the cat"));
    }
    Files.writeString(shared.resolve("records.jsonl"), records);
    var test = new StageReportsTest();
    test.succeed("pretrain", "--text", shared.resolve("text.txt"));
    test.succeed("import", shared.resolve("records.jsonl"));
  }

  @Test
  void supervisedFineTuningKeepsTheLastEpochUnlessTheLeastLossIsAskedFor() throws IOException {
    succeed("sft", "--name", "last", "--set", "learning_rate=0.02");
    assertThat(out.toString()).contains("the model after the last step");
    succeed("sft", "--name", "least", "--set", "learning_rate=0.02", "--least-loss");
    var losses =
        Files.readAllLines(run("last").resolve("metrics.jsonl")).stream()
            .map(StageReportsTest::json)
            .filter(line -> line.path("kind").asText().equals("eval"))
            .toList();
    assertThat(losses).hasSize(4);
    var least =
        losses.stream().min((a, b) -> Double.compare(loss(a), loss(b))).orElseThrow().path("step");
    assertThat(least).isNotEqualTo(losses.getLast().path("step"));
    assertThat(step("last")).isEqualTo(losses.getLast().path("step").asInt());
    assertThat(step("least")).isEqualTo(least.asInt());
  }

  @Test
  void onlyOneRuleChoosesTheEpoch() {
    assertThat(run("sft", "--least-loss", "--reward-model", "reward")).isEqualTo(2);
    assertThat(err.toString()).contains("--least-loss and --reward-model: expected one of them");
  }

  @Test
  void demonstrationsThatAreCutAreToldCountedAndTheSettingIsNamed() throws IOException {
    succeed("sft", "--name", "short", "--set", "max_response_tokens=2", "--set", "epochs=1");
    assertThat(out.toString())
        .contains(
            "50 of 50 demonstrations (and 10 of 10 held-out ones) are longer than sft.max_response_tokens, 2")
        .contains("--set max_response_tokens=N");
    var settings = Lineage.read(shared.resolve("workspace/models/short")).at("/made/settings");
    assertThat(settings.path("cut_demonstrations").asInt()).isEqualTo(50);
    assertThat(settings.path("cut_validation_demonstrations").asInt()).isEqualTo(10);
    succeed("sft", "--name", "long", "--set", "max_response_tokens=24", "--set", "epochs=1");
    assertThat(out.toString()).containsOnlyOnce("are longer than");
  }

  @Test
  void aRewardModelTellsWhatItLeavesOutAndThatNothingIsHeldOut() throws IOException {
    var elsewhere = Files.createDirectory(shared.resolve("ties"));
    Files.writeString(
        elsewhere.resolve("rankings.jsonl"),
        """
        {"prompt": "Ask 1", "completions": ["a cat", "the dog"], "ranks": [1, 2], "labeler": "ann", "user": "u"}
        {"prompt": "Ask 1", "completions": ["a cat", "the dog"], "ranks": [1, 2], "labeler": "bob", "user": "u"}
        {"prompt": "Ask 2", "completions": ["a cat", "the dog"], "ranks": [1, 1], "user": "u"}
        {"prompt": "Ask 3", "completions": ["a cat", "a cat", "no"], "ranks": [1, 2, 3], "user": "u"}
        """);
    succeedIn(elsewhere, "import", elsewhere.resolve("rankings.jsonl"));
    Files.createDirectories(elsewhere.resolve("workspace/models"));
    var base = shared.resolve("workspace/models/base");
    succeedIn(elsewhere, "reward", "--from", base, "--held-out", "test", "--set", "epochs=3");
    assertThat(out.toString())
        .contains("1 of 4 training rankings tell no two completions apart and is left out")
        .contains("1 pair is left out of the training rankings: the completions are the same")
        .contains("nothing is held out: the splits test have no rankings with a preference")
        .contains(
            "2 prompts are fewer than reward.batch_prompts, 64: every step takes all of them");
    var made = Lineage.read(elsewhere.resolve("workspace/models/reward")).path("made");
    assertThat(made.at("/step").asInt()).isEqualTo(3);
    assertThat(made.at("/settings/prompts").asInt()).isEqualTo(2);
    assertThat(made.at("/settings/rankings").asInt()).isEqualTo(3);
    assertThat(made.at("/settings/rankings_left_out").asInt()).isOne();
    assertThat(made.at("/settings/equal_pairs_left_out").asInt()).isOne();
  }

  @Test
  void fewerDemonstrationsThanABatchAreToldAndSoAreEpisodesThatFillNoBatch() throws IOException {
    succeed("sft", "--name", "few", "--set", "batch_size=64", "--set", "epochs=2");
    assertThat(out.toString())
        .contains("50 demonstrations are fewer than sft.batch_size, 64: every step takes all");
    assertThat(step("few")).isEqualTo(2);
    assertThat(Files.readString(run("few").resolve("metrics.jsonl"))).contains("\"epoch\":2.0");
    var ranking = shared.resolve("ranking.jsonl");
    Files.writeString(
        ranking,
        "{\"prompt\": \"Ask\", \"completions\": [\"a\", \"b\"], \"ranks\": [1, 2], \"user\": \"u\"}\n");
    succeed("import", ranking);
    succeed("reward", "--from", "base", "--name", "judge");
    succeed("ppo", "--from", "base", "--reward-model", "judge");
    assertThat(out.toString())
        .contains("ppo.episodes is 5, which is no multiple of ppo.batch_size, 4: 8 are run, in 2")
        .contains("was not trained on answers that a limit cut off");
    var made = Lineage.read(shared.resolve("workspace/models/ppo")).path("made");
    assertThat(made.at("/settings/episodes_run").asInt()).isEqualTo(8);
  }

  /// The run that made a model.
  private static Path run(String model) throws IOException {
    var lineage = Lineage.read(shared.resolve("workspace/models").resolve(model));
    return shared.resolve("workspace/runs").resolve(lineage.at("/made/run").asText());
  }

  private static double loss(JsonNode line) {
    return line.at("/metrics/validation_loss").asDouble();
  }

  private static int step(String model) throws IOException {
    return Lineage.read(shared.resolve("workspace/models").resolve(model)).at("/made/step").asInt();
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void succeed(Object... arguments) {
    succeedIn(shared, arguments);
  }

  private void succeedIn(Path root, Object... arguments) {
    assertThat(runIn(root, arguments)).as("%s%n%s", Arrays.toString(arguments), err).isZero();
  }

  private int run(Object... arguments) {
    return runIn(shared, arguments);
  }

  private int runIn(Path root, Object... arguments) {
    List<String> all = new ArrayList<>(Arrays.stream(arguments).map(Object::toString).toList());
    all.addAll(List.of("--workspace", root.resolve("workspace").toString()));
    if (!all.getFirst().equals("import")) {
      all.addAll(List.of("--recipe", shared.resolve("recipe.yaml").toString()));
    }
    return Main.run(
        all.toArray(String[]::new),
        Main.commandLine(new StopSignals(), Instant::now)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true)));
  }
}
