package org.instructgpt.checkpoint;

import static org.instructgpt.model.ParameterShapes.DOWN;
import static org.instructgpt.model.ParameterShapes.LAST_NORM;
import static org.instructgpt.model.ParameterShapes.NORM_1;
import static org.instructgpt.model.ParameterShapes.NORM_2;
import static org.instructgpt.model.ParameterShapes.PROJECTION;
import static org.instructgpt.model.ParameterShapes.QUERIES;
import static org.instructgpt.model.ParameterShapes.TOKENS;
import static org.instructgpt.model.ParameterShapes.UP;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.instructgpt.model.Architecture;
import org.instructgpt.model.Architecture.Heads;
import org.instructgpt.model.Architecture.Layer;
import org.instructgpt.model.Architecture.Network;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.ParameterShapes;
import org.instructgpt.text.KeyReview;

/// GPT-NeoX, the family of Pythia (Black et al. 2022, arXiv 2204.06745).
final class NeoxFamily implements Family {
  @Override
  public String type() {
    return "gpt_neox";
  }

  @Override
  public Names names() {
    return new Names(
        "GPTNeoXForCausalLM",
        "GPTNeoXModel",
        "GPTNeoXForSequenceClassification",
        "gpt_neox.",
        "embed_out.weight");
  }

  @Override
  public KeyReview keys() {
    return ConfigKeys.NEOX;
  }

  @Override
  public GptConfig shape(ConfigJson config) {
    int width = config.whole("hidden_size");
    int heads = config.whole("num_attention_heads");
    int head = config.headWidth(width, heads);
    var scaling = config.rotaryScaling();
    double share =
        scaling.path("partial_rotary_factor").asDouble(config.number("rotary_pct", 0.25));
    double base = config.number("rotary_emb_base", config.number("rope_theta", 10_000));
    var rotary = new RotaryReader(config, (int) (head * share)).read(scaling, base);
    boolean bias = config.yes("attention_bias", true);
    var architecture =
        new Architecture(
            Architecture.Norm.LAYER,
            Architecture.Places.BEFORE,
            0,
            config.yes("use_parallel_residual", true),
            Heads.of(heads, head, bias, bias),
            new Network(config.whole("intermediate_size"), false, true),
            Collections.nCopies(
                config.layers("num_hidden_layers"), new Layer(0, Optional.of(rotary))),
            false,
            1,
            0,
            config.isTied(false));
    return new GptConfig(
            config.layers("num_hidden_layers"),
            width,
            heads,
            config.whole("max_position_embeddings"),
            config.whole("vocab_size"),
            config.activation("hidden_act", "gelu"),
            config.number("layer_norm_eps", 1e-5),
            config.number("hidden_dropout", 0),
            0)
        .withArchitecture(architecture);
  }

  @Override
  public List<StoredTensor> body(GptConfig shape) {
    var tensors = new ArrayList<StoredTensor>();
    long c = shape.width();
    var heads = shape.effective().heads();
    long inner = shape.effective().network().width();
    tensors.add(StoredTensor.same("embed_in.weight", TOKENS, shape.vocabulary(), c));
    for (int i = 0; i < shape.layers(); i++) {
      var to = ParameterShapes.block(i);
      var from = "layers." + i + ".";
      norm(tensors, from + "input_layernorm", to + NORM_1, c);
      norm(tensors, from + "post_attention_layernorm", to + NORM_2, c);
      var qkv = from + "attention.query_key_value.";
      tensors.add(
          StoredTensor.byHead(
              qkv + "weight", to + QUERIES + ".weight", shape.heads(), heads.width(), c));
      if (heads.bias()) {
        tensors.add(
            StoredTensor.byHead(
                qkv + "bias", to + QUERIES + ".bias", shape.heads(), heads.width()));
      }
      linear(tensors, from + "attention.dense", to + PROJECTION, c, c, heads.outputBias());
      linear(tensors, from + "mlp.dense_h_to_4h", to + UP, inner, c, true);
      linear(tensors, from + "mlp.dense_4h_to_h", to + DOWN, c, inner, true);
    }
    norm(tensors, "final_layer_norm", LAST_NORM, c);
    return tensors;
  }

  private static void norm(List<StoredTensor> tensors, String from, String to, long c) {
    tensors.add(StoredTensor.same(from + ".weight", to + ".weight", c));
    tensors.add(StoredTensor.same(from + ".bias", to + ".bias", c));
  }

  private static void linear(
      List<StoredTensor> tensors, String from, String to, long out, long in, boolean bias) {
    tensors.add(StoredTensor.columns(from + ".weight", to + ".weight", 0, out, in));
    if (bias) {
      tensors.add(StoredTensor.same(from + ".bias", to + ".bias", out));
    }
  }

  @Override
  public boolean isBuffer(String name) {
    return name.matches(".*\\.attention\\.(bias|masked_bias|rotary_emb\\.inv_freq)")
        || name.endsWith("rotary_emb.inv_freq");
  }
}
