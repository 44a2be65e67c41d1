package org.instructgpt.cost;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.instructgpt.model.GptConfig;

/// A size at which stages are measured, with the amount of work that is usual there.
///
/// @param name a letter, or a number of parameters for the amounts of work of an accelerator
/// @param shape of the model
/// @param batch sequences of a training step
/// @param length tokens of each of them
/// @param sampled tokens of a prompt and of its response in sampling
/// @param episodes of a PPO iteration
/// @param answer tokens of a prompt and of its response in PPO
public record BenchmarkSize(
    String name, GptConfig shape, int batch, int length, int sampled, int episodes, int answer) {
  private static final int ANSWER = 32;
  private static final int LONG_ANSWER = 256;

  /// 840,000 parameters.
  public static final BenchmarkSize A =
      new BenchmarkSize("A", GptConfig.small(4, 128, 4, 64, 512), 32, 64, 32, 64, ANSWER);

  /// 5.3 million parameters.
  public static final BenchmarkSize B =
      new BenchmarkSize("B", GptConfig.small(6, 256, 4, 128, 2048), 16, 128, 32, 64, ANSWER);

  /// 30 million parameters, 50,257 tokens in the vocabulary.
  public static final BenchmarkSize C =
      new BenchmarkSize("C", GptConfig.small(6, 384, 6, 256, 50257), 4, 256, 32, 16, ANSWER);

  /// 124 million parameters: GPT-2's smallest.
  public static final BenchmarkSize D =
      new BenchmarkSize("D", GptConfig.small(12, 768, 12, 1024, 50257), 2, 256, 64, 8, ANSWER);

  /// The shape of D with as much to do as keeps an accelerator busy.
  public static final BenchmarkSize M124 =
      new BenchmarkSize("124M", D.shape, 32, 1024, 128, 64, LONG_ANSWER);

  /// The paper's 1.3 billion parameters, for an accelerator.
  public static final BenchmarkSize B1_3 =
      new BenchmarkSize("1.3B", GptConfig.paper(GptConfig.Size.XL), 8, 1024, 128, 64, LONG_ANSWER);

  /// All of them.
  public static final List<BenchmarkSize> ALL = List.of(A, B, C, D, M124, B1_3);

  private static final List<Integer> SAMPLED_TOGETHER = List.of(1, 64);
  private static final List<Integer> COMPLETIONS = List.of(4, 9);
  private static final int PROMPTS = 8;
  private static final int RANKED = 64;
  private static final int PTX_RATIO = 8;
  private static final int ROWS = 64;

  /// Tokens that go through a network at once in PPO, at least.
  private static final int TOGETHER = ROWS * 2 * ANSWER;

  /// The size of a name, in upper or lower case.
  ///
  /// @throws IllegalArgumentException naming the sizes that there are
  public static BenchmarkSize named(String name) {
    return ALL.stream()
        .filter(size -> size.name.equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "expected one of the sizes %s, found '%s'".formatted(names(), name)));
  }

  private static String names() {
    return ALL.stream().map(BenchmarkSize::name).collect(Collectors.joining(", "));
  }

  /// The tokens of a training step.
  MachineRates.ModelPass pass() {
    return new MachineRates.ModelPass(shape, batch * length);
  }

  /// The work that is measured for a stage.
  ///
  /// @param nanoTime a clock in nanoseconds
  List<Case> cases(Stage stage, LongSupplier nanoTime) {
    return switch (stage) {
      case TRAIN -> List.of(of(stage, "", new TrainingWork(shape, batch, length)));
      case SAMPLE ->
          SAMPLED_TOGETHER.stream()
              .map(rows -> of(stage, " " + rows, new SamplingWork(shape, rows, sampled, sampled)))
              .toList();
      case PPO -> List.of(of(stage, "", ppo(nanoTime)));
      case REWARD ->
          COMPLETIONS.stream()
              .map(k ->
                  of(stage, " K=" + k, new RewardWork(shape, PROMPTS, k, RANKED, ROWS * RANKED)))
              .toList();
    };
  }

  private PpoWork ppo(LongSupplier nanoTime) {
    return new PpoWork(
        shape,
        new PpoWork.Episodes(episodes, answer, answer),
        new PpoWork.Text(PTX_RATIO, 2 * answer),
        Math.min(episodes, Math.max(TOGETHER, batch * length) / (2 * answer)),
        nanoTime);
  }

  private Case of(Stage stage, String variant, StageWork work) {
    return new Case(this, stage, stage.label() + variant, work);
  }

  /// A stage's work at this size.
  ///
  /// @param name of the stage and what sets it apart, such as `sample 64`
  record Case(BenchmarkSize size, Stage stage, String name, StageWork work) {}

  /// What is measured.
  public enum Stage {
    /// A training step.
    TRAIN,
    /// Sampling of 1 and of 64 rows.
    SAMPLE,
    /// An iteration of PPO-ptx.
    PPO,
    /// A step of the reward model with 4 and with 9 completions a prompt.
    REWARD;

    /// The name in flags and tables.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// The stage of a name, in upper or lower case.
    ///
    /// @throws IllegalArgumentException naming the stages that there are
    public static Stage named(String name) {
      return Arrays.stream(values())
          .filter(stage -> stage.label().equals(name.toLowerCase(Locale.ROOT)))
          .findFirst()
          .orElseThrow(() ->
              new IllegalArgumentException(
                  "expected one of the stages %s, found '%s'"
                      .formatted(
                          Arrays.stream(values())
                              .map(Stage::label)
                              .collect(Collectors.joining(", ")),
                          name)));
    }
  }
}
