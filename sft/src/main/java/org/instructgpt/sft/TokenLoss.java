package org.instructgpt.sft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.torch.Readings;
import org.instructgpt.torch.Scope;

/// The loss of pretraining and SFT: the mean negative log-likelihood, in nats, of all tokens that a
/// batch predicts.
///
/// A batch goes through the model a few rows at a time, so that memory does not limit its size. The
/// mean is over the tokens of the whole batch: each micro-batch adds the sum over its tokens,
/// divided by the number of tokens of all. A mean of the micro-batches' means would weigh the
/// tokens of a micro-batch with short rows more, and the result would depend on how the batch was
/// split. As it is, the split changes nothing but the order of additions and the entries that
/// dropout draws.
///
/// @param model to train The ranks of a training share the examples; each computes the losses and
///   gradients of its share, divided by the number of tokens of all.
///
/// @param rows how many examples go through it at a time
record TokenLoss(Gpt model, int rows, Ranks ranks) {

  /// Adds `weight` times the gradient of the loss of the chosen examples to those collected.
  ///
  /// @return the loss; who asks for it waits for the passes, so ask last
  DoubleSupplier learn(TokenExamples examples, int[] chosen, double weight, Dropout dropout) {
    long tokens = predicted(examples, chosen);
    var losses = new Readings();
    for (int[] some : split(ranks.share(chosen))) {
      try (var _ = Scope.open()) {
        var nll = examples.logProbs(model, some, dropout).sum().neg();
        nll.mul(weight / tokens).backward();
        losses.add(nll);
      }
    }
    return () -> ranks.sum(losses.sum()) / tokens;
  }

  /// The loss of the chosen examples, with nothing dropped.
  double measure(TokenExamples examples, int[] chosen) {
    try (var _ = Scope.open()) {
      var losses = new Readings();
      for (int[] some : split(ranks.share(chosen))) {
        Scope.constant(() -> note(losses, examples, some));
      }
      return ranks.sum(losses.sum()) / predicted(examples, chosen);
    }
  }

  private void note(Readings losses, TokenExamples examples, int[] some) {
    try (var _ = Scope.open()) {
      losses.add(examples.logProbs(model, some, Dropout.NONE).sum().neg());
    }
  }

  private List<int[]> split(int[] chosen) {
    var parts = new ArrayList<int[]>();
    for (int from = 0; from < chosen.length; from += rows) {
      parts.add(Arrays.copyOfRange(chosen, from, Math.min(chosen.length, from + rows)));
    }
    return parts;
  }

  private static long predicted(TokenExamples examples, int[] chosen) {
    return Arrays.stream(chosen).mapToLong(examples::predicted).sum();
  }

  /// How many tokens the model reads in the chosen examples.
  static double read(TokenExamples examples, int[] chosen) {
    return Arrays.stream(chosen).mapToLong(examples::read).sum();
  }
}
