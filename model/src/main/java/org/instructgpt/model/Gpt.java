package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Passes;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Tensor;

/// A decoder: token ids to hidden states, hidden states to logits.
///
/// What a block computes is in [GptBlock], and what of it a family's [Architecture] decides.
/// Weights have the names and layouts of Hugging Face's GPT-2 (matrices are (in, out), so a layer
/// is `x W + b`). Under [Precision#MIXED] the matrices are converted for each pass and the products
/// run in bfloat16, while the residual stream, the normalisations and whatever is made of logits
/// stay in the parameters' type; gradients flow back through the conversion, so they collect in
/// float32.
///
/// Belongs to the scope it is built in.
public final class Gpt {
  /// Entries of a matrix from which a matrix-vector product is worth its own routine.
  private static final long LARGE = 1 << 19;

  private final GptConfig config;
  private final Architecture architecture;
  private final Parameters parameters;
  private final Precision precision;
  private final List<Integer> ends;
  private final CarriedFiles carried;
  private final Optional<Adapter> adapter;

  /// Parameters of zero; fill them with [#initialize] or from a checkpoint.
  public Gpt(GptConfig config, Precision precision, Device device) {
    this(config, precision, new Parameters(shapes(config), DType.FLOAT32, device));
  }

  /// A model over given parameters, which hold at least those of [#shapes]; float64 ones are for
  /// tests.
  public Gpt(GptConfig config, Precision precision, Parameters parameters) {
    this(config, precision, parameters, List.of(), CarriedFiles.NONE);
  }

  /// A model of a checkpoint.
  ///
  /// @param ends the ids that end a text by its files
  /// @param carried files that go with it
  public Gpt(
      GptConfig config,
      Precision precision,
      Parameters parameters,
      List<Integer> ends,
      CarriedFiles carried) {
    this(config, precision, parameters, ends, carried, Optional.empty());
  }

  private Gpt(
      GptConfig config,
      Precision precision,
      Parameters parameters,
      List<Integer> ends,
      CarriedFiles carried,
      Optional<Adapter> adapter) {
    this.config = config;
    this.architecture = config.effective();
    this.precision = precision;
    this.parameters = parameters;
    this.ends = List.copyOf(ends);
    this.carried = carried;
    this.adapter = adapter;
  }

  /// The same model, its weights shared, with an adapter; what is trained is the adapter.
  public Gpt with(Adapter added) {
    return new Gpt(config, precision, parameters, ends, carried, Optional.of(added));
  }

  /// The same model, its weights shared, with more ids that end a text.
  public Gpt withEnds(Collection<Integer> more) {
    var all = new TreeSet<>(ends);
    all.addAll(more);
    return new Gpt(config, precision, parameters, List.copyOf(all), carried, adapter);
  }

  /// The same model, its weights shared, with its adapter off.
  public Gpt withoutAdapter() {
    return new Gpt(config, precision, parameters, ends, carried, Optional.empty());
  }

  /// The names and shapes of the parameters: those of Hugging Face's `GPT2Model`, and in the same
  /// words what other architectures have besides.
  public static SequencedMap<String, long[]> shapes(GptConfig config) {
    return ParameterShapes.of(config);
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
              if (name.endsWith(".weight") && tensor.rank() == 2) {
                tensor.copy_(
                    Tensor.empty(DType.FLOAT32, random.device(), tensor.shape())
                        .normal_(0, deviation(name, tensor.size(0)), random));
              } else {
                tensor.fill_(name.endsWith(".weight") ? 1 - architecture.normOffset() : 0);
              }
            }));
  }

  private double deviation(String name, long inputs) {
    if (name.startsWith("w")) { // wte, wpe
      return Math.max(0.02, 1 / Math.sqrt(config.width()));
    }
    if (name.equals(ParameterShapes.UNEMBEDDING)) {
      return 1 / Math.sqrt(config.width());
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

  /// The files that go with this model and with what is made of it.
  public CarriedFiles carried() {
    return carried;
  }

  /// The model's own parameters: copy and save them there. An adapter's are not among them.
  public Parameters parameters() {
    return parameters;
  }

  /// The parameters that training changes: those of the adapter if there is one, else the model's.
  public Parameters trained() {
    return adapter.map(Adapter::parameters).orElse(parameters);
  }

  /// The adapter, if there is one.
  public Optional<Adapter> adapter() {
    return adapter;
  }

  /// The arithmetic of this model's matrix products.
  public Precision precision() {
    return precision;
  }

  /// Converts the parameters for one or several passes. Recorded for gradients unless that is off.
  GptWeights weights() {
    return GptWeights.of(config, parameters, adapter, this::rounded, this::rounded);
  }

  /// The same for generating: an adapter is merged; in bfloat16 the matrices lie transposed in
  /// memory, which products with few rows read faster (measured: a quarter more tokens a second at
  /// 124M parameters and one row).
  GptWeights samplingWeights() {
    return precision == Precision.MIXED
        ? GptWeights.merged(
            config,
            parameters,
            adapter,
            w ->
                w.rank() == 2
                    ? rounded(w.transpose(0, 1)).contiguous().transpose(0, 1)
                    : rounded(w),
            this::rounded)
        : GptWeights.merged(config, parameters, adapter, x -> x, x -> x);
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

  Tensor hidden(GptWeights weights, Tensor tokens, Dropout dropout) {
    long rows = tokens.size(0);
    long length = tokens.size(1);
    requireFit(length);
    var packing = Packing.even((int) rows, (int) length);
    var row = Tensor.range(0, length, tokens.device());
    var x = weights.token().embedding(tokens);
    if (weights.position() != null) {
      x = x.add(weights.position().narrow(0, 0, length));
    }
    return blocks(
            weights,
            embedded(x.view(rows * length, -1)),
            row.unsqueeze(0).expand(rows, length).reshape(-1),
            attention(packing),
            dropout)
        .view(rows, length, -1);
  }

  /// The hidden states (N, C) of the N tokens of a batch after the last normalisation.
  ///
  /// @param dropout what to drop; [Dropout#NONE] outside supervised training
  public Tensor hidden(Sequences batch, Dropout dropout) {
    requireFit(batch.longest());
    var weights = weights();
    var positions = batch.positions();
    var x = embed(weights, batch.tokens(), positions);
    return blocks(weights, x, positions, attention(batch.packing()), dropout);
  }

  /// Tokens at their positions (N both) as vectors (N, C).
  Tensor embed(GptWeights weights, Tensor tokens, Tensor positions) {
    var x = weights.token().embedding(tokens);
    return embedded(
        weights.position() == null ? x : x.add(weights.position().embedding(positions)));
  }

  private Tensor embedded(Tensor x) {
    double factor = architecture.embeddingFactor();
    return factor == 1 ? x : x.mul(factor);
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
  ///
  /// @param positions of the tokens (N)
  Tensor blocks(
      GptWeights weights, Tensor input, Tensor positions, Attention attention, Dropout dropout) {
    var rotation = new Rotation(architecture, positions, parameters.flat().dtype());
    var blocks = new ArrayList<List<UnaryOperator<Tensor>>>();
    for (int i = 0; i < weights.blocks().size(); i++) {
      var block = new GptBlock(config, architecture, i, weights.blocks().get(i), precision);
      blocks.add(block.steps(attention, rotation, dropout));
    }
    var result =
        trained().saving().recompute()
            ? Passes.recomputed(
                adapter.isPresent() ? input.detach().requireGradient(true) : input,
                blocks.stream()
                    .<UnaryOperator<Tensor>>map(steps -> x -> Tensor.chain(x, steps))
                    .toList(),
                dropout.random())
            : Tensor.chain(input, blocks.stream().flatMap(List::stream).toList());
    return weights.norm().apply(result, config.layerNormEpsilon());
  }

  /// `x W + b` for x (N, in). A single float32 row, as when decoding one sequence, times a large
  /// matrix is a matrix-vector product, which reads the weights at the memory's speed (measured at
  /// D: 29 to 44 tokens/s).
  static Tensor linear(Tensor x, GptWeights.Linear by) {
    var product = product(x, by);
    return by.beside().isEmpty()
        ? product
        : product.add(Adapter.LowRank.product(x, by.beside(), product.size(1)));
  }

  private static Tensor product(Tensor x, GptWeights.Linear by) {
    var bias = by.bias();
    if (isVectorProduct(x, by.matrix())) {
      var matrix = by.matrix().transpose(0, 1);
      var row = x.view(-1);
      return (bias == null ? matrix.matmul(row) : bias.addmv(matrix, row)).unsqueeze(0);
    }
    return bias == null ? x.matmul(by.matrix()) : bias.addmm(x, by.matrix());
  }

  private static boolean isVectorProduct(Tensor x, Tensor weight) {
    return x.size(0) == 1 && x.dtype() != DType.BFLOAT16 && weight.count() >= LARGE;
  }

  /// The logits (N, V) of the next token after each of the hidden states (N, C), in the parameters'
  /// type.
  public Tensor logits(Tensor hidden) {
    return logits(rounded(unembedding()), hidden);
  }

  /// The same by a product in the parameters' type, whatever the precision of the others: bfloat16
  /// rounds logits near 100 to steps of half a nat.
  Tensor exactLogits(Tensor hidden) {
    return logits(unembedding(), hidden);
  }

  private Tensor unembedding() {
    return parameters.get(
        architecture.tied() ? ParameterShapes.TOKENS : ParameterShapes.UNEMBEDDING);
  }

  Tensor logits(Tensor unembedding, Tensor hidden) {
    var x = hidden.to(unembedding.dtype());
    var logits =
        isVectorProduct(x, unembedding)
            ? unembedding.matmul(x.view(-1)).unsqueeze(0)
            : x.matmul(unembedding.transpose(0, 1)).to(parameters.flat().dtype());
    return capped(logits, architecture.logitCap());
  }

  /// Logits as a model with a cap has them.
  ///
  /// @param cap c, where logits are c tanh(x / c); 0 for none
  static Tensor capped(Tensor logits, double cap) {
    return cap == 0 ? logits : logits.div(cap).tanh().mul(cap);
  }
}
