package org.instructgpt.reward;

import java.util.List;
import org.instructgpt.torch.Tensor;

/// The K-wise loss of reward modelling.
///
/// **The idea.** A reward model says how much better one answer is than another: the difference of
/// two rewards is the log-odds that a labeler prefers the first (Bradley and Terry 1952). A ranking
/// of K completions holds up to K (K - 1) / 2 such preferences, and the loss of a prompt is the mean
/// of their negative log-likelihoods,
///
///     loss = -1/|P| sum over (i, j) in P of log sigmoid(r_i - r_j),
///
/// where P are the pairs of which a labeler found i better than j. Ties are not in P, nor are
/// completions whose tokens are the same. A batch's loss is the mean over its prompts. So a prompt
/// counts once, whether it gave 3 pairs or 36.
///
/// **A prompt that several people ranked** counts once too: P holds the pairs of all of them, each
/// with the same weight, so the loss is equation 1 with the mean over (K choose 2) comparisons taken
/// over all comparisons there are of this prompt. Its minimum for two completions is at the log-odds
/// of the share of the labelers who preferred the first. (A mean over labelers of each one's mean
/// would give a ranking of 2 the weight of one of 9.) See [JudgedPrompt].
///
/// **Why all pairs of a prompt are one batch element.** The pairs of a prompt share their
/// completions. Shuffled into one data set, a completion would take part in K - 1 gradient updates
/// of a single pass, and the model overfits within it; together, each completion is seen once. That
/// gave the paper better accuracy and log loss on held-out comparisons.
///
/// **The cost.** The prompt and each completion go through the network once, in one packed row in
/// which the completions see the prompt and themselves but not each other ([Sequences]); pair after
/// pair it would be K (K - 1) passes over prompt and completion. The pairs themselves are gathered
/// from a vector of K numbers.
///
/// **The gradient** of a pair is sigmoid(r_j - r_i) on both of its ends, with opposite signs. It adds
/// up to 0 over each prompt, so the loss is blind to a shift of all rewards; see [RewardShift].
///
/// Source: InstructGPT, section 3.5, equation 1, and appendix C.2. The divisor is the number of kept
/// pairs, where the paper leaves open what ties do to it (docs/specification.md 6.2).
public final class RankingLoss {
  private RankingLoss() {}

  /// Which rewards of a batch are compared, and the weight of each comparison.
  ///
  /// @param better for each pair the place, among the batch's B rewards, of the one that won (P)
  /// @param worse the place of the one that lost (P)
  /// @param weights of the pairs (P)
  record Comparisons(int[] better, int[] worse, double[] weights) {

    /// The pairs of prompts whose rewards follow one another.
    ///
    /// @param prompts how many prompts the loss is a mean of: the whole batch's, if these are a
    ///   part of it, so that losses and gradients of the parts add up to those of the batch
    static Comparisons of(List<JudgedPrompt> some, int prompts) {
      int count = some.stream().mapToInt(judged -> judged.pairs().size()).sum();
      var result = new Comparisons(new int[count], new int[count], new double[count]);
      int n = 0;
      int first = 0;
      for (var judged : some) {
        var pairs = judged.pairs();
        for (var pair : pairs) {
          result.better[n] = first + pair.better();
          result.worse[n] = first + pair.worse();
          result.weights[n++] = 1.0 / ((double) pairs.size() * prompts);
        }
        first += judged.k();
      }
      return result;
    }
  }

  /// The loss, a scalar of the rewards' type.
  ///
  /// @param rewards of all completions (B)
  static Tensor of(Tensor rewards, Comparisons pairs) {
    var device = rewards.device();
    var better = rewards.indexSelect(0, Tensor.of(pairs.better).to(device));
    var worse = rewards.indexSelect(0, Tensor.of(pairs.worse).to(device));
    var weights = Tensor.of(pairs.weights).to(rewards.dtype()).to(device);
    return better.sub(worse).logSigmoid().mul(weights).sum().neg();
  }

  /// The loss of one pair, in double precision: log(1 + exp(-margin)), without overflow.
  ///
  /// @param margin the reward of the better completion less that of the worse one
  static double ofPair(double margin) {
    return Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
  }
}
