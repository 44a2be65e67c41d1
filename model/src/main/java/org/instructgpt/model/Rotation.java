package org.instructgpt.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.instructgpt.model.Architecture.Rotary;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// The turns that the positions of a pass's N tokens give to queries and keys, layer by layer.
///
/// Angles are computed in double precision, as a position times a frequency in single precision is
/// wrong by a hundredth of a radian at position 100,000.
final class Rotation {
  private final List<Optional<Turn>> layers = new ArrayList<>();

  /// The turns of one set of frequencies, (N, 1, n) both.
  private record Turn(Tensor cos, Tensor sin) {
    /// Belongs to the scope that is open.
    static Turn of(Rotary rotary, Tensor positions, DType type) {
      double[] frequencies =
          rotary.frequencies().stream().mapToDouble(Double::doubleValue).toArray();
      var row = Tensor.of(frequencies, 1, frequencies.length).to(positions.device());
      var angles = positions.to(DType.FLOAT64).unsqueeze(1).mul(row).unsqueeze(1);
      double magnitude = rotary.magnitude();
      return new Turn(angles.cos().mul(magnitude).to(type), angles.sin().mul(magnitude).to(type));
    }

    /// @param x (N, heads, D)
    Tensor apply(Tensor x) {
      long n = cos.size(2);
      long rest = x.size(2) - 2 * n;
      var parts = rest == 0 ? x.split(2, n, n) : x.split(2, n, n, rest);
      var a = parts.get(0);
      var b = parts.get(1);
      var turned = new ArrayList<Tensor>();
      turned.add(a.mul(cos).sub(b.mul(sin)).to(x.dtype()));
      turned.add(b.mul(cos).add(a.mul(sin)).to(x.dtype()));
      if (rest > 0) {
        turned.add(parts.get(2));
      }
      return Tensor.cat(turned, 2);
    }
  }

  /// Belongs to the scope that is open.
  ///
  /// @param positions of the tokens (N)
  /// @param type of the model's parameters
  Rotation(Architecture architecture, Tensor positions, DType type) {
    var turns = new HashMap<Rotary, Turn>();
    Scope.constant(() -> {
      for (var layer : architecture.layers()) {
        layers.add(
            layer
                .rotary()
                .map(rotary ->
                    turns.computeIfAbsent(rotary, each -> Turn.of(each, positions, type))));
      }
    });
  }

  /// Queries or keys (N, heads, D), turned.
  Tensor apply(int layer, Tensor x) {
    return layers.get(layer).map(turn -> turn.apply(x)).orElse(x);
  }
}
