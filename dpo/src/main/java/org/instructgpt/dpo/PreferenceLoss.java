package org.instructgpt.dpo;

import java.util.List;
import org.instructgpt.torch.Tensor;

/// The losses of direct preference optimisation.
///
/// **The idea.** The policy that is best for a reward r under a KL penalty beta is known in closed
/// form: `reference(y|x) exp(r(x, y) / beta) / Z(x)`. Solved for the reward, every policy is the best
/// one of some reward, `beta log(policy(y|x) / reference(y|x))`, up to a constant that only depends on
/// the prompt. So the policy itself can be put in the place of the reward model in the loss of reward
/// modelling, where the constant cancels out: no second network, no sampling.
///
/// With h the log-ratio of the better completion less that of the worse one,
///
///     h = log policy(y_w|x)/reference(y_w|x) - log policy(y_l|x)/reference(y_l|x)
///     dpo: -log sigmoid(beta h)                      (Rafailov et al. 2023, equation 7)
///     ipo: (h - 1 / (2 beta))^2                      (Azar et al. 2023, equation 17)
///
/// where log-probabilities are sums over a completion's tokens. The loss of a batch is the mean over
/// its prompts of the mean over each prompt's pairs, as in training a reward model (InstructGPT
/// equation 1): a prompt counts once, whether it gave one pair or 36. Of one pair a prompt it is the
/// papers' mean over pairs.
///
/// **Label smoothing** e takes a preference to be told the wrong way round with probability e:
/// `-(1 - e) log sigmoid(beta h) - e log sigmoid(-beta h)`. Where all people agree, the plain loss
/// has no minimum but drives h to infinity; with e, and in `ipo`, it has one.
///
/// **The gradient** by a log-probability of the better completion is `-beta sigmoid(-beta h)` times
/// the pair's weight, and the opposite by the worse one. It does not say that either becomes
/// likelier: both may fall as long as the worse one falls faster. The metrics tell both.
///
/// @param beta of the KL penalty that is built in
/// @param smoothing e; 0 with the squared loss
/// @param squared whether it is `ipo`
record PreferenceLoss(double beta, double smoothing, boolean squared) {

  /// Which completions of a part are compared, and the weight of each comparison.
  ///
  /// @param better for each pair the place, among the part's B completions, of the preferred one
  ///   (P)
  /// @param worse the place of the other one (P)
  /// @param weights of the pairs (P)
  record Compared(int[] better, int[] worse, double[] weights) {

    /// The pairs of prompts whose completions follow one another.
    ///
    /// @param prompts how many prompts the loss is a mean of: the whole batch's, if these are a
    ///   part of it, so that losses and gradients of the parts add up to those of the batch
    static Compared of(List<Preferences> some, int prompts) {
      int count = some.stream().mapToInt(each -> each.pairs().size()).sum();
      var result = new Compared(new int[count], new int[count], new double[count]);
      int n = 0;
      int first = 0;
      for (var each : some) {
        for (var pair : each.pairs()) {
          result.better[n] = first + pair.better();
          result.worse[n] = first + pair.worse();
          result.weights[n++] = 1.0 / ((double) each.pairs().size() * prompts);
        }
        first += each.k();
      }
      return result;
    }
  }

  /// The loss, a scalar of the log-ratios' type.
  ///
  /// @param logRatios of policy and reference, of all completions (B), nats
  Tensor of(Tensor logRatios, Compared pairs) {
    var device = logRatios.device();
    var better = logRatios.indexSelect(0, Tensor.of(pairs.better).to(device));
    var worse = logRatios.indexSelect(0, Tensor.of(pairs.worse).to(device));
    var weights = Tensor.of(pairs.weights).to(logRatios.dtype()).to(device);
    var margins = better.sub(worse);
    var losses =
        squared ? margins.sub(0.5 / beta).square() : logistic(margins.mul(beta), smoothing);
    return losses.mul(weights).sum();
  }

  private static Tensor logistic(Tensor margins, double smoothing) {
    var right = margins.logSigmoid().neg();
    return smoothing == 0
        ? right
        : right.mul(1 - smoothing).add(margins.neg().logSigmoid(), -smoothing);
  }

  /// The loss of one pair, in double precision.
  ///
  /// @param margin h, the log-ratio of the better completion less that of the worse one
  double ofPair(double margin) {
    if (squared) {
      return Math.pow(margin - 0.5 / beta, 2);
    }
    double scaled = beta * margin;
    return (1 - smoothing) * softplus(-scaled) + smoothing * softplus(scaled);
  }

  /// log(1 + exp(x)), without overflow.
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
