package org.instructgpt.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.instructgpt.model.Adapter;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.ParameterShapes;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// A layer of a checkpoint's files that an adapter can have: a product of a block.
///
/// @param name in the files of a language model, without `.weight`
/// @param parameter of the decoder (in, ...) whose columns it is
/// @param in how many numbers it reads
/// @param columns the parameter's column of each of the layer's outputs, in the files' order
record StoredLayer(String name, String parameter, long in, int[] columns) {
  private static final Set<String> PRODUCTS =
      Set.of(
          ParameterShapes.QUERIES,
          ParameterShapes.PROJECTION,
          ParameterShapes.UP,
          ParameterShapes.DOWN);

  /// All of a model.
  static List<StoredLayer> of(Family family, GptConfig shape) {
    var products = new HashMap<String, long[]>();
    Gpt.shapes(shape)
        .forEach((name, size) -> {
          if (PRODUCTS.stream().anyMatch(product -> name.endsWith("." + product + ".weight"))) {
            products.put(name, size);
          }
        });
    var layers = new ArrayList<StoredLayer>();
    try (var _ = Scope.open()) {
      for (var tensor : family.body(shape)) {
        long[] size = products.get(tensor.parameter());
        if (size != null) {
          layers.add(
              new StoredLayer(
                  family.names().prefix() + tensor.name().replaceFirst("\\.weight$", ""),
                  tensor.parameter(),
                  size[0],
                  columns(tensor, size[1])));
        }
      }
    }
    return layers;
  }

  private static int[] columns(StoredTensor tensor, long all) {
    long[] found = tensor.columns(all).longs();
    return Arrays.stream(found).mapToInt(Math::toIntExact).toArray();
  }

  /// The last part of the name.
  String last() {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /// The same in an adapter.
  Adapter.Layer adapted(int rank, double scale) {
    return new Adapter.Layer(name, parameter, in, from(), columns.length, rank, scale);
  }

  private int from() {
    return Arrays.stream(columns).min().orElseThrow();
  }

  /// An adapter's B as the files have it (out, r), of ours (r, out).
  Tensor stored(Tensor b) {
    int from = from();
    int[] order = Arrays.stream(columns).map(column -> column - from).toArray();
    return b.transpose(0, 1).indexSelect(0, index(order, b));
  }

  /// Ours (r, out), of an adapter's B as the files have it.
  Tensor ours(Tensor stored) {
    int from = from();
    var row = new int[columns.length];
    for (int i = 0; i < columns.length; i++) {
      row[columns[i] - from] = i;
    }
    return stored.indexSelect(0, index(row, stored)).transpose(0, 1);
  }

  private static Tensor index(int[] index, Tensor like) {
    return Tensor.of(index, index.length).to(like.device());
  }
}
