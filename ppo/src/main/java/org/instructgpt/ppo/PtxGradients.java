package org.instructgpt.ppo;

import java.util.Arrays;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.EpochOrder;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.LogProbs;
import org.instructgpt.torch.Readings;
import org.instructgpt.torch.Scope;

/// The pretraining gradients of PPO-ptx (paper section 3.5, appendix C.4).
///
/// Learning from rewards alone costs the policy some of what it knew: public benchmarks fall. So
/// each update also learns to predict plain text, on 8 windows for every episode, and the gradient
/// of its loss, times gamma = 27.8, is added to that of PPO *before* the one optimizer step. Two
/// steps would not do: Adam divides each by its own size, and the coefficient would cancel out.
///
/// The windows belong to the episodes of a minibatch: where an iteration learns from its batch more
/// than once, each inner epoch reads the same windows again, and there are so many for an episode
/// as the setting says, however often it is learned from.
///
/// Both losses are means over tokens, which the paper leaves open; 27.8 belongs to this choice
/// (docs/specification.md 7.8).
final class PtxGradients {
  private final Corpus corpus;
  private final EpochOrder order;
  private final double coefficient;
  private final int rows;

  /// @param seed of the windows' order
  PtxGradients(Corpus corpus, Settings settings, long seed) {
    this.corpus = corpus;
    this.order =
        new EpochOrder(corpus.count(), settings.ptx().ratio() * settings.minibatchSize(), seed);
    this.coefficient = settings.ptx().coefficient();
    this.rows = settings.microBatchSize();
  }

  /// Adds gamma times the gradient of the mean negative log-likelihood to the policy's gradient.
  ///
  /// @param update the minibatch, counted over the whole run; it decides on the windows
  /// @param losses notes numbers whose sum is the mean negative log-likelihood of a token, nats
  void addGradient(Gpt policy, long update, Readings losses) {
    int[] windows = order.at(update);
    double tokens = (double) windows.length * corpus.window();
    for (int from = 0; from < windows.length; from += rows) {
      int[] some = Arrays.copyOfRange(windows, from, Math.min(windows.length, from + rows));
      try (var _ = Scope.open()) {
        var text = corpus.at(some, policy.parameters().flat().device());
        var logProbs = LogProbs.ofNext(policy, text.inputs(), text.targets(), Dropout.NONE);
        var share = logProbs.sum().div(-tokens);
        share.mul(coefficient).backward();
        losses.add(share);
      }
    }
  }
}
