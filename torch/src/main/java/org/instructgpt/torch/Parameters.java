package org.instructgpt.torch;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/// Named parameters as views of one flat tensor, and their gradients as views of another.
///
/// Whatever concerns all parameters at once (the optimizer, clipping, averaging, copying, sending
/// them to another machine, checkpoints) is then a single operation on two flat tensors, and no
/// list of parameters is ever walked. Each view begins at a multiple of 64 bytes, so matrix kernels
/// meet aligned memory; the gaps stay zero. Matrices come first and vectors last whatever the order
/// of declaration, so that weight decay, which spares biases and normalisations, is an operation on
/// a prefix.
///
/// Parameters are frozen, without memory for gradients, until [#train()], which an optimizer calls.
/// So a model that only scores, samples or serves takes half of what it takes in training, and
/// nobody has to say so.
///
/// Belongs, gradients included, to the scope it is built in.
public final class Parameters {
  private static final int ALIGNMENT = 16;

  private final Tensor flat;
  private final SequencedMap<String, Tensor> byName = new LinkedHashMap<>();
  private final Map<String, Long> offsets = new LinkedHashMap<>();
  private final long decayed;
  private final @Nullable PointerScope home = PointerScope.getInnerScope();

  /// Null while the parameters are frozen.
  private @Nullable Tensor gradient;

  private MemorySaving saving = MemorySaving.NONE;

  /// Zeros of the given shapes, frozen.
  ///
  /// @param shapes the shape of each parameter by its name
  public Parameters(SequencedMap<String, long[]> shapes, DType type, Device device) {
    long matrices = place(shapes, 0, true);
    long end = place(shapes, matrices, false);
    decayed = matrices;
    flat = Tensor.zeros(type, device, end);
    // detach() keeps the memory but makes a leaf of its own, so the flat tensor is in no graph.
    shapes.forEach((name, shape) -> byName.put(name, part(flat, name, shape).detach()));
  }

  private Tensor part(Tensor whole, String name, long[] shape) {
    return whole.narrow(0, offsets.getOrDefault(name, 0L), count(shape)).view(shape);
  }

  /// Prepares for training: from now on gradients are recorded, and collected in memory of their
  /// own. Where that is so already, nothing changes.
  public Parameters train() {
    if (gradient == null) {
      var zeros =
          Scope.tidy(
              home,
              () -> Tensor.zeros(flat.dtype(), flat.device(), flat.count()),
              tensor -> tensor.handle);
      byName.forEach((name, parameter) -> {
        parameter.requireGradient(true);
        parameter.collectGradientIn(part(zeros, name, parameter.shape()));
      });
      gradient = zeros;
    }
    return this;
  }

  /// The same, and passes and optimizers that are made from now on save memory so.
  public Parameters train(MemorySaving wanted) {
    saving = wanted;
    return train();
  }

  /// What the training of these parameters does without.
  public MemorySaving saving() {
    return saving;
  }

  private long place(Map<String, long[]> shapes, long from, boolean matrices) {
    long at = from;
    for (var entry : shapes.entrySet()) {
      if (entry.getValue().length > 1 == matrices) {
        offsets.put(entry.getKey(), at);
        at += (count(entry.getValue()) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      }
    }
    return at;
  }

  private static long count(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /// All parameters in one dimension (N), gaps of zeros included.
  public Tensor flat() {
    return flat;
  }

  /// All gradients in one dimension (N), in the places of their parameters.
  ///
  /// @throws IllegalStateException if the parameters are frozen
  public Tensor gradient() {
    if (gradient == null) {
      throw new IllegalStateException(
          "the gradient of frozen parameters was asked for: they have none before train() or an optimizer");
    }
    return gradient;
  }

  /// The number of leading entries of [#flat()] that weight decay concerns: the matrices.
  public long decayed() {
    return decayed;
  }

  /// The parameters by name, in the order of declaration.
  public Map<String, Tensor> byName() {
    return Collections.unmodifiableMap(byName);
  }

  /// One parameter.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  public Tensor get(String name) {
    var found = byName.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "no parameter is called %s; there are %s".formatted(name, byName.keySet()));
    }
    return found;
  }

  /// The number of trained parameters, without gaps.
  public long count() {
    return byName.values().stream().mapToLong(Tensor::count).sum();
  }

  /// Zeroes the collected gradients.
  public void zeroGradient() {
    gradient().zero_();
  }

  /// Overwrites every parameter with that of `source`, which has the same names and shapes in any
  /// order.
  ///
  /// @throws IllegalArgumentException if names or shapes differ; nothing is overwritten then
  public void copyFrom(Parameters source) {
    if (!source.byName.keySet().equals(byName.keySet())) {
      throw new IllegalArgumentException(
          "parameters %s cannot be copied from %s"
              .formatted(byName.keySet(), source.byName.keySet()));
    }
    byName.forEach((name, parameter) -> {
      if (!Arrays.equals(parameter.shape(), source.get(name).shape())) {
        throw new IllegalArgumentException(
            "parameter %s is %s and cannot be copied from %s"
                .formatted(name, parameter, source.get(name)));
      }
    });
    Scope.constant(
        () -> byName.forEach((name, parameter) -> parameter.copy_(source.get(name).detach())));
  }
}
