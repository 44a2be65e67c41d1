package org.instructgpt.model;

import java.util.ArrayList;
import java.util.function.UnaryOperator;
import org.instructgpt.torch.Passes;
import org.instructgpt.torch.Tensor;

/// Log-probabilities of given tokens under a model.
public final class LogProbs {
  /// How many logits are made at a time: 256 MiB of float32. The split depends on shapes alone,
  /// never on whether gradients are recorded, so that PPO's old and new log-probabilities take the
  /// same path.
  private static final long LOGITS_AT_A_TIME = 1L << 26;

  private LogProbs() {}

  /// Natural log-probability (R) of every response token given what stands before it.
  ///
  /// @param temperature divides the logits; the one the responses were sampled at, or 1
  public static Tensor ofResponses(
      Gpt model, Sequences batch, double temperature, Dropout dropout) {
    var hidden = model.hidden(batch, dropout);
    var predictors = hidden.indexSelect(0, batch.predictors());
    return of(model, model::logits, predictors, batch.responses(), temperature);
  }

  /// The same without dropout and with logits of full precision, for reinforcement learning: its
  /// probability ratios and KL penalty are differences of log-probabilities, which may be smaller
  /// than what bfloat16 rounds away.
  public static Tensor exactOfResponses(Gpt model, Sequences batch, double temperature) {
    var hidden = model.hidden(batch, Dropout.NONE);
    var predictors = hidden.indexSelect(0, batch.predictors());
    return of(model, model::exactLogits, predictors, batch.responses(), temperature);
  }

  /// Natural log-probability (B*T) of every token of `targets` (B, T), each predicted at the same
  /// place of `tokens` (B, T).
  public static Tensor ofNext(Gpt model, Tensor tokens, Tensor targets, Dropout dropout) {
    var hidden = model.hidden(tokens, dropout).view(-1, model.config().width());
    return of(model, model::logits, hidden, targets.reshape(-1), 1);
  }

  private static Tensor of(
      Gpt model, UnaryOperator<Tensor> unembed, Tensor hidden, Tensor targets, double temperature) {
    long n = hidden.size(0);
    long atATime = Math.max(1, LOGITS_AT_A_TIME / model.config().vocabulary());
    var shared = Passes.join(hidden); // so that logits are gone before gradients go further
    if (n <= atATime) {
      return part(unembed, shared, targets, temperature);
    }
    var parts = new ArrayList<Tensor>();
    for (long from = 0; from < n; from += atATime) {
      long length = Math.min(atATime, n - from);
      var some = shared.narrow(0, from, length);
      var wanted = targets.narrow(0, from, length);
      parts.add(Tensor.tidy(() -> part(unembed, some, wanted, temperature)));
    }
    return Tensor.cat(parts, 0);
  }

  private static Tensor part(
      UnaryOperator<Tensor> unembed, Tensor hidden, Tensor targets, double temperature) {
    return Passes.logProbs(unembed.apply(hidden), targets, temperature);
  }
}
