package org.instructgpt.gguf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.instructgpt.model.Architecture;
import org.instructgpt.model.Architecture.Places;
import org.instructgpt.model.Architecture.QueryNorm;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.GptConfig.Activation;

/// The architectures that llama.cpp knows of those that are read here, and what each of them can
/// compute. Whatever else a model asks for has no place in a GGUF file of its architecture.
///
/// Source: llama.cpp's conversion and model sources at its release 0.5.0 (facts only).
enum GgufArchitecture {
  GPT2("gpt2"),
  GPT_NEOX("gptneox"),
  LLAMA("llama"),
  QWEN2("qwen2"),
  QWEN3("qwen3"),
  GEMMA2("gemma2"),
  GEMMA3("gemma3"),
  OLMO2("olmo2"),
  PHI3("phi3"),
  SMOLLM3("smollm3");

  private final String label;

  GgufArchitecture(String label) {
    this.label = label;
  }

  /// The architecture of a `model_type`.
  static Optional<GgufArchitecture> of(String type) {
    var name =
        switch (type) {
          case "gpt_neox" -> "gptneox";
          case "mistral" -> "llama";
          case "gemma3_text" -> "gemma3";
          default -> type;
        };
    return Arrays.stream(values()).filter(each -> each.label.equals(name)).findFirst();
  }

  /// The names of all.
  static String all() {
    return Arrays.stream(values()).map(each -> each.label).collect(Collectors.joining(", "));
  }

  /// The name in files.
  String label() {
    return label;
  }

  boolean isLayerNorm() {
    return this == GPT2 || this == GPT_NEOX;
  }

  boolean isGated() {
    return !isLayerNorm();
  }

  /// Whether queries, keys and values are one matrix.
  boolean isFused() {
    return isLayerNorm() || this == PHI3;
  }

  /// Whether the entries that positions turn together lie side by side.
  boolean isInterleaved() {
    return this == LLAMA || this == SMOLLM3;
  }

  /// Whether there must be an unembedding, though it may be the embedding's copy.
  boolean needsUnembedding() {
    return this == GPT_NEOX || this == OLMO2;
  }

  /// Whether matrices of a block must have biases, though they may be zeros.
  boolean needsBiases() {
    return isLayerNorm();
  }

  /// Whether layers may have windows.
  boolean hasWindows() {
    return this == GEMMA2 || this == GEMMA3;
  }

  /// Whether single frequencies may have divisors.
  boolean hasDivisors() {
    return this == LLAMA || this == PHI3;
  }

  /// Whether all matrices of a block may have biases; else those of queries, keys and values.
  private boolean hasBiases() {
    return isLayerNorm() || this == LLAMA;
  }

  /// Whether the heads' entries need not add up to the width.
  private boolean hasHeadWidth() {
    return this == LLAMA || this == QWEN3 || this == SMOLLM3 || hasWindows();
  }

  /// Whether positions may turn a part of a head's entries.
  private boolean turnsParts() {
    return this == GPT_NEOX || this == PHI3;
  }

  /// Whether positions turn nothing in every fourth layer.
  private boolean hasGaps() {
    return this == SMOLLM3;
  }

  /// The activation of its networks.
  private Activation activation() {
    return isLayerNorm() || this == GEMMA2 || this == GEMMA3
        ? Activation.GELU_NEW
        : Activation.SILU;
  }

  private Places places() {
    return switch (this) {
      case GEMMA2, GEMMA3 -> Places.AROUND;
      case OLMO2 -> Places.AFTER;
      default -> Places.BEFORE;
    };
  }

  private QueryNorm queryNorm() {
    return switch (this) {
      case QWEN3, GEMMA3 -> QueryNorm.HEAD;
      case OLMO2 -> QueryNorm.ALL;
      default -> QueryNorm.NONE;
    };
  }

  /// What the scores of attention are multiplied by. For Gemma's largest, which it knows by the
  /// number of their layers, llama.cpp takes another width.
  private double scale(GptConfig config) {
    int largest = this == GEMMA2 ? 46 : this == GEMMA3 ? 62 : -1;
    double width =
        config.layers() == largest
            ? config.width() / config.heads()
            : config.effective().heads().width();
    return 1 / Math.sqrt(width);
  }

  /// Whether the exact GELU is replaced by its tanh form, from which it differs by at most 0.0005.
  boolean approximates(GptConfig config) {
    return isLayerNorm() && config.activation() == Activation.GELU;
  }

  /// How many tokens a text may have: as many as fit the smallest window where there are no
  /// windows, so that nothing differs.
  int context(GptConfig config) {
    int smallest =
        config.effective().layers().stream()
            .mapToInt(Architecture.Layer::window)
            .filter(window -> window > 0)
            .min()
            .orElse(config.context());
    return hasWindows() ? config.context() : Math.min(config.context(), smallest);
  }

  /// What a model asks for that this cannot compute, one clause each; none where all is well.
  List<String> lacks(GptConfig config) {
    var lacks = new ArrayList<String>();
    var model = config.effective();
    check(
        lacks,
        activation() == config.activation() || approximates(config),
        "the activation " + config.activation().label());
    check(lacks, model.places() == places(), "normalisations " + model.places());
    check(
        lacks, model.heads().norm() == queryNorm(), "normalised queries: " + model.heads().norm());
    check(lacks, !model.parallel() || this == GPT_NEOX, "parallel residuals");
    check(lacks, model.network().gated() == isGated(), "networks of another kind");
    check(lacks, model.tied() || this != GEMMA2, "tie_word_embeddings false");
    check(lacks, model.learnedPositions() == (this == GPT2), "positions of another kind");
    heads(lacks, config);
    biases(lacks, model);
    caps(lacks, model);
    layers(lacks, config);
    return lacks;
  }

  private static void check(List<String> lacks, boolean can, String what) {
    if (!can) {
      lacks.add(what);
    }
  }

  private void heads(List<String> lacks, GptConfig config) {
    var heads = config.effective().heads();
    check(
        lacks,
        heads.width() * config.heads() == config.width() || hasHeadWidth(),
        "head_dim %d, with which %d heads do not make the width %d"
            .formatted(heads.width(), config.heads(), config.width()));
    check(
        lacks, this != GPT2 && this != GPT_NEOX || heads.keys() == config.heads(), "grouped heads");
    var scaling = config.scaling().orElse(GptConfig.Scaling.USUAL);
    check(lacks, scaling.byWidth(), "scale_attn_weights false");
    check(lacks, !scaling.byLayer(), "scale_attn_by_inverse_layer_idx");
    check(
        lacks,
        !scaling.byWidth() || Math.abs(heads.scale() / scale(config) - 1) < 1e-6,
        "scores multiplied by %s instead of %s (query_pre_attn_scalar)"
            .formatted((float) heads.scale(), (float) scale(config)));
  }

  private void biases(List<String> lacks, Architecture model) {
    boolean all = hasBiases();
    check(lacks, !model.heads().bias() || this != PHI3, "biases of queries, keys and values");
    check(lacks, !model.heads().outputBias() || all, "a bias of attention's output");
    check(lacks, !model.network().bias() || all, "biases of networks (mlp_bias)");
  }

  private void caps(List<String> lacks, Architecture model) {
    boolean scores = model.heads().cap() > 0;
    boolean logits = model.logitCap() > 0;
    if (this == GEMMA2) {
      check(lacks, scores, "attn_logit_softcapping null");
      check(lacks, logits, "final_logit_softcapping null");
    } else {
      check(lacks, !scores, "attn_logit_softcapping");
      check(lacks, !logits || hasWindows(), "final_logit_softcapping");
    }
  }

  private void layers(List<String> lacks, GptConfig config) {
    var layers = config.effective().layers();
    for (int i = 0; i < layers.size() && this != GPT2; i++) {
      boolean turned = layers.get(i).rotary().isPresent();
      boolean wanted = !hasGaps() || (i + 1) % 4 != 0;
      if (turned != wanted) {
        lacks.add(
            "no_rope_layers: positions in layer %d %s"
                .formatted(i, turned ? "are turned" : "are not turned"));
        return;
      }
    }
    var windows =
        layers.stream().map(Architecture.Layer::window).filter(w -> w > 0).distinct().toList();
    check(lacks, windows.size() <= 1 || !hasWindows(), "windows of several sizes");
    var turns =
        layers.stream()
            .filter(layer -> layer.rotary().isPresent())
            .map(layer -> List.of(hasWindows() && layer.window() > 0, layer.rotary().get()))
            .distinct()
            .collect(Collectors.groupingBy(List::getFirst));
    check(
        lacks,
        turns.values().stream().allMatch(kinds -> kinds.size() == 1),
        "positions that turn otherwise in each layer");
    check(lacks, wholeHeads(config), "partial_rotary_factor: positions turn a part of a head");
  }

  private boolean wholeHeads(GptConfig config) {
    int width = config.effective().heads().width();
    return turnsParts()
        || config.effective().layers().stream()
            .flatMap(layer -> layer.rotary().stream())
            .allMatch(rotary -> 2 * rotary.frequencies().size() == width);
  }
}
