package org.instructgpt.gguf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.instructgpt.torch.Tensor;

/// A tensor of a GGUF file, and what it is made of.
///
/// @param name in the file
/// @param parameter of the decoder
/// @param shape (rows, entries of a row) or (entries)
/// @param exact whether it stays float32 whatever others are
/// @param view what it is of the parameter, in its shape or one with as many entries in that order
record PlannedTensor(
    String name, String parameter, long[] shape, boolean exact, UnaryOperator<Tensor> view) {

  /// A parameter as it is.
  static PlannedTensor same(String name, String parameter, long... shape) {
    return new PlannedTensor(name, parameter, shape, shape.length == 1, whole -> whole);
  }

  /// A tensor that stays float32, with something done to each entry.
  static PlannedTensor exact(
      String name, String parameter, UnaryOperator<Tensor> view, long... shape) {
    return new PlannedTensor(name, parameter, shape, true, view);
  }

  /// Some columns of a matrix (in, ...) as a matrix (out, in).
  ///
  /// @param from the first
  static PlannedTensor columns(String name, String parameter, long from, long out, long in) {
    return new PlannedTensor(
        name,
        parameter,
        new long[] {out, in},
        false,
        whole -> whole.narrow(1, from, out).transpose(0, 1));
  }

  /// Some entries of a vector.
  ///
  /// @param from the first
  static PlannedTensor entries(String name, String parameter, long from, long count) {
    return new PlannedTensor(
        name, parameter, new long[] {count}, true, whole -> whole.narrow(0, from, count));
  }

  /// The same with the rows of each head in another order: entry i and entry i + width / 2, which
  /// positions turn together, become neighbours.
  PlannedTensor interleaved(long heads) {
    long half = shape[0] / heads / 2;
    long[] apart =
        shape.length == 1 ? new long[] {heads, 2, half} : new long[] {heads, 2, half, shape[1]};
    return new PlannedTensor(
        name,
        parameter,
        shape,
        exact,
        whole -> view.apply(whole).contiguous().view(apart).transpose(1, 2));
  }

  /// The entries.
  Tensor of(Tensor whole) {
    return view.apply(whole).contiguous().view(shape);
  }

  /// The type that it gets.
  ///
  /// @param wanted of matrices
  GgmlType type(GgmlType wanted) {
    if (exact) {
      return GgmlType.F32;
    }
    return shape[shape.length - 1] % wanted.block() == 0 ? wanted : GgmlType.F16;
  }

  /// The sizes as GGUF lists them, that of a row first.
  List<Long> sizes() {
    var sizes = new ArrayList<>(Arrays.stream(shape).boxed().toList());
    return sizes.reversed();
  }
}
