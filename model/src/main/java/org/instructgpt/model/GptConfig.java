package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;

/// The shape of a decoder. Without an [Architecture] of its own it is GPT-3's: pre-layer-norm,
/// learned absolute positions, GELU, tied embedding (Brown et al. 2020; InstructGPT names only "the
/// GPT-3 architecture").
///
/// @param layers number of blocks
/// @param width size C of the residual stream
/// @param heads number of attention heads H; each has C/H dimensions, unless the architecture says
///   otherwise
/// @param context the greatest number of tokens of a sequence
/// @param vocabulary number of token ids V
/// @param activation of the networks
/// @param layerNormEpsilon added to the variance, or the mean square, in normalisations
/// @param residualDropout share of the residual branches' outputs dropped in training, as
///   `resid_pdrop`
/// @param band window in tokens of every second layer's attention (GPT-3's locally banded sparse
///   layers); 0 makes all layers dense
/// @param scaling how attention scores are scaled, where it is not the usual way of GPT-2
/// @param architecture what else is not as in GPT-3
public record GptConfig(
    int layers,
    int width,
    int heads,
    int context,
    int vocabulary,
    Activation activation,
    double layerNormEpsilon,
    double residualDropout,
    int band,
    Optional<Scaling> scaling,
    Optional<Architecture> architecture) {

  /// How the scores of attention, the products of queries and keys, are scaled before the softmax
  /// (Karamcheti et al. 2021 for what is not usual).
  ///
  /// @param byWidth by 1 / sqrt(C / H), as usual: `scale_attn_weights`
  /// @param byLayer by 1 / (i + 1) in layer i: `scale_attn_by_inverse_layer_idx`
  /// @param upcast whether the products are in float32 where others are in bfloat16:
  ///   `reorder_and_upcast_attn`
  public record Scaling(boolean byWidth, boolean byLayer, boolean upcast) {
    /// As in GPT-2 and GPT-3.
    public static final Scaling USUAL = new Scaling(true, false, false);
  }

  /// A shape whose attention scores are scaled as usual.
  public GptConfig(
      int layers,
      int width,
      int heads,
      int context,
      int vocabulary,
      Activation activation,
      double layerNormEpsilon,
      double residualDropout,
      int band) {
    this(
        layers,
        width,
        heads,
        context,
        vocabulary,
        activation,
        layerNormEpsilon,
        residualDropout,
        band,
        Optional.empty(),
        Optional.empty());
  }

  /// The activations of networks.
  public enum Activation {
    /// x times the normal distribution function of x: the exact form with the error function,
    /// several times faster on a processor.
    GELU("gelu"),
    /// The tanh form of GPT-2 and GPT-3.
    GELU_NEW("gelu_new"),
    /// x times the logistic function of 1.702 x, another approximation.
    QUICK_GELU("quick_gelu"),
    /// x times the logistic function of x, also called swish.
    SILU("silu"),
    /// The greater of x and 0.
    RELU("relu"),
    /// The hyperbolic tangent.
    TANH("tanh");

    private final String label;

    Activation(String label) {
      this.label = label;
    }

    /// The name in `config.json`.
    public String label() {
      return label;
    }

    /// The form that `config.json` calls `name`.
    public static Activation named(String name) {
      return switch (name.toLowerCase(Locale.ROOT)) {
        case "gelu" -> GELU;
        case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate" -> GELU_NEW;
        case "quick_gelu" -> QUICK_GELU;
        case "silu", "swish" -> SILU;
        case "relu" -> RELU;
        case "tanh" -> TANH;
        default ->
            throw new IllegalArgumentException(
                "activation must be gelu, gelu_new, quick_gelu, silu, relu or tanh, but is '%s'"
                    .formatted(name));
      };
    }
  }

  /// The sizes of the paper, with the dimensions of GPT-3's table 2.1.
  public enum Size {
    /// 1.3B; 16 heads of 128, since the printed 24 heads do not divide the width
    /// (docs/specification.md 4.1).
    XL(24, 2048, 16),
    /// 6B, with the dimensions of GPT-3's 6.7B row.
    B6(32, 4096, 32),
    /// 175B.
    B175(96, 12288, 96);

    private final int layers;
    private final int width;
    private final int heads;

    Size(int layers, int width, int heads) {
      this.layers = layers;
      this.width = width;
      this.heads = heads;
    }
  }

  /// Checks that the sizes fit together.
  public GptConfig {
    for (int size : new int[] {layers, width, heads, context, vocabulary}) {
      if (size < 1) {
        throw new IllegalArgumentException(
            "layers, width, heads, context and vocabulary must be positive, but are %d, %d, %d, %d, %d"
                .formatted(layers, width, heads, context, vocabulary));
      }
    }
    if (architecture.isEmpty() && width % heads != 0) {
      throw new IllegalArgumentException(
          "width %d cannot be split evenly among %d heads".formatted(width, heads));
    }
    if (!(residualDropout >= 0 && residualDropout < 1)) {
      throw new IllegalArgumentException(
          "residual dropout must be in [0, 1), but is " + residualDropout);
    }
    if (band < 0 || !(layerNormEpsilon > 0)) {
      throw new IllegalArgumentException(
          "band (%d) must not be negative, layer norm epsilon (%s) positive"
              .formatted(band, layerNormEpsilon));
    }
  }

  /// A model of the paper: context 2,048, GPT-3's byte-pair vocabulary of 50,257, alternate layers
  /// locally banded (section 3). The width of the band is not printed; 256 is ours.
  public static GptConfig paper(Size size) {
    return new GptConfig(
        size.layers, size.width, size.heads, 2048, 50257, Activation.GELU_NEW, 1e-5, 0, 256);
  }

  /// A small dense model with the fast activation.
  public static GptConfig small(int layers, int width, int heads, int context, int vocabulary) {
    return new GptConfig(layers, width, heads, context, vocabulary, Activation.GELU, 1e-5, 0, 0);
  }

  /// The same within a shorter context.
  public GptConfig withContext(int tokens) {
    return new GptConfig(
        layers,
        width,
        heads,
        tokens,
        vocabulary,
        activation,
        layerNormEpsilon,
        residualDropout,
        band,
        scaling,
        architecture);
  }

  /// The same with another dropout.
  public GptConfig withResidualDropout(double rate) {
    return with(rate, scaling, architecture);
  }

  /// The same with attention scores scaled so.
  public GptConfig withScaling(Scaling wanted) {
    var unusual = Optional.of(wanted).filter(each -> !each.equals(Scaling.USUAL));
    return with(residualDropout, unusual, architecture);
  }

  /// The same with another architecture.
  public GptConfig withArchitecture(Architecture wanted) {
    return with(residualDropout, scaling, Optional.of(wanted));
  }

  private GptConfig with(
      double rate, Optional<Scaling> scaled, Optional<Architecture> otherArchitecture) {
    return new GptConfig(
        layers,
        width,
        heads,
        context,
        vocabulary,
        activation,
        layerNormEpsilon,
        rate,
        band,
        scaled,
        otherArchitecture);
  }

  /// The same with what a model without an unembedding has.
  public GptConfig withoutUnembedding() {
    return architecture.isEmpty() || architecture.get().tied()
        ? this
        : withArchitecture(architecture.get().withTied());
  }

  /// The architecture, that of GPT-3 included.
  public Architecture effective() {
    return architecture.orElseGet(this::gpt3);
  }

  private Architecture gpt3() {
    var all = new ArrayList<Architecture.Layer>();
    for (int i = 0; i < layers; i++) {
      all.add(new Architecture.Layer(i % 2 == 1 ? band : 0, Optional.empty()));
    }
    return new Architecture(
        Architecture.Norm.LAYER,
        Architecture.Places.BEFORE,
        0,
        false,
        Architecture.Heads.of(heads, width / heads, true, true),
        new Architecture.Network(4 * width, false, true),
        all,
        true,
        1,
        0,
        true);
  }

  /// What the queries of a layer are multiplied by before attention scales by width as usual.
  double queryFactor(int layer) {
    if (architecture.isPresent()) {
      double factor = architecture.get().heads().queryFactor();
      return scaling.orElse(Scaling.USUAL).byLayer ? factor / (layer + 1) : factor;
    }
    var found = scaling.orElse(Scaling.USUAL);
    double width = found.byWidth ? 1 : Math.sqrt((double) this.width / heads);
    return found.byLayer ? width / (layer + 1) : width;
  }

  /// Whether attention scores are in float32 whatever the rest is in.
  boolean upcast() {
    return scaling.orElse(Scaling.USUAL).upcast;
  }

  /// The window of layer `layer`, 0 where it is dense.
  int window(int layer) {
    return architecture.isPresent()
        ? architecture.get().layers().get(layer).window()
        : layer % 2 == 1 ? band : 0;
  }

  /// The number of trained parameters.
  public long parameters() {
    return ParameterShapes.count(this);
  }
}
