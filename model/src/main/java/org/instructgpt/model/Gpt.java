package org.instructgpt.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Passes;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Tensor;

/// A GPT: token ids to hidden states, hidden states to logits.
///
/// A block adds attention of the normalised stream to the stream, then a two-layer network of the
/// normalised stream. Weights have the names and layouts of Hugging Face's GPT-2 (matrices are (in,
/// out), so a layer is `x W + b`). Under [Precision#MIXED] the matrices are converted for each pass
/// and the products run in bfloat16, while the residual stream, the normalisations and whatever is
/// made of logits stay in the parameters' type; gradients flow back through the conversion, so they
/// collect in float32.
///
/// Belongs to the scope it is built in.
public final class Gpt {
  /// Entries of a matrix from which a matrix-vector product is worth its own routine.
  private static final long LARGE = 1 << 19;

  private final GptConfig config;
  private final Parameters parameters;
  private final Precision precision;
  private final List<Integer> ends;

  /// Parameters of zero; fill them with [#initialize] or from a checkpoint.
  public Gpt(GptConfig config, Precision precision, Device device) {
    this(config, precision, new Parameters(shapes(config), DType.FLOAT32, device));
  }

  /// A model over given parameters, which hold at least those of [#shapes]; float64 ones are for
  /// tests.
  public Gpt(GptConfig config, Precision precision, Parameters parameters) {
    this(config, precision, parameters, List.of());
  }

  /// A model of a checkpoint.
  ///
  /// @param ends the ids that end a text by its files
  Gpt(GptConfig config, Precision precision, Parameters parameters, List<Integer> ends) {
    this.config = config;
    this.precision = precision;
    this.parameters = parameters;
    this.ends = List.copyOf(ends);
  }

  /// The names and shapes of the parameters, named as in Hugging Face's `GPT2Model`.
  public static SequencedMap<String, long[]> shapes(GptConfig config) {
    long c = config.width();
    var shapes = new LinkedHashMap<String, long[]>();
    shapes.put("wte.weight", new long[] {config.vocabulary(), c});
    shapes.put("wpe.weight", new long[] {config.context(), c});
    for (int i = 0; i < config.layers(); i++) {
      var h = "h." + i + ".";
      shapes.put(h + "ln_1.weight", new long[] {c});
      shapes.put(h + "ln_1.bias", new long[] {c});
      shapes.put(h + "attn.c_attn.weight", new long[] {c, 3 * c});
      shapes.put(h + "attn.c_attn.bias", new long[] {3 * c});
      shapes.put(h + "attn.c_proj.weight", new long[] {c, c});
      shapes.put(h + "attn.c_proj.bias", new long[] {c});
      shapes.put(h + "ln_2.weight", new long[] {c});
      shapes.put(h + "ln_2.bias", new long[] {c});
      shapes.put(h + "mlp.c_fc.weight", new long[] {c, 4 * c});
      shapes.put(h + "mlp.c_fc.bias", new long[] {4 * c});
      shapes.put(h + "mlp.c_proj.weight", new long[] {4 * c, c});
      shapes.put(h + "mlp.c_proj.bias", new long[] {c});
    }
    shapes.put("ln_f.weight", new long[] {c});
    shapes.put("ln_f.bias", new long[] {c});
    return shapes;
  }

  /// Draws the weights: embeddings and positions with deviation 1/sqrt(width) but at least GPT-2's
  /// 0.02, products with 1/sqrt(inputs), and what is added to the residual stream with
  /// 1/sqrt(inputs * layers), so that the stream's variance does not grow with depth (Ziegler et
  /// al. 2019's code; docs/specification.md 4.2).
  ///
  /// At the paper's widths of 2048 and more the embeddings come out as GPT-2's. Narrow models need
  /// more: with 0.02 at width 96, attention to earlier words did not form within 5 million tokens,
  /// with this it did within 6 (NOTEBOOK.md).
  ///
  /// @param random of the processor, for weights that are the same on every device; or of another,
  ///   which draws faster
  public void initialize(Randomness random) {
    org.instructgpt.torch.Scope.constant(() ->
        parameters
            .byName()
            .forEach((name, tensor) -> {
              if (name.endsWith("ln_f.weight") || name.matches("h\\.\\d+\\.ln_\\d\\.weight")) {
                tensor.fill_(1);
              } else if (name.endsWith(".weight") && tensor.rank() == 2) {
                tensor.copy_(
                    Tensor.empty(DType.FLOAT32, random.device(), tensor.shape())
                        .normal_(0, deviation(name, tensor.size(0)), random));
              } else {
                tensor.zero_();
              }
            }));
  }

  private double deviation(String name, long inputs) {
    if (name.startsWith("w")) { // wte, wpe
      return Math.max(0.02, 1 / Math.sqrt(config.width()));
    }
    return 1 / Math.sqrt(name.endsWith("c_proj.weight") ? inputs * config.layers() : inputs);
  }

  /// The shape of this model.
  public GptConfig config() {
    return config;
  }

  /// The ids that end a text besides the tokenizer's, as the model's checkpoint says
  /// (`eos_token_id`).
  public List<Integer> ends() {
    return ends;
  }

  /// The parameters: train, copy and save them there.
  public Parameters parameters() {
    return parameters;
  }

  /// The arithmetic of this model's matrix products.
  public Precision precision() {
    return precision;
  }

  /// The matrices of one block as the products take them, vectors of the normalisations as they
  /// are.
  record Block(
      Tensor norm1,
      Tensor norm1Shift,
      Tensor qkv,
      Tensor qkvBias,
      Tensor project,
      Tensor projectBias,
      Tensor norm2,
      Tensor norm2Shift,
      Tensor up,
      Tensor upBias,
      Tensor down,
      Tensor downBias) {}

  /// Everything a pass reads, converted to the type of the products.
  record Weights(
      Tensor token,
      Tensor position,
      Tensor unembedding,
      List<Block> blocks,
      Tensor norm,
      Tensor shift) {
    /// The same with logits of full precision: the unembedding as the parameters have it.
    Weights exact() {
      return new Weights(token, position, token, blocks, norm, shift);
    }
  }

  /// Converts the parameters for one or several passes. Recorded for gradients unless that is off.
  Weights weights() {
    return weights(this::operand);
  }

  /// The same for generating: in bfloat16 the matrices lie transposed in memory, which products
  /// with few rows read faster (measured: a quarter more tokens a second at 124M parameters and one
  /// row).
  Weights samplingWeights() {
    return precision == Precision.MIXED
        ? weights(name -> {
          var w = parameters.get(name);
          return w.rank() == 2
              ? rounded(w.transpose(0, 1)).contiguous().transpose(0, 1)
              : rounded(w);
        })
        : weights();
  }

  private Weights weights(Function<String, Tensor> operand) {
    var blocks = new ArrayList<Block>(config.layers());
    for (int i = 0; i < config.layers(); i++) {
      var h = "h." + i + ".";
      blocks.add(
          new Block(
              parameters.get(h + "ln_1.weight"),
              parameters.get(h + "ln_1.bias"),
              operand.apply(h + "attn.c_attn.weight"),
              operand.apply(h + "attn.c_attn.bias"),
              operand.apply(h + "attn.c_proj.weight"),
              operand.apply(h + "attn.c_proj.bias"),
              parameters.get(h + "ln_2.weight"),
              parameters.get(h + "ln_2.bias"),
              operand.apply(h + "mlp.c_fc.weight"),
              operand.apply(h + "mlp.c_fc.bias"),
              operand.apply(h + "mlp.c_proj.weight"),
              operand.apply(h + "mlp.c_proj.bias")));
    }
    return new Weights(
        parameters.get("wte.weight"),
        parameters.get("wpe.weight"),
        operand("wte.weight"),
        blocks,
        parameters.get("ln_f.weight"),
        parameters.get("ln_f.bias"));
  }

  private Tensor operand(String name) {
    return rounded(parameters.get(name));
  }

  private Tensor rounded(Tensor x) {
    return precision == Precision.MIXED ? x.to(DType.BFLOAT16) : x;
  }

  /// The hidden states (B, T, C) after the last normalisation.
  ///
  /// Each position sees itself and what lies before it, so rows may be padded on the right with any
  /// ids. A batch of rows of different lengths is better packed: [#hidden(Sequences, Dropout)].
  ///
  /// @param tokens ids (B, T), T at most the context
  /// @param dropout what to drop; [Dropout#NONE] outside supervised training
  public Tensor hidden(Tensor tokens, Dropout dropout) {
    return hidden(weights(), tokens, dropout);
  }

  Tensor hidden(Weights weights, Tensor tokens, Dropout dropout) {
    long rows = tokens.size(0);
    long length = tokens.size(1);
    requireFit(length);
    var x = weights.token.embedding(tokens).add(weights.position.narrow(0, 0, length));
    var packing = Packing.even((int) rows, (int) length);
    return blocks(weights, x.view(rows * length, -1), attention(packing), dropout)
        .view(rows, length, -1);
  }

  /// The hidden states (N, C) of the N tokens of a batch after the last normalisation.
  ///
  /// @param dropout what to drop; [Dropout#NONE] outside supervised training
  public Tensor hidden(Sequences batch, Dropout dropout) {
    requireFit(batch.longest());
    var weights = weights();
    var x = embed(weights, batch.tokens(), batch.positions());
    return blocks(weights, x, attention(batch.packing()), dropout);
  }

  /// Tokens at their positions (N both) as vectors (N, C).
  static Tensor embed(Weights weights, Tensor tokens, Tensor positions) {
    return weights.token.embedding(tokens).add(weights.position.embedding(positions));
  }

  private void requireFit(long length) {
    if (length > config.context()) {
      throw new IllegalArgumentException(
          "a sequence has %d tokens, but the model's context is %d: shorten it"
              .formatted(length, config.context()));
    }
  }

  private Attention attention(Packing packing) {
    var flat = parameters.flat();
    return new CausalAttention(config, packing, precision, flat.dtype(), flat.device());
  }

  /// The blocks over embedded tokens (N, C), with attention as `attention` does it.
  Tensor blocks(Weights weights, Tensor input, Attention attention, Dropout dropout) {
    var result =
        parameters.saving().recompute()
            ? Passes.recomputed(input, whole(weights, attention, dropout), dropout.random())
            : Tensor.chain(input, halves(weights, attention, dropout));
    return result.layerNorm(weights.norm, weights.shift, config.layerNormEpsilon());
  }

  /// The blocks one by one.
  private List<UnaryOperator<Tensor>> whole(Weights weights, Attention attention, Dropout dropout) {
    var halves = halves(weights, attention, dropout);
    var blocks = new ArrayList<UnaryOperator<Tensor>>();
    for (int i = 0; i < halves.size(); i += 2) {
      var both = halves.subList(i, i + 2);
      blocks.add(x -> Tensor.chain(x, both));
    }
    return blocks;
  }

  /// Attention and network of each block, one after the other.
  private List<UnaryOperator<Tensor>> halves(
      Weights weights, Attention attention, Dropout dropout) {
    double epsilon = config.layerNormEpsilon();
    boolean tanh = config.activation() == GptConfig.Activation.GELU_NEW;
    var halves = new ArrayList<UnaryOperator<Tensor>>();
    for (int i = 0; i < weights.blocks.size(); i++) {
      int layer = i;
      var w = weights.blocks.get(i);
      halves.add(x -> {
        var qkv = linear(rounded(x.layerNorm(w.norm1, w.norm1Shift, epsilon)), w.qkv, w.qkvBias);
        var mixed = attention.mix(layer, qkv);
        return x.add(dropout.apply(linear(mixed, w.project, w.projectBias)));
      });
      halves.add(x -> {
        var inner = linear(rounded(x.layerNorm(w.norm2, w.norm2Shift, epsilon)), w.up, w.upBias);
        return x.add(dropout.apply(linear(inner.gelu(tanh), w.down, w.downBias)));
      });
    }
    return halves;
  }

  /// `x W + b` for x (N, in). A single float32 row, as when decoding one sequence, times a large
  /// matrix is a matrix-vector product, which reads the weights at the memory's speed (measured at
  /// D: 29 to 44 tokens/s).
  private static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return isVectorProduct(x, weight)
        ? bias.addmv(weight.transpose(0, 1), x.view(-1)).unsqueeze(0)
        : bias.addmm(x, weight);
  }

  private static boolean isVectorProduct(Tensor x, Tensor weight) {
    return x.size(0) == 1 && x.dtype() != DType.BFLOAT16 && weight.count() >= LARGE;
  }

  /// The logits (N, V) of the next token after each of the hidden states (N, C), in the parameters'
  /// type.
  public Tensor logits(Tensor hidden) {
    return logits(operand("wte.weight"), hidden);
  }

  /// The same by a product in the parameters' type, whatever the precision of the others: bfloat16
  /// rounds logits near 100 to steps of half a nat.
  Tensor exactLogits(Tensor hidden) {
    return logits(parameters.get("wte.weight"), hidden);
  }

  Tensor logits(Tensor unembedding, Tensor hidden) {
    var x = hidden.to(unembedding.dtype());
    return isVectorProduct(x, unembedding)
        ? unembedding.matmul(x.view(-1)).unsqueeze(0)
        : x.matmul(unembedding.transpose(0, 1)).to(parameters.flat().dtype());
  }
}
