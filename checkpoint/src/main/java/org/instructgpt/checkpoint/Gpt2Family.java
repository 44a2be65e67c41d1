package org.instructgpt.checkpoint;

import static org.instructgpt.model.ParameterShapes.UNEMBEDDING;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.instructgpt.model.Architecture;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.ParameterShapes;
import org.instructgpt.text.KeyReview;
import org.instructgpt.text.Tokenizer;

/// GPT-2, whose names and layouts are also those of our parameters.
final class Gpt2Family implements Family {
  @Override
  public String type() {
    return "gpt2";
  }

  @Override
  public Names names() {
    return new Names(
        "GPT2LMHeadModel",
        "GPT2Model",
        "GPT2ForSequenceClassification",
        "transformer.",
        UNEMBEDDING);
  }

  @Override
  public KeyReview keys() {
    return ConfigKeys.GPT2;
  }

  @Override
  public GptConfig shape(ConfigJson config) {
    int width = config.whole("n_embd");
    var shape =
        new GptConfig(
                config.layers("n_layer"),
                width,
                config.whole("n_head"),
                config.has("n_positions") ? config.whole("n_positions") : config.whole("n_ctx"),
                config.whole("vocab_size"),
                config.activation("activation_function", "gelu_new"),
                config.number("layer_norm_epsilon", 1e-5),
                config.number("resid_pdrop", 0),
                config.whole("attention_band", 0))
            .withScaling(
                new GptConfig.Scaling(
                    config.yes("scale_attn_weights", true),
                    config.yes("scale_attn_by_inverse_layer_idx", false),
                    config.yes("reorder_and_upcast_attn", false)));
    int inner = config.whole("n_inner", 4 * width);
    boolean tied = config.isTied(true);
    return inner == 4 * width && tied ? shape : shape.withArchitecture(other(shape, inner, tied));
  }

  /// GPT-2's own, but for the network's width and the unembedding.
  private static Architecture other(GptConfig shape, int inner, boolean tied) {
    var usual = shape.effective();
    double scale =
        shape.scaling().orElse(GptConfig.Scaling.USUAL).byWidth() ? usual.heads().scale() : 1;
    var heads = usual.heads();
    return new Architecture(
        usual.norm(),
        usual.places(),
        0,
        false,
        new Architecture.Heads(heads.keys(), heads.width(), true, true, heads.norm(), scale, 0),
        new Architecture.Network(inner, false, true),
        usual.layers(),
        true,
        1,
        0,
        tied);
  }

  /// Writes a shape.
  static void describe(ObjectNode json, GptConfig config, Tokenizer tokenizer) {
    json.put("model_type", "gpt2");
    json.put("n_layer", config.layers());
    json.put("n_embd", config.width());
    json.put("n_head", config.heads());
    json.put("n_positions", config.context());
    json.put("n_ctx", config.context());
    json.put("vocab_size", config.vocabulary());
    json.put("activation_function", config.activation().label());
    json.put("layer_norm_epsilon", config.layerNormEpsilon());
    json.put("resid_pdrop", config.residualDropout());
    json.put("embd_pdrop", 0.0);
    json.put("attn_pdrop", 0.0);
    if (config.band() > 0) {
      json.put("attention_band", config.band());
    }
    config
        .scaling()
        .ifPresent(scaling ->
            json.put("scale_attn_weights", scaling.byWidth())
                .put("scale_attn_by_inverse_layer_idx", scaling.byLayer())
                .put("reorder_and_upcast_attn", scaling.upcast()));
    json.put("bos_token_id", tokenizer.endOfText());
    json.put("pad_token_id", tokenizer.pad());
  }

  @Override
  public List<StoredTensor> body(GptConfig shape) {
    var tensors = new ArrayList<StoredTensor>();
    ParameterShapes.of(shape)
        .forEach((name, dims) -> {
          if (!name.equals(UNEMBEDDING)) {
            tensors.add(StoredTensor.same(name, name, dims));
          }
        });
    return tensors;
  }

  @Override
  public boolean isBuffer(String name) {
    return name.endsWith(".attn.bias") || name.endsWith(".attn.masked_bias");
  }
}
