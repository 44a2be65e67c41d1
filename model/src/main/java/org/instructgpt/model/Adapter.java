package org.instructgpt.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// A low-rank adapter (LoRA; Hu et al. 2021, arXiv 2106.09685): what is trained in place of a
/// model's own weights.
///
/// Where a frozen layer computes `x W`, the adapted one computes
///
/// `x W + s (x A) B`, with A (in, r), B (r, out) and s = alpha / r (equation 3)
///
/// A begins with random numbers and B with zeros, so a new adapter changes nothing. Gradients,
/// optimizer, averages and checkpoints to resume from concern A and B alone, which for small r are
/// few; and the model that the adapter began with is still there, with the adapter off: PPO needs
/// no second copy of it as reference.
///
/// A layer is one of the checkpoint's: where queries, keys and values lie side by side in one of
/// our parameters, but are three tensors in the model's files, each of them has an A and a B of its
/// own ([Layer]), as PEFT trains them.
///
/// Belongs to the scope it is built in.
public final class Adapter {
  private final String base;
  private final SequencedMap<String, List<Layer>> layers = new LinkedHashMap<>();
  private final Parameters parameters;

  /// How a new adapter is made, by the keys of a recipe's section `adapter`.
  ///
  /// @param rank r; 0 trains the whole model, without an adapter
  /// @param alpha what the product is multiplied by, times the rank
  /// @param modules the layers that are adapted, by the last part of their names in the model's
  ///   files, such as `q_proj`; all products of the blocks if empty
  public record Settings(int rank, double alpha, List<String> modules) {
    /// No adapter.
    public static final Settings OFF = new Settings(0, 32, List.of());

    /// Checks the ranges.
    public Settings {
      SettingsCheck.atLeast(0, "rank", rank);
      SettingsCheck.positive("alpha", alpha);
      modules = List.copyOf(modules);
    }

    /// Whether there is to be one.
    public boolean isOn() {
      return rank > 0;
    }
  }

  /// A layer with an adapter.
  ///
  /// @param name of the layer in the model's files
  /// @param parameter of the decoder (in, ...) whose columns it is
  /// @param in how many numbers it reads
  /// @param from the first of the columns
  /// @param out how many
  /// @param rank r
  /// @param scale s
  public record Layer(
      String name, String parameter, long in, long from, long out, int rank, double scale) {
    /// The name of A (in, r) among the adapter's parameters.
    public String a() {
      return name + ".lora_A";
    }

    /// The name of B (r, out).
    public String b() {
      return name + ".lora_B";
    }
  }

  /// An adapter of zeros, which changes nothing and learns nothing: [#initialize] it, or fill it
  /// from a file.
  ///
  /// @param base the folder of the model that it belongs to, as other programs are to find it
  /// @param width of the model, if the adapter has a head of its own as those of a [ScalarModel]
  ///   do; else 0
  public Adapter(String base, List<Layer> adapted, int width, DType type, Device device) {
    this.base = base;
    var shapes = new LinkedHashMap<String, long[]>();
    for (var layer : adapted) {
      layers.computeIfAbsent(layer.parameter, _ -> new ArrayList<>()).add(layer);
      shapes.put(layer.a(), new long[] {layer.in, layer.rank});
      shapes.put(layer.b(), new long[] {layer.rank, layer.out});
    }
    if (width > 0) {
      shapes.put(ScalarModel.HEAD, new long[] {1, width});
      shapes.put(ScalarModel.BIAS, new long[] {1});
    }
    this.parameters = new Parameters(shapes, type, device);
  }

  /// Draws A with deviation 1/sqrt(in), so that `x A` is about as large as `x`.
  public void initialize(Randomness random) {
    Scope.constant(() ->
        layers()
            .forEach(layer ->
                parameters
                    .get(layer.a())
                    .copy_(
                        Tensor.empty(DType.FLOAT32, random.device(), layer.in, layer.rank)
                            .normal_(0, 1 / Math.sqrt(layer.in), random))));
  }

  /// The folder of the model that it belongs to.
  public String base() {
    return base;
  }

  /// All adapted layers.
  public List<Layer> layers() {
    return layers.values().stream().flatMap(List::stream).toList();
  }

  /// A and B of each layer, and the head if there is one.
  public Parameters parameters() {
    return parameters;
  }

  /// Whether there is a head for a [ScalarModel].
  boolean hasHead() {
    return parameters.byName().containsKey(ScalarModel.HEAD);
  }

  /// What is added to the products with a parameter.
  ///
  /// @param convert to the type of the products
  List<LowRank> beside(String parameter, UnaryOperator<Tensor> convert) {
    return layers.getOrDefault(parameter, List.of()).stream()
        .map(layer ->
            new LowRank(
                layer,
                convert.apply(parameters.get(layer.a())),
                convert.apply(parameters.get(layer.b()))))
        .toList();
  }

  /// Whether something is added to the products with a parameter.
  boolean adapts(String parameter) {
    return layers.containsKey(parameter);
  }

  /// A parameter (in, ...) that is adapted, with everything added to it: a new tensor.
  Tensor merged(String parameter, Tensor matrix) {
    return matrix.add(LowRank.matrix(beside(parameter, x -> x), matrix.size(1)));
  }

  /// Adds it to the weights of its model for good.
  public void mergeInto(Parameters weights) {
    Scope.constant(() ->
        layers.keySet().forEach(name -> weights.get(name).copy_(merged(name, weights.get(name)))));
  }

  /// What is added to a product.
  ///
  /// @param a A (in, r)
  /// @param b B (r, out)
  record LowRank(Layer layer, Tensor a, Tensor b) {

    /// What is added to `x W` (N, all) for x (N, in).
    static Tensor product(Tensor x, List<LowRank> added, long all) {
      return columns(
          added, x.size(0), all, part -> x.matmul(part.a).mul(part.layer.scale).matmul(part.b));
    }

    /// What is added to W (in, all).
    static Tensor matrix(List<LowRank> added, long all) {
      return columns(
          added,
          added.getFirst().layer.in,
          all,
          part -> part.a.matmul(part.b).mul(part.layer.scale));
    }

    private interface Columns {
      Tensor of(LowRank part);
    }

    /// The columns of the parts side by side, zeros between them.
    private static Tensor columns(List<LowRank> parts, long rows, long all, Columns columns) {
      var a = parts.getFirst().a;
      var side = new ArrayList<Tensor>();
      long at = 0;
      for (var part : parts) {
        zeros(a, rows, part.layer.from - at, side);
        side.add(columns.of(part));
        at = part.layer.from + part.layer.out;
      }
      zeros(a, rows, all - at, side);
      return side.size() == 1 ? side.getFirst() : Tensor.cat(side, 1);
    }

    private static void zeros(Tensor like, long rows, long columns, List<Tensor> side) {
      if (columns > 0) {
        side.add(Tensor.zeros(like.dtype(), like.device(), rows, columns));
      }
    }
  }
}
