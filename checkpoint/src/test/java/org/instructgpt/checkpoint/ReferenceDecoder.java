package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/// A second reader of published checkpoints to compare ours with: double precision, plain loops,
/// one token after another, weights by their names in the files. It shares nothing with the first.
final class ReferenceDecoder {
  private final JsonNode config;
  private final String type;
  private final Map<String, double[]> weights;
  private final int width;
  private final int heads;
  private final int keys;
  private final int head;
  private final ReferenceRotary rotary;

  ReferenceDecoder(JsonNode config, Map<String, double[]> weights) {
    this.config = config;
    this.type = config.path("model_type").asText();
    this.weights = weights;
    this.width = config.path(isGpt2() ? "n_embd" : "hidden_size").asInt();
    this.heads = config.path(isGpt2() ? "n_head" : "num_attention_heads").asInt();
    this.keys = config.path("num_key_value_heads").asInt(heads);
    this.head = config.path("head_dim").asInt(width / heads);
    this.rotary = new ReferenceRotary(config, head);
  }

  private boolean isGpt2() {
    return type.equals("gpt2");
  }

  private boolean isNeox() {
    return type.equals("gpt_neox");
  }

  private boolean isGemma() {
    return type.startsWith("gemma");
  }

  private int layers() {
    return config.path(isGpt2() ? "n_layer" : "num_hidden_layers").asInt();
  }

  /// The states (T, C) after the last normalisation of a row of tokens.
  private double[][] hidden(int... tokens) {
    var x = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      x[t] = embedded(tokens[t], t);
    }
    for (int layer = 0; layer < layers(); layer++) {
      x = isGpt2() || isNeox() ? gptBlock(layer, x) : llamaBlock(layer, x);
    }
    var last =
        isGpt2() ? "transformer.ln_f" : isNeox() ? "gpt_neox.final_layer_norm" : "model.norm";
    return Arrays.stream(x).map(each -> norm(last, each)).toArray(double[][]::new);
  }

  /// The log-probabilities (T, V) of what follows each of a row of tokens.
  double[][] logProbs(int... tokens) {
    var unembedding =
        ReferenceTensors.isTied(config)
            ? embedding()
            : isNeox() ? "embed_out.weight" : "lm_head.weight";
    double cap = config.path("final_logit_softcapping").asDouble(type.equals("gemma2") ? 30 : 0);
    return Arrays.stream(hidden(tokens))
        .map(state -> times(w(unembedding), state))
        .map(logits -> cap > 0 ? map(logits, each -> cap * Math.tanh(each / cap)) : logits)
        .map(ReferenceDecoder::logSoftmax)
        .toArray(double[][]::new);
  }

  private static double[] logSoftmax(double[] logits) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double sum = Arrays.stream(logits).map(each -> Math.exp(each - most)).sum();
    return map(logits, each -> each - most - Math.log(sum));
  }

  /// The reward of a row of tokens, which is read at its last.
  double reward(int... tokens) {
    return times(w("score.weight"), hidden(tokens)[tokens.length - 1])[0];
  }

  private String embedding() {
    return isGpt2()
        ? "transformer.wte.weight"
        : isNeox() ? "gpt_neox.embed_in.weight" : "model.embed_tokens.weight";
  }

  private double[] embedded(int token, int position) {
    double[] x = Arrays.copyOfRange(w(embedding()), token * width, (token + 1) * width);
    if (isGpt2()) {
      for (int i = 0; i < width; i++) {
        x[i] += w("transformer.wpe.weight")[position * width + i];
      }
    }
    return isGemma() ? map(x, each -> each * Math.sqrt((double) width)) : x;
  }

  private double[][] gptBlock(int layer, double[][] x) {
    var h = (isGpt2() ? "transformer.h." : "gpt_neox.layers.") + layer + ".";
    int n = x.length;
    var q = new double[n][];
    var k = new double[n][];
    var v = new double[n][];
    for (int t = 0; t < n; t++) {
      double[] read = norm(h + (isGpt2() ? "ln_1" : "input_layernorm"), x[t]);
      if (isGpt2()) {
        double[] all = conv(h + "attn.c_attn", read);
        q[t] = Arrays.copyOfRange(all, 0, width);
        k[t] = Arrays.copyOfRange(all, width, 2 * width);
        v[t] = Arrays.copyOfRange(all, 2 * width, 3 * width);
      } else {
        double[] all = linear(h + "attention.query_key_value", read);
        q[t] = new double[width];
        k[t] = new double[width];
        v[t] = new double[width];
        for (int j = 0; j < heads; j++) {
          System.arraycopy(all, 3 * j * head, q[t], j * head, head);
          System.arraycopy(all, (3 * j + 1) * head, k[t], j * head, head);
          System.arraycopy(all, (3 * j + 2) * head, v[t], j * head, head);
        }
        rotary.turn(q[t], t, window(layer) > 0);
        rotary.turn(k[t], t, window(layer) > 0);
      }
    }
    double scale = 1 / Math.sqrt((double) head);
    var result = new double[n][];
    for (int t = 0; t < n; t++) {
      double[] mixed = attend(q[t], k, v, t, 0, scale, 0);
      double[] attended =
          isGpt2() ? conv(h + "attn.c_proj", mixed) : linear(h + "attention.dense", mixed);
      double[] sum = plus(x[t], attended);
      boolean parallel = isNeox() && config.path("use_parallel_residual").asBoolean(true);
      double[] read =
          norm(h + (isGpt2() ? "ln_2" : "post_attention_layernorm"), parallel ? x[t] : sum);
      var act = activation(config.path(isGpt2() ? "activation_function" : "hidden_act").asText());
      double[] net =
          isGpt2()
              ? conv(h + "mlp.c_proj", map(conv(h + "mlp.c_fc", read), act))
              : linear(h + "mlp.dense_4h_to_h", map(linear(h + "mlp.dense_h_to_4h", read), act));
      result[t] = plus(sum, net);
    }
    return result;
  }

  private double[][] llamaBlock(int layer, double[][] x) {
    var h = "model.layers." + layer + ".";
    int n = x.length;
    int window = window(layer);
    var q = new double[n][];
    var k = new double[n][];
    var v = new double[n][];
    boolean before = !type.equals("olmo2");
    for (int t = 0; t < n; t++) {
      double[] read = before ? norm(h + "input_layernorm", x[t]) : x[t];
      if (type.equals("phi3")) {
        double[] all = linear(h + "self_attn.qkv_proj", read);
        q[t] = Arrays.copyOfRange(all, 0, heads * head);
        k[t] = Arrays.copyOfRange(all, heads * head, (heads + keys) * head);
        v[t] = Arrays.copyOfRange(all, (heads + keys) * head, (heads + 2 * keys) * head);
      } else {
        q[t] = linear(h + "self_attn.q_proj", read);
        k[t] = linear(h + "self_attn.k_proj", read);
        v[t] = linear(h + "self_attn.v_proj", read);
      }
      if (weights.containsKey(h + "self_attn.q_norm.weight")) {
        q[t] = headNorm(h + "self_attn.q_norm", q[t]);
        k[t] = headNorm(h + "self_attn.k_norm", k[t]);
      }
      boolean still =
          type.equals("smollm3")
              && (config.has("no_rope_layers")
                  ? config.path("no_rope_layers").get(layer).asInt() == 0
                  : (layer + 1) % config.path("no_rope_layer_interval").asInt(4) == 0);
      if (!still) {
        rotary.turn(q[t], t, window(layer) > 0);
        rotary.turn(k[t], t, window(layer) > 0);
      }
    }
    double scale =
        isGemma()
            ? Math.pow(config.path("query_pre_attn_scalar").asDouble(256), -0.5)
            : Math.pow(head, -0.5);
    double cap = config.path("attn_logit_softcapping").asDouble(type.equals("gemma2") ? 50 : 0);
    boolean after = isGemma() || type.equals("olmo2");
    var result = new double[n][];
    for (int t = 0; t < n; t++) {
      double[] attended = linear(h + "self_attn.o_proj", attend(q[t], k, v, t, window, scale, cap));
      double[] sum = plus(x[t], after ? norm(h + "post_attention_layernorm", attended) : attended);
      double[] net = network(h, sum);
      result[t] = plus(sum, after ? norm(h + "post_feedforward_layernorm", net) : net);
    }
    return result;
  }

  private double[] network(String h, double[] x) {
    double[] read =
        isGemma()
            ? norm(h + "pre_feedforward_layernorm", x)
            : type.equals("olmo2") ? x : norm(h + "post_attention_layernorm", x);
    var act =
        activation(
            isGemma()
                ? config.path("hidden_activation").asText("gelu_pytorch_tanh")
                : config.path("hidden_act").asText("silu"));
    double[] gate;
    double[] up;
    if (type.equals("phi3")) {
      double[] both = linear(h + "mlp.gate_up_proj", read);
      gate = Arrays.copyOfRange(both, 0, both.length / 2);
      up = Arrays.copyOfRange(both, both.length / 2, both.length);
    } else {
      gate = linear(h + "mlp.gate_proj", read);
      up = linear(h + "mlp.up_proj", read);
    }
    double[] inner = map(gate, act);
    for (int i = 0; i < inner.length; i++) {
      inner[i] *= up[i];
    }
    return linear(h + "mlp.down_proj", inner);
  }

  private int window(int layer) {
    int window = config.path("sliding_window").asInt(0);
    if (config.has("layer_types")) {
      var kind = config.path("layer_types").get(layer).asText();
      return kind.equals("sliding_attention") ? window : 0;
    }
    return switch (type) {
      case "mistral", "phi3" -> window;
      case "gemma2" -> layer % 2 == 0 ? window : 0;
      case "gemma3_text" ->
          (layer + 1) % config.path("sliding_window_pattern").asInt(6) == 0 ? 0 : window;
      case "qwen2", "qwen3" ->
          config.path("use_sliding_window").asBoolean(false)
                  && layer >= config.path("max_window_layers").asInt(28)
              ? window
              : 0;
      default -> 0;
    };
  }

  /// Mixes the values of what position `t` sees.
  private double[] attend(
      double[] q, double[][] k, double[][] v, int t, int window, double scale, double cap) {
    var mixed = new double[heads * head];
    int from = window == 0 ? 0 : Math.max(0, t - window + 1);
    for (int j = 0; j < heads; j++) {
      int shared = j / (heads / keys);
      var scores = new double[t + 1];
      double most = Double.NEGATIVE_INFINITY;
      for (int s = from; s <= t; s++) {
        double sum = 0;
        for (int i = 0; i < head; i++) {
          sum += q[j * head + i] * k[s][shared * head + i];
        }
        scores[s] = cap == 0 ? sum * scale : cap * Math.tanh(sum * scale / cap);
        most = Math.max(most, scores[s]);
      }
      double total = 0;
      for (int s = from; s <= t; s++) {
        scores[s] = Math.exp(scores[s] - most);
        total += scores[s];
      }
      for (int s = from; s <= t; s++) {
        for (int i = 0; i < head; i++) {
          mixed[j * head + i] += scores[s] / total * v[s][shared * head + i];
        }
      }
    }
    return mixed;
  }

  private double[] headNorm(String name, double[] x) {
    if (type.equals("olmo2")) {
      return norm(name, x);
    }
    var result = new double[x.length];
    for (int from = 0; from < x.length; from += head) {
      System.arraycopy(norm(name, Arrays.copyOfRange(x, from, from + head)), 0, result, from, head);
    }
    return result;
  }

  private double[] norm(String name, double[] x) {
    double[] scale = w(name + ".weight");
    double[] shift = weights.get(name + ".bias");
    boolean centred = shift != null;
    double mean = centred ? Arrays.stream(x).average().orElseThrow() : 0;
    double square = Arrays.stream(x).map(e -> (e - mean) * (e - mean)).average().orElseThrow();
    double epsilon =
        config
            .path(isGpt2() ? "layer_norm_epsilon" : isNeox() ? "layer_norm_eps" : "rms_norm_eps")
            .asDouble();
    var result = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double factor = isGemma() ? 1 + scale[i] : scale[i];
      result[i] =
          (x[i] - mean) / Math.sqrt(square + epsilon) * factor + (shift == null ? 0 : shift[i]);
    }
    return result;
  }

  private static DoubleUnaryOperator activation(String name) {
    return switch (name) {
      case "gelu" -> x -> x * 0.5 * (1 + erf(x / Math.sqrt(2.0)));
      case "gelu_new", "gelu_pytorch_tanh" ->
          x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case "silu" -> x -> x / (1 + Math.exp(-x));
      case "quick_gelu" -> x -> x / (1 + Math.exp(-1.702 * x));
      case "relu" -> x -> Math.max(x, 0);
      case "tanh" -> Math::tanh;
      default -> throw new IllegalArgumentException(name);
    };
  }

  /// The error function, by its series.
  private static double erf(double x) {
    double sum = 0;
    double term = x;
    for (int n = 0; n < 200; n++) {
      sum += term / (2 * n + 1);
      term *= -x * x / (n + 1);
    }
    return Math.abs(x) > 5 ? Math.signum(x) : 2 / Math.sqrt(Math.PI) * sum;
  }

  /// A layer of GPT-2, whose matrices are (in, out).
  private double[] conv(String name, double[] x) {
    double[] matrix = w(name + ".weight");
    double[] result = w(name + ".bias").clone();
    int out = result.length;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < out; j++) {
        result[j] += x[i] * matrix[i * out + j];
      }
    }
    return result;
  }

  /// A layer whose matrix is (out, in).
  private double[] linear(String name, double[] x) {
    double[] result = times(w(name + ".weight"), x);
    double[] bias = weights.get(name + ".bias");
    return bias == null ? result : plus(result, bias);
  }

  private static double[] times(double[] matrix, double[] x) {
    var result = new double[matrix.length / x.length];
    for (int j = 0; j < result.length; j++) {
      for (int i = 0; i < x.length; i++) {
        result[j] += matrix[j * x.length + i] * x[i];
      }
    }
    return result;
  }

  private static double[] plus(double[] a, double[] b) {
    var sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  private static double[] map(double[] x, DoubleUnaryOperator f) {
    return Arrays.stream(x).map(f).toArray();
  }

  private double[] w(String name) {
    double[] found = weights.get(name);
    if (found == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return found;
  }
}
