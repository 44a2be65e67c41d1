package org.instructgpt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every training is killed with SIGKILL ten times, at random moments, and resumed by the same
/// command: it must end in the same weights, bit for bit, as one that ran undisturbed.
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledRunsTest {
  private static final int KILLS = 10;
  private static final int RANK_KILLS = 2;

  /// A model of a few thousand parameters, dropout and an average, so that every kind of state
  /// counts.
  private static final String RECIPE =
      """
      model: {layers: 2, width: 32, heads: 2, context: 64, vocabulary: 300, activation: gelu, residual_dropout: 0.1, band: 0}
      pretrain: {steps: 30, batch_size: 8, learning_rate: 1e-2, warmup_steps: 3, evaluate_every: 7, checkpoint_every: 3, micro_batch_size: 4}
      sft: {epochs: 5, batch_size: 8, learning_rate: 1e-3, residual_dropout: 0.2, pretraining_mix: 0.1, max_response_tokens: 30, micro_batch_size: 3}
      reward: {epochs: 4, batch_prompts: 8, learning_rate: 1e-3}
      dpo: {epochs: 4, batch_prompts: 8, learning_rate: 1e-3, warmup_steps: 3}
      ppo:
        {episodes: 200, batch_size: 8, minibatch_size: 4, micro_batch_size: 2,
         sampling: {temperature: 1.0, max_response_tokens: 12, rows: 8},
         reward: {kl_coefficient: 0.05, kl_target: 3.0},
         learning: {policy_learning_rate: 1e-3, value_learning_rate: 1e-3, warmup_iterations: 3},
         ptx: {coefficient: 1.0, ratio: 1}}
      """;

  private Path folder;

  @BeforeAll
  void makeTheParents(@TempDir Path shared) throws Exception {
    folder = shared;
    ToyData.write(folder);
    Files.writeString(folder.resolve("toy.yaml"), RECIPE);
    command("pretrain").succeed(arguments("pretrain", "base"));
    var command = new Command(folder);
    command.succeed(List.of("import", "demonstrations.jsonl", "--workspace", "w"));
    command.succeed(List.of("import", "rankings.jsonl", "--workspace", "w"));
    command("sft").succeed(arguments("sft", "sft"));
    command("reward").succeed(arguments("reward", "reward"));
    command("ppo").succeed(arguments("ppo", "ppo"));
    command("dpo").succeed(arguments("dpo", "dpo"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pretrain", "sft", "reward", "ppo", "dpo"})
  void aTrainingKilledTenTimesEndsInTheSameWeights(String stage) throws Exception {
    var undisturbed = stage.equals("pretrain") ? "base" : stage;
    var command = command(stage);
    var arguments = arguments(stage, stage + "-killed");
    long steps = steps(folder.resolve("w/runs/" + stage + "-1/metrics.jsonl"));
    var moments =
        new Random(stage.hashCode()).ints(1, (int) steps - 1).distinct().limit(KILLS).sorted();
    var run = folder.resolve("w/runs/" + stage + "-2");
    var first = with(arguments, "--new");
    for (int moment : moments.toArray()) {
      var process = command.start(Files.exists(run) ? arguments : first);
      waitFor(moment, run, process);
      Thread.sleep(new Random(moment).nextInt(40));
      process.destroyForcibly();
      assertThat(process.waitFor()).as(command.said()).isEqualTo(137);
    }
    command.succeed(arguments);
    assertThat(weights(stage + "-killed")).isEqualTo(weights(undisturbed));
    assertThat(steps(run.resolve("metrics.jsonl"))).as("each step once").isEqualTo(steps);
  }

  @Test
  void anInterruptEndsAtAStepBoundaryAndTheSameCommandGoesOn() throws Exception {
    var command = command("sft");
    var arguments = arguments("sft", "sft-stopped");
    var process = command.start(with(arguments, "--new"));
    var run = folder.resolve("w/runs/sft-" + (1 + latest("sft")));
    waitFor(5, run, process);
    process.destroy(); // SIGTERM
    assertThat(process.waitFor()).isEqualTo(143);
    command.succeed(arguments);
    assertThat(weights("sft-stopped")).isEqualTo(weights("sft"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pretrain", "sft", "reward"})
  void ranksOfWhichOneIsKilledEndByThemselvesAndLaterInTheSameWeights(String stage)
      throws Exception {
    var command = command(stage);
    command.succeed(shared(stage, stage + "-shared"));
    var undisturbed = folder.resolve("w/runs/" + stage + "-" + latest(stage));
    int steps = (int) steps(undisturbed.resolve("metrics.jsonl"));
    var run = folder.resolve("w/runs/" + stage + "-" + (1 + latest(stage)));
    var arguments = shared(stage, stage + "-shared-killed");
    var random = new Random(stage.hashCode());
    int[] moments = random.ints(1, steps - 1).distinct().limit(RANK_KILLS).sorted().toArray();
    for (int i = 0; i < moments.length; i++) {
      var process = command.start(i == 0 ? with(arguments, "--new") : arguments);
      waitFor(moments[i], run, process);
      var ranks = process.children().toList();
      assertThat(ranks).hasSize(2);
      boolean _ = ranks.get(random.nextInt(2)).destroyForcibly();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(command.said()).isTrue();
      assertThat(process.exitValue()).as(command.said()).isNotZero();
      assertThat(ranks).noneMatch(ProcessHandle::isAlive);
    }
    assertThat(command.said()).contains("lost another rank");
    command.succeed(arguments);
    assertThat(weights(stage + "-shared-killed")).isEqualTo(weights(stage + "-shared"));
    assertThat(steps(run.resolve("metrics.jsonl"))).as("each step once").isEqualTo(steps);
  }

  private static List<String> shared(String stage, String name) {
    return with(with(arguments(stage, name), "--ranks"), "2");
  }

  private int latest(String stage) throws IOException {
    try (Stream<Path> runs = Files.list(folder.resolve("w/runs"))) {
      return (int) runs.filter(r -> r.getFileName().toString().startsWith(stage + "-")).count();
    }
  }

  /// One stage computes on two threads, whose sums are others than those of one.
  private Command command(String stage) {
    return new Command(folder, stage.equals("pretrain") ? 2 : 1);
  }

  private void waitFor(int step, Path run, Process process) throws Exception {
    var metrics = run.resolve("metrics.jsonl");
    while (!Files.exists(metrics) || steps(metrics) < step) {
      assertThat(process.isAlive()).as("the process at step %d of %s", step, run).isTrue();
      Thread.sleep(2);
    }
  }

  private static long steps(Path metrics) throws IOException {
    return Files.readString(metrics).lines().filter(line -> line.contains("\"train\"")).count();
  }

  private long weights(String model) throws IOException {
    var sum = new java.util.zip.CRC32C();
    sum.update(Files.readAllBytes(folder.resolve("w/models/" + model + "/model.safetensors")));
    return sum.getValue();
  }

  private static List<String> with(List<String> arguments, String more) {
    var all = new ArrayList<>(arguments);
    all.add(more);
    return all;
  }

  private static List<String> arguments(String stage, String name) {
    var all =
        new ArrayList<>(List.of(stage, "--workspace", "w", "--name", name, "--recipe", "toy.yaml"));
    all.addAll(
        switch (stage) {
          case "pretrain", "sft" -> List.of("--text", "text.txt");
          case "dpo" -> List.of("--from", "sft");
          case "ppo" -> List.of("--from", "sft", "--text", "text.txt", "--checkpoint-every", "1");
          default -> List.of();
        });
    return all;
  }
}
