package org.instructgpt.sft;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.Sampler.Finish;
import org.instructgpt.model.Sampler.Sampled;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.Tokenizer;

/// Evaluates supervised policies with a reward model: the mean of its scores for the policy's own
/// responses to validation prompts. The paper chooses the checkpoint by it, having found it closer
/// to what people prefer than the validation loss (docs/specification.md 5.2).
///
/// How the paper sampled is not printed. Here every prompt gets one response at temperature 1, the
/// distribution that reinforcement learning starts from, and the random streams are the same at
/// each evaluation, so two evaluations differ by the policy alone. A response that did not end is
/// scored as it is, without an end of text; its rewards are reported apart, beside the share that
/// did.
///
/// @param rewardModel it reads the policy's token ids, so both have the same tokenizer
/// @param prompts how many validation prompts are answered, at most
public record RewardJudge(ScalarModel rewardModel, int prompts) {
  private static final int SAMPLED_TOGETHER = 64;

  /// Checks the number of prompts.
  public RewardJudge {
    if (prompts < 1) {
      throw new IllegalArgumentException(
          "expected at least 1 validation prompt for the reward model to judge by, found "
              + prompts);
    }
  }

  /// Checks that the reward model can read what the policy writes.
  void requireFor(Gpt policy) {
    var judge = rewardModel.config();
    if (judge.vocabulary() != policy.config().vocabulary()
        || judge.context() < policy.config().context()) {
      throw new IllegalArgumentException(
          "the reward model has a vocabulary of %d and a context of %d, but the policy's are %d and %d: train it from a model with the policy's tokenizer and at least its context"
              .formatted(
                  judge.vocabulary(),
                  judge.context(),
                  policy.config().vocabulary(),
                  policy.config().context()));
    }
  }

  /// Mean reward of one response to each prompt, with the share that ended and their length.
  ///
  /// @param tokenizer that encoded the prompts
  /// @param longest response in tokens
  /// @param rows how many responses are scored at a time
  Map<String, Double> judge(
      Gpt policy, List<int[]> prompts, Tokenizer tokenizer, int longest, long seed, int rows) {
    var sampling = new Sampler.Settings(longest, 1, seed, SAMPLED_TOGETHER, false);
    var sampled = new Sampler(policy, tokenizer, sampling).sample(prompts, 0);
    var responses =
        IntStream.range(0, prompts.size())
            .mapToObj(i -> new EncodedExample(prompts.get(i), sampled.get(i).tokens()))
            .toList();
    double[] rewards = SequenceScorer.inOrder(rows).rewards(rewardModel, responses);
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("reward", Arrays.stream(rewards).average().orElseThrow());
    mean(sampled, rewards, true).ifPresent(mean -> metrics.put("reward_ended", mean));
    mean(sampled, rewards, false).ifPresent(mean -> metrics.put("reward_cut", mean));
    metrics.put("eos_rate", mean(sampled, s -> s.finish() == Finish.STOP ? 1 : 0));
    metrics.put("response_length", mean(sampled, s -> s.tokens().length));
    return metrics;
  }

  /// The mean reward of those that ended, or of those that did not; empty where there are none.
  private static OptionalDouble mean(List<Sampled> sampled, double[] rewards, boolean ended) {
    return IntStream.range(0, rewards.length)
        .filter(i -> (sampled.get(i).finish() == Finish.STOP) == ended)
        .mapToDouble(i -> rewards[i])
        .average();
  }

  private static double mean(
      List<Sampled> sampled, java.util.function.ToDoubleFunction<Sampled> of) {
    return sampled.stream().mapToDouble(of).average().orElseThrow();
  }
}
