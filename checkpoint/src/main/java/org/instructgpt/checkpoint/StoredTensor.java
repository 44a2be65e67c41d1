package org.instructgpt.checkpoint;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Tensor;

/// A tensor of a checkpoint's files, and where its entries are among a decoder's parameters.
///
/// Nothing is computed on the way in or out: entries are copied between the file's tensor, seen in
/// the shape `seen`, and a view of a parameter in the same shape. So what was read and is written
/// again has the same bytes.
///
/// @param name in the file, without the prefix of the body
/// @param shape in the file
/// @param seen the shape in which its entries are copied
/// @param parameter the name of the decoder's parameter
/// @param place the view of the parameter
record StoredTensor(
    String name, long[] shape, long[] seen, String parameter, UnaryOperator<Tensor> place) {

  /// One that is a parameter as it is.
  static StoredTensor same(String name, String parameter, long... shape) {
    return new StoredTensor(name, shape, shape, parameter, whole -> whole);
  }

  /// A matrix (out, in), some columns of a parameter (in, ...).
  ///
  /// @param from the first of the columns
  static StoredTensor columns(String name, String parameter, long from, long out, long in) {
    long[] shape = {out, in};
    return new StoredTensor(
        name, shape, shape, parameter, whole -> whole.narrow(1, from, out).transpose(0, 1));
  }

  /// A vector, some entries of a parameter.
  ///
  /// @param from the first of them
  static StoredTensor entries(String name, String parameter, long from, long count) {
    long[] shape = {count};
    return new StoredTensor(name, shape, shape, parameter, whole -> whole.narrow(0, from, count));
  }

  /// A matrix (H x 3 x D, in) of queries, keys and values, head by head; in the parameter (in, 3 x
  /// H x D) all queries come first.
  static StoredTensor byHead(String name, String parameter, long heads, long width, long in) {
    return new StoredTensor(
        name,
        new long[] {heads * 3 * width, in},
        new long[] {heads, 3, width, in},
        parameter,
        whole -> whole.view(whole.size(0), 3, heads, width).permute(2, 1, 3, 0));
  }

  /// The same of a vector.
  static StoredTensor byHead(String name, String parameter, long heads, long width) {
    return new StoredTensor(
        name,
        new long[] {heads * 3 * width},
        new long[] {heads, 3, width},
        parameter,
        whole -> whole.view(3, heads, width).permute(1, 0, 2));
  }

  /// A matrix (heads x D, in), some columns of a parameter, whose entries of a head are paired as
  /// neighbours: 2j and 2j + 1 are there j and j + D/2.
  ///
  /// @param from the first of the columns
  /// @param width D, even
  static StoredTensor neighbours(
      String name, String parameter, long from, long heads, long width, long in) {
    return new StoredTensor(
        name,
        new long[] {heads * width, in},
        new long[] {heads, width / 2, 2, in},
        parameter,
        whole ->
            whole.narrow(1, from, heads * width).view(in, heads, 2, width / 2).permute(1, 3, 2, 0));
  }

  /// The same under another name.
  StoredTensor named(String other) {
    return new StoredTensor(other, shape, seen, parameter, place);
  }

  /// For each output of a product with this tensor, in the file's order, its column in the
  /// parameter.
  ///
  /// @param all how many columns the parameter has
  Tensor columns(long all) {
    return place.apply(Tensor.range(0, all, Device.CPU).view(1, all)).reshape(-1);
  }

  /// The entries of a parameter as the file has them; a copy where they lie otherwise.
  Tensor of(Tensor whole) {
    return place.apply(whole).contiguous().view(shape);
  }

  /// Overwrites the entries of a parameter with a tensor of the file's shape.
  void put(Tensor whole, Tensor read) {
    place.apply(whole).copy_(read.view(seen));
  }

  /// Whether the parameter has the entries in the file's order.
  boolean isWhole(Tensor whole) {
    return Arrays.equals(shape, whole.shape()) && place.apply(whole) == whole;
  }
}
