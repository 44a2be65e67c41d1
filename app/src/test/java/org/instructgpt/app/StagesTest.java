package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.project.Provenance;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Split;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The stages from the command line: the whole way from text to a policy, and every mistake on it.
class StagesTest {
  private static final String RECIPE =
      """
      model: {layers: 1, width: 16, heads: 2, context: 48, vocabulary: 280, activation: gelu, band: 0}
      pretrain: {steps: 6, batch_size: 4, learning_rate: 1e-2, warmup_steps: 1, evaluate_every: 3, checkpoint_every: 3}
      sft: {epochs: 1, batch_size: 8, learning_rate: 1e-3, max_response_tokens: 20}
      supervised: {epochs: 1, batch_size: 8, learning_rate: 1e-3, max_response_tokens: 20}
      reward: {batch_prompts: 4, learning_rate: 1e-3}
      ppo:
        {episodes: 8, batch_size: 4, minibatch_size: 2, sampling: {temperature: 1.0, max_response_tokens: 8, rows: 4},
         ptx: {coefficient: 1.0, ratio: 1}}
      """;

  @TempDir static Path shared;
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void trainEverything() throws IOException {
    StageData.write(shared, RECIPE, 60);
    var test = new StagesTest();
    test.succeed("pretrain", "--text", shared.resolve("text.txt"));
    test.succeed(
        "import", shared.resolve("demonstrations.jsonl"), shared.resolve("rankings.jsonl"));
    test.succeed("sft");
    test.succeed("sft", "--start", "--text", shared.resolve("text.txt"));
    test.succeed("reward");
    test.succeed("sft", "--reward-model", "reward", "--name", "judged");
    test.succeed("ppo", "--text", shared.resolve("text.txt"));
  }

  private static Path model(String name) {
    return shared.resolve("workspace/models").resolve(name);
  }

  @Test
  void fromTextAndFeedbackComesAPolicyWithItsLineage() throws IOException {
    var lineage = Lineage.read(model("ppo"));
    assertThat(lineage.at("/stage").asText()).isEqualTo("ppo");
    assertThat(lineage.at("/parents/policy/sha256").asText())
        .isEqualTo(Lineage.sha256(model("supervised").resolve("model.safetensors")));
    assertThat(lineage.at("/parents/reward_model/name").asText()).isEqualTo("reward");
    assertThat(lineage.at("/made/settings/ppo/ptx/coefficient").asDouble()).isEqualTo(1.0);
    assertThat(Files.readString(shared.resolve("workspace/reports/reward.json")))
        .contains("accuracy", "longer_wins", "calibration");
    var judged = Files.readString(shared.resolve("workspace/runs/sft-2/metrics.jsonl"));
    assertThat(judged).contains("\"reward\"", "\"validation_loss\"");
  }

  @Test
  void whoeverLearnedFromARecordIsFound() throws IOException {
    var workspace = new Workspace(shared.resolve("workspace"));
    String ranking;
    try (var store = workspace.store()) {
      ranking = store.rankings(Filter.ALL.in(Split.TRAIN)).getFirst().item().id();
    }
    assertThat(new Provenance(workspace).learnedFrom(Set.of(ranking)))
        .extracting(Provenance.Model::name)
        .contains("reward", "judged", "ppo")
        .doesNotContain("base", "sft", "supervised");
    assertThat(new Provenance(workspace).learnedFrom(Set.of("unheard of"))).isEmpty();
  }

  @Test
  void aModelIsNotOverwrittenUnlessAskedFor() throws IOException {
    var before = Lineage.sha256(model("judged").resolve("model.safetensors"));
    assertThat(run("sft", "--name", "judged", "--new")).isEqualTo(2);
    assertThat(err.toString()).contains("judged is there already, made by sft-2", "--replace");
    assertThat(Lineage.sha256(model("judged").resolve("model.safetensors"))).isEqualTo(before);
  }

  @Test
  void fewerDemonstrationsAreLearnedFromIfAskedFor() throws IOException {
    succeed("sft", "--name", "few", "--demonstrations", "3");
    assertThat(out.toString()).contains("learning from 3 of ", "(--demonstrations)");
    assertThat(Lineage.read(model("few")).at("/made/settings/demonstrations").asInt()).isEqualTo(3);
  }

  @Test
  void aTrainingFitsIntoTheMemoryItIsGiven() throws IOException {
    succeed("sft", "--name", "thrifty", "--memory", "550M", "--recompute-activations");
    assertThat(out.toString())
        .containsPattern("sft is planned to need 4\\d\\d MB of 550 MB of memory, 15% to spare")
        .contains("sft.micro_batch_size");
    assertThat(Lineage.read(model("thrifty")).at("/made/metrics/validation_loss").asDouble())
        .isEqualTo(
            Lineage.read(model("sft")).at("/made/metrics/validation_loss").asDouble(),
            within(1e-5));
    for (var stage : List.of("pretrain", "sft", "reward", "ppo")) {
      assertThat(run(stage, "--name", "no", "--text", shared.resolve("text.txt"), "--memory", "1M"))
          .isEqualTo(2);
      assertThat(err.toString()).contains(stage + " does not fit into 1.00 MB of memory");
    }
    assertThat(run("reward", "--name", "no", "--memory", "much")).isEqualTo(2);
    assertThat(err.toString()).contains("--memory: ");
  }

  @ParameterizedTest
  @CsvSource({"pretrain, learning_rte", "sft, epoch", "reward, batch_prompt", "ppo, episods"})
  void anUnknownKeyIsRefusedWithTheNearestKnownOne(String stage, String key) throws IOException {
    var recipe = folder.resolve("recipe.yaml");
    Files.writeString(recipe, "%s:\n  %s: 3\n".formatted(stage, key));
    assertThat(run(stage, "--recipe", recipe, "--text", shared.resolve("text.txt"))).isEqualTo(2);
    assertThat(err.toString()).contains("recipe.yaml", "line 2", key, "did you mean");
  }

  @ParameterizedTest
  @CsvSource({"sft, --from", "reward, --from", "ppo, --from", "ppo, --reward-model"})
  void aMissingParentIsAMistakeOfTheUser(String stage, String flag) {
    assertThat(run(stage, flag, "nobody")).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains(flag + " nobody: there is neither a model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sft", "reward", "ppo"})
  void withoutDataNothingIsTrained(String stage) throws IOException {
    var base = stage.equals("ppo") ? "supervised" : "base";
    assertThat(
            runIn(
                folder,
                stage,
                "--from",
                model(base),
                "--reward-model",
                model("reward"),
                "--text",
                shared.resolve("text.txt")))
        .isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains("import");
    assertThat(folder.resolve("workspace/models")).isEmptyDirectory();
  }

  @Test
  void anEmptyTextAndAMissingOneAreRefused() throws IOException {
    Files.writeString(folder.resolve("empty.txt"), "");
    assertThat(runIn(folder, "pretrain", "--text", folder.resolve("empty.txt"))).isEqualTo(2);
    assertThat(runIn(folder, "pretrain", "--text", folder.resolve("none.txt"))).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(2).contains("no text in", "none.txt");
  }

  @Test
  void aDamagedParentIsRefusedAndNothingIsLeft() throws IOException {
    var bad = copy(model("supervised"));
    var weights = bad.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Files.write(weights, bytes);
    assertThat(run("ppo", "--from", bad, "--name", "new")).isEqualTo(2);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 1));
    assertThat(run("sft", "--from", bad, "--name", "new")).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(2).contains("model.safetensors is damaged");
    assertThat(model("new")).doesNotExist();
  }

  @Test
  void aRewardModelOfAnotherTokenizerIsRefused() throws IOException {
    var other = copy(model("reward"));
    BpeTrainer.train(List.of("quite another language altogether"), 270).saveAll(other);
    assertThat(run("ppo", "--reward-model", other)).isEqualTo(2);
    assertThat(err.toString()).contains("have different tokenizers");
  }

  @Test
  void otherDataThanARunBeganWithIsRefused() throws IOException {
    Files.delete(shared.resolve("workspace/runs/reward-1/model.json")); // as if it had not ended
    try {
      assertThat(run("reward", "--set", "learning_rate=2e-3")).isEqualTo(2);
      assertThat(err.toString()).contains("learning_rate: 0.001 there, 0.002 asked for");
    } finally {
      Files.writeString(shared.resolve("workspace/runs/reward-1/model.json"), "{}\n");
    }
  }

  @Test
  void aRunThatSavedNothingBlocksNobody() throws IOException {
    var run = shared.resolve("workspace/runs/sft-99");
    Files.createDirectories(run);
    Files.writeString(run.resolve("settings.json"), "{\"model\": \"fresh\", \"sft\": 1}");
    try {
      succeed("sft", "--name", "fresh");
      assertThat(out.toString()).contains("sft-99 had ended before its first checkpoint");
      assertThat(Lineage.read(model("fresh")).at("/made/run").asText()).isEqualTo("sft-99");
    } finally {
      AtomicFiles.delete(run);
      AtomicFiles.delete(model("fresh"));
    }
  }

  @Test
  void textThatIsNotUsedIsSaid() throws IOException {
    succeed("sft", "--name", "unmixed", "--text", shared.resolve("text.txt"));
    assertThat(out.toString()).contains("--text is not read: pretraining_mix is 0");
    AtomicFiles.delete(model("unmixed"));
  }

  @Test
  void aFullDiskIsOursToTellAndLeavesNothingHalfWritten() throws IOException {
    try (var disk = SmallDisk.of(folder.resolve("disk"), 900)) {
      var workspace = disk.root().resolve("workspace");
      var line = command();
      int status =
          Main.run(
              Stream.of(
                      "pretrain",
                      "--workspace",
                      workspace,
                      "--recipe",
                      shared.resolve("recipe.yaml"),
                      "--set",
                      "model.width=128",
                      "--text",
                      shared.resolve("text.txt"))
                  .map(Object::toString)
                  .toArray(String[]::new),
              line);
      assertThat(status).as(err.toString()).isEqualTo(1);
      assertThat(err.toString()).containsIgnoringCase("no space left");
      assertThat(workspace.resolve("models")).isEmptyDirectory();
    }
  }

  @Test
  void aFullDiskLosesNoOutputOfABatchVerb() throws IOException {
    try (var disk = SmallDisk.of(folder.resolve("disk"), 16)) {
      var in = folder.resolve("in.jsonl");
      Files.writeString(in, "{\"id\": 1, \"prompt\": \"the cat\"}\n".repeat(400));
      var answers = disk.root().resolve("answers.jsonl");
      Files.writeString(answers, "earlier\n");
      assertThat(
              Main.run(
                  new String[] {
                    "generate",
                    "--model",
                    model("sft").toString(),
                    "--in",
                    in.toString(),
                    "--out",
                    answers.toString(),
                    "--max-new-tokens",
                    "8"
                  },
                  command()))
          .as(err.toString())
          .isEqualTo(1);
      assertThat(answers).hasContent("earlier");
      assertThat(disk.root()).isDirectoryNotContaining(path -> !path.equals(answers));
    }
  }

  @Test
  void weightsThatAreNotNumbersAreRefused() throws IOException {
    var bad = Files.createDirectory(folder.resolve("bad"));
    try (var _ = Scope.open()) {
      var gpt = new Gpt(GptConfig.small(1, 16, 2, 48, 280), Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(1));
      Scope.constant(() -> gpt.parameters().get("ln_f.bias").fill_(Double.NaN));
      Checkpoint.save(
          gpt, Checkpoint.tokenizer(model("base")), new Lineage("x", Map.of(), Map.of()), bad);
    }
    assertThat(run("sft", "--from", bad, "--name", "new")).isEqualTo(2);
    assertThat(err.toString()).contains("not finite");
  }

  private Path copy(Path model) throws IOException {
    var copy = Files.createDirectory(folder.resolve("copy"));
    try (var files = Files.list(model)) {
      for (var file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private void succeed(Object... arguments) {
    assertThat(run(arguments)).as("%s%n%s", Arrays.toString(arguments), err).isZero();
  }

  private int run(Object... arguments) {
    return runIn(shared, arguments);
  }

  private int runIn(Path root, Object... arguments) {
    var all = new java.util.ArrayList<String>();
    for (var argument : arguments) {
      all.add(argument.toString());
    }
    var stage = all.getFirst();
    if (!stage.equals("ppo") && !stage.equals("sft")) {
      drop(all, "--reward-model");
    }
    if (stage.equals("reward")) {
      drop(all, "--text");
    }
    all.add("--workspace");
    all.add(root.resolve("workspace").toString());
    if (!stage.equals("import") && !all.contains("--recipe")) {
      all.add("--recipe");
      all.add(shared.resolve("recipe.yaml").toString());
    }
    if (!stage.equals("pretrain") && !stage.equals("import")) {
      createQuietly(root.resolve("workspace/models"));
    }
    return Main.run(all.toArray(String[]::new), command());
  }

  private static void createQuietly(Path path) {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void drop(List<String> all, String flag) {
    int at = all.indexOf(flag);
    if (at >= 0) {
      all.remove(at + 1);
      all.remove(at);
    }
  }

  private picocli.CommandLine command() {
    return Main.commandLine(new StopSignals(), Instant::now)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
  }

  /// A disk of so many KiB, where this user may mount one.
  private record SmallDisk(Path root) implements AutoCloseable {
    static SmallDisk of(Path folder, int kib) throws IOException {
      Files.createDirectories(folder);
      int status =
          new ProcessBuilder(
                  "mount", "-t", "tmpfs", "-o", "size=" + kib + "k", "tmpfs", folder.toString())
              .start()
              .onExit()
              .join()
              .exitValue();
      Assumptions.assumeTrue(status == 0, "this user may not mount a small disk");
      return new SmallDisk(folder);
    }

    @Override
    public void close() throws IOException {
      var _ = new ProcessBuilder("umount", root.toString()).start().onExit().join();
    }
  }
}
