package org.instructgpt.ppo;

import java.util.function.Function;
import java.util.function.Supplier;
import org.instructgpt.ppo.Rollout.Minibatch;
import org.instructgpt.ppo.Rollout.Part;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Readings;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// The result of sending a minibatch through a network forwards and backwards, part by part.
///
/// @param loss the mean over the minibatch's response tokens
/// @param outputs of the network for each of them
record MicroBatchPass(double loss, double[] outputs) {

  /// The network's outputs for a part's response tokens and the loss of each, (N) both.
  record TokenLosses(Tensor outputs, Tensor losses) {}

  /// Adds the gradient of the minibatch's loss to the network's, part by part. Each part counts by
  /// its tokens, so the result does not depend on how the minibatch is split (docs/specification.md
  /// 7.7).
  ///
  /// @return the result; who asks for it waits for the passes, so ask last
  static Supplier<MicroBatchPass> backward(
      Minibatch minibatch, Function<Part, TokenLosses> network) {
    int tokens = minibatch.tokens().length();
    var losses = new Readings();
    var outputs = new Readings();
    for (var part : minibatch.parts()) {
      try (var _ = Scope.open()) {
        var result = network.apply(part);
        var share = result.losses().sum().div(tokens);
        share.backward();
        losses.add(share);
        outputs.add(result.outputs());
      }
    }
    return () -> new MicroBatchPass(losses.sum(), outputs.read());
  }

  /// A range of an array over the batch as a tensor (N) of the type and device of `output`.
  static Tensor constant(double[] values, IndexRange span, Tensor output) {
    DType type = output.dtype();
    Device device = output.device();
    return Tensor.of(span.of(values), span.length()).to(type).to(device);
  }
}
