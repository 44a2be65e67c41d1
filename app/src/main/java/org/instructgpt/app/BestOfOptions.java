package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Sampler.Sampled;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.Tokenizers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Best of n: of N completions the one that a reward model gives most (Stiennon et al. 2020; Nakano
/// et al. 2021). No training, at N times the price of each answer.
final class BestOfOptions {
  /// All completions of a prompt are in memory at once.
  private static final int MOST = 10_000;

  @Option(
      names = "--best-of",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Sample N completions of each prompt and keep the one of the highest reward (${DEFAULT-VALUE}).")
  private int samples = 1;

  @Option(
      names = "--reward-model",
      paramLabel = "DIR",
      description = "The reward model that chooses; the reward is written beside the completion.")
  private @Nullable Path judge;

  @Option(
      names = "--demonstrations",
      description = {
        "Write demonstrations for import instead: {\"prompt\", \"completion\", \"labeler\"}, the labeler naming the"
            + " models; what did not end by itself is left out and counted."
      })
  boolean demonstrations;

  /// How many completions of each prompt are sampled.
  int samples() {
    return samples;
  }

  /// Checks the flags and that the reward model reads what the policy writes.
  void check(Path policy, double temperature) throws IOException {
    if (samples < 1 || samples > MOST) {
      throw new IllegalArgumentException(
          "--best-of: expected 1 to %,d, found %d".formatted(MOST, samples));
    }
    if (samples > 1 && judge == null) {
      throw new IllegalArgumentException(
          "--best-of %d: expected a model that chooses among them, found none: give one with --reward-model DIR"
              .formatted(samples));
    }
    if (samples > 1 && temperature == 0) {
      throw new IllegalArgumentException(
          "--best-of %d: expected a --temperature above 0, found 0, at which all completions of a prompt are the same"
              .formatted(samples));
    }
    if (judge != null) {
      check(policy, judge);
    }
  }

  private static void check(Path policy, Path judge) throws IOException {
    if (Checkpoint.kind(judge) != Checkpoint.Kind.REWARD) {
      throw new IllegalArgumentException(
          "--reward-model %s holds a language model, but a reward model was expected"
              .formatted(judge));
    }
    var difference =
        Tokenizers.difference(Checkpoint.tokenizer(policy), Checkpoint.tokenizer(judge));
    if (difference.isPresent()) {
      throw new IllegalArgumentException(
          "--reward-model %s: it has another tokenizer than %s (%s): it judges the ids as they are, so train it from a model with the policy's"
              .formatted(judge, policy, difference.get()));
    }
    int reads = Checkpoint.shape(judge).context();
    int context = Checkpoint.shape(policy).context();
    if (reads < context) {
      throw new IllegalArgumentException(
          "--reward-model %s: it has a context of %d, but that of %s is %d: it must read as far"
              .formatted(judge, reads, policy, context));
    }
  }

  /// The reward model, if there is one, in the scope that is open.
  Optional<ScalarModel> load(Hardware hardware) throws IOException {
    return judge == null
        ? Optional.empty()
        : Optional.of(Checkpoint.loadRewardModel(judge, hardware.precision(), hardware.device()));
  }

  /// What the completions are the best of, for people; empty where nothing is chosen. The distance
  /// is that of Stiennon et al. 2020 (appendix G.3): log n - (n - 1)/n, an upper bound.
  Optional<String> words() {
    return samples == 1
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "best of %d by %s: the KL to the model's own answers is at most %.2f nats",
                samples,
                judge,
                Math.log(samples) - (samples - 1.0) / samples));
  }

  /// Who wrote the demonstrations: no person.
  String author(Path model) {
    var name = "model:" + name(model);
    return samples == 1 ? name : "%s:best-of-%d:%s".formatted(name, samples, name(judge));
  }

  private static String name(@Nullable Path folder) {
    return folder == null
        ? ""
        : String.valueOf(folder.toAbsolutePath().normalize().getFileName()).replaceAll("\\s", "_");
  }

  /// A completion that was kept.
  ///
  /// @param reward that it was given; null where no reward model chooses
  record Kept(Sampled sampled, @Nullable Double reward) {}

  /// Of each prompt's completions, which follow one another, the one of the highest reward; the
  /// first of several.
  List<Kept> best(
      Optional<ScalarModel> model,
      List<int[]> prompts,
      List<Sampled> sampled,
      SequenceScorer scorer) {
    if (model.isEmpty()) {
      return sampled.stream().map(each -> new Kept(each, null)).toList();
    }
    var rows = new ArrayList<EncodedExample>();
    for (int i = 0; i < sampled.size(); i++) {
      rows.add(new EncodedExample(prompts.get(i), sampled.get(i).tokens()));
    }
    double[] rewards = scorer.rewards(model.get(), rows);
    var kept = new ArrayList<Kept>();
    for (int first = 0; first < rewards.length; first += samples) {
      int best = first;
      for (int i = first + 1; i < first + samples; i++) {
        best = rewards[i] > rewards[best] ? i : best;
      }
      kept.add(new Kept(sampled.get(best), rewards[best]));
    }
    return kept;
  }
}
