package org.instructgpt.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The size of an [Experiment]: of its world, data, models and evaluation.
///
/// @param words of the text that models are pretrained on
/// @param asked prompts of customers, before curation
/// @param written prompts of labelers
/// @param demonstrations for customers' prompts; labelers' own prompts have one each besides
/// @param rankings of K = 4 to 9 outputs
/// @param judged prompts of held-out customers on which the models are compared
/// @param items of each skill's test
/// @param episodes of each PPO training
/// @param smaller settings of the smallest of three models, `section.key=value`
/// @param larger settings of the largest
/// @param overrides of the recipe
public record ExperimentSize(
    int words,
    int asked,
    int written,
    int demonstrations,
    int rankings,
    int judged,
    int items,
    long episodes,
    List<String> smaller,
    List<String> larger,
    List<String> overrides) {

  /// What ten minutes cannot show: about an hour on two cores, and another for the ablations.
  static final ExperimentSize LARGE =
      new ExperimentSize(
          10_000_000,
          300_000,
          600,
          6_000,
          60_000,
          1_024,
          300,
          12_288,
          shape(3, 96, 3, 4_000),
          shape(6, 192, 6, 3_000),
          List.of(
              "model.layers=4",
              "model.width=128",
              "model.heads=4",
              "pretrain.steps=6000",
              "pretrain.learning_rate=3.0e-3"));

  /// Ten to fourteen minutes on two cores.
  static final ExperimentSize SMALL =
      new ExperimentSize(
          5_000_000,
          30_000,
          600,
          1_800,
          4_500,
          512,
          200,
          5_120,
          shape(2, 64, 2, 1_200),
          shape(4, 128, 4, 1_000),
          List.of());

  /// Two minutes.
  static final ExperimentSize TINY =
      new ExperimentSize(
          1_500_000,
          6_000,
          300,
          600,
          600,
          256,
          60,
          2_048,
          shape(1, 32, 1, 600),
          shape(3, 96, 3, 600),
          List.of(
              "model.layers=2",
              "model.width=64",
              "model.heads=2",
              "model.vocabulary=1024",
              "pretrain.steps=1400",
              "sft.epochs=6",
              "supervised.epochs=4"));

  /// Seconds, for tests: every step runs and the models learn nothing.
  static final ExperimentSize TEST =
      new ExperimentSize(
          20_000,
          600,
          60,
          40,
          400,
          40,
          8,
          128,
          shape(1, 16, 1, 12),
          shape(2, 32, 2, 12),
          List.of(
              "model.layers=1",
              "model.width=32",
              "model.heads=1",
              "model.vocabulary=1024",
              "pretrain.steps=12",
              "pretrain.warmup_steps=2",
              "sft.epochs=1",
              "supervised.epochs=1",
              "ppo.batch_size=64",
              "ppo.learning.warmup_iterations=1"));

  public ExperimentSize {
    smaller = List.copyOf(smaller);
    larger = List.copyOf(larger);
    var all = new ArrayList<>(overrides);
    all.add("ppo.episodes=" + episodes);
    overrides = List.copyOf(all);
  }

  /// The named sizes.
  public enum Name {
    TEST,
    TINY,
    SMALL,
    LARGE;

    ExperimentSize size() {
      return switch (this) {
        case TEST -> ExperimentSize.TEST;
        case TINY -> ExperimentSize.TINY;
        case SMALL -> ExperimentSize.SMALL;
        case LARGE -> ExperimentSize.LARGE;
      };
    }
  }

  private static List<String> shape(int layers, int width, int heads, int steps) {
    return List.of(
        "model.layers=" + layers,
        "model.width=" + width,
        "model.heads=" + heads,
        "pretrain.steps=" + steps);
  }

  /// The prompts whose rankings the reward model does not learn from, besides those that it learns
  /// from. So many are enough to measure it, at each tenth of its training.
  int heldOutRankings() {
    return Math.min(rankings / 7, 1_500);
  }

  /// Iterations between the snapshots of a policy, of which there are about six.
  long snapshotEvery() {
    return Math.max(1, episodes / 256 / 6);
  }

  /// The overrides of a section.
  List<String> overrides(String section) {
    return overrides.stream().filter(each -> each.startsWith(section + ".")).toList();
  }

  /// The same as flags.
  List<String> flags(String section) {
    return overrides(section).stream().flatMap(each -> Stream.of("--set", each)).toList();
  }
}
