package org.instructgpt.gguf;

import static org.instructgpt.model.ParameterShapes.AFTER_1;
import static org.instructgpt.model.ParameterShapes.AFTER_2;
import static org.instructgpt.model.ParameterShapes.DOWN;
import static org.instructgpt.model.ParameterShapes.KEY_NORM;
import static org.instructgpt.model.ParameterShapes.LAST_NORM;
import static org.instructgpt.model.ParameterShapes.NORM_1;
import static org.instructgpt.model.ParameterShapes.NORM_2;
import static org.instructgpt.model.ParameterShapes.POSITIONS;
import static org.instructgpt.model.ParameterShapes.PROJECTION;
import static org.instructgpt.model.ParameterShapes.QUERIES;
import static org.instructgpt.model.ParameterShapes.QUERY_NORM;
import static org.instructgpt.model.ParameterShapes.TOKENS;
import static org.instructgpt.model.ParameterShapes.UNEMBEDDING;
import static org.instructgpt.model.ParameterShapes.UP;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.instructgpt.model.Architecture.Places;
import org.instructgpt.model.Architecture.QueryNorm;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.ParameterShapes;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Tensor;

/// The tensors of a GGUF file, made of a decoder's parameters, which are the same for all families:
/// matrices are turned to (out, in), and taken apart where llama.cpp has several.
final class GgufTensors {
  private final GgufArchitecture architecture;
  private final GptConfig config;
  private final List<PlannedTensor> tensors = new ArrayList<>();
  private final long width;

  private GgufTensors(GgufArchitecture architecture, GptConfig config) {
    this.architecture = architecture;
    this.config = config;
    this.width = config.width();
  }

  /// All of them, in the order of the file.
  ///
  /// @param divisors of the frequencies of rotary positions
  static List<PlannedTensor> of(
      GgufArchitecture architecture, GptConfig config, Optional<float[]> divisors) {
    var plan = new GgufTensors(architecture, config);
    plan.all(divisors);
    // Those of one parameter together, so that it is read once.
    return plan.tensors.stream()
        .collect(
            Collectors.groupingBy(
                PlannedTensor::parameter, LinkedHashMap::new, Collectors.toList()))
        .values()
        .stream()
        .flatMap(List::stream)
        .toList();
  }

  private void all(Optional<float[]> divisors) {
    tensors.add(
        PlannedTensor.same("token_embd.weight", TOKENS, config.vocabulary(), config.width()));
    if (config.effective().tied() && architecture.needsUnembedding()) {
      tensors.add(PlannedTensor.same("output.weight", TOKENS, config.vocabulary(), config.width()));
    }
    if (config.effective().learnedPositions()) {
      int context = architecture.context(config);
      tensors.add(
          PlannedTensor.exact(
              "position_embd.weight",
              POSITIONS,
              whole -> whole.narrow(0, 0, context),
              context,
              width));
    }
    for (int i = 0; i < config.layers(); i++) {
      block("blk." + i + ".", ParameterShapes.block(i));
    }
    norm("output_norm", LAST_NORM, width);
    divisors.ifPresent(this::divisors);
    if (!config.effective().tied()) {
      tensors.add(
          PlannedTensor.same("output.weight", UNEMBEDDING, config.vocabulary(), config.width()));
    }
  }

  /// Phi's architecture has them twice, for texts within the context and beyond it; the latter are
  /// not read here, and a file of ours is not meant for them.
  private void divisors(float[] of) {
    var names =
        architecture == GgufArchitecture.PHI3
            ? List.of("rope_factors_long.weight", "rope_factors_short.weight")
            : List.of("rope_freqs.weight");
    for (var name : names) {
      tensors.add(
          PlannedTensor.exact(
              name, LAST_NORM + ".weight", _ -> Tensor.of(of, of.length), of.length));
    }
  }

  private void block(String to, String from) {
    var network = config.effective().network();
    long inner = network.width();
    if (config.effective().places() == Places.AFTER) {
      norm(to + "post_attention_norm", from + AFTER_1, width);
      norm(to + "post_ffw_norm", from + AFTER_2, width);
    } else {
      norm(to + "attn_norm", from + NORM_1, width);
      norm(to + "ffn_norm", from + NORM_2, width);
    }
    if (config.effective().places() == Places.AROUND) {
      norm(to + "post_attention_norm", from + AFTER_1, width);
      norm(to + "post_ffw_norm", from + AFTER_2, width);
    }
    attention(to, from);
    boolean apart = network.gated() && architecture != GgufArchitecture.PHI3;
    if (apart) {
      linear(to + "ffn_gate", from + UP, 0, inner, width, network.bias());
      linear(to + "ffn_up", from + UP, inner, inner, width, network.bias());
    } else {
      long out = network.gated() ? 2 * inner : inner;
      linear(to + "ffn_up", from + UP, 0, out, width, network.bias());
    }
    linear(to + "ffn_down", from + DOWN, 0, width, inner, network.bias());
  }

  private void attention(String to, String from) {
    var heads = config.effective().heads();
    long queries = (long) config.heads() * heads.width();
    long keys = (long) heads.keys() * heads.width();
    if (architecture.isFused()) {
      linear(to + "attn_qkv", from + QUERIES, 0, queries + 2 * keys, width, heads.bias());
    } else {
      int at = tensors.size();
      linear(to + "attn_q", from + QUERIES, 0, queries, width, heads.bias());
      interleave(at, config.heads());
      at = tensors.size();
      linear(to + "attn_k", from + QUERIES, queries, keys, width, heads.bias());
      interleave(at, heads.keys());
      linear(to + "attn_v", from + QUERIES, queries + keys, keys, width, heads.bias());
    }
    if (heads.norm() != QueryNorm.NONE) {
      boolean all = heads.norm() == QueryNorm.ALL;
      scale(to + "attn_q_norm", from + QUERY_NORM, all ? queries : heads.width());
      scale(to + "attn_k_norm", from + KEY_NORM, all ? keys : heads.width());
    }
    linear(to + "attn_output", from + PROJECTION, 0, width, queries, heads.outputBias());
  }

  private void interleave(int from, long heads) {
    if (architecture.isInterleaved()) {
      for (int i = from; i < tensors.size(); i++) {
        tensors.set(i, tensors.get(i).interleaved(heads));
      }
    }
  }

  /// @param at the first column of the parameter
  private void linear(String to, String from, long at, long out, long in, boolean bias) {
    tensors.add(PlannedTensor.columns(to + ".weight", from + ".weight", at, out, in));
    if (bias) {
      tensors.add(PlannedTensor.entries(to + ".bias", from + ".bias", at, out));
    } else if (architecture.needsBiases()) {
      tensors.add(
          PlannedTensor.exact(
              to + ".bias", from + ".weight", _ -> Tensor.zeros(DType.FLOAT32, out), out));
    }
  }

  private void norm(String to, String from, long count) {
    scale(to, from, count);
    if (architecture.isLayerNorm()) {
      tensors.add(PlannedTensor.same(to + ".bias", from + ".bias", count));
    }
  }

  private void scale(String to, String from, long count) {
    double offset = config.effective().normOffset();
    tensors.add(
        PlannedTensor.exact(
            to + ".weight",
            from + ".weight",
            whole -> offset == 0 ? whole : whole.add(offset),
            count));
  }
}
