package org.instructgpt.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// A second GPT to compare [Gpt] with: double precision, plain loops, one row at a time and the
/// derivatives by hand. It shares nothing with the first but the names and layouts of the weights.
///
/// Every [Row#back] adds to [#gradients()], as autograd does.
public final class ReferenceGpt {
  private final GptConfig config;
  private final SequencedMap<String, double[]> weights;
  private final SequencedMap<String, double[]> gradients = new LinkedHashMap<>();

  /// @param weights by the names of [Gpt#shapes], row after row; others may be among them
  public ReferenceGpt(GptConfig config, SequencedMap<String, double[]> weights) {
    this.config = config;
    this.weights = weights;
    weights.forEach((name, values) -> gradients.put(name, new double[values.length]));
  }

  /// Weights large enough that everything matters, from a formula.
  public static SequencedMap<String, double[]> weights(SequencedMap<String, long[]> shapes) {
    var weights = new LinkedHashMap<String, double[]>();
    shapes.forEach((name, shape) -> {
      int count = 1;
      for (long size : shape) {
        count *= (int) size;
      }
      var values = new double[count];
      for (int i = 0; i < count; i++) {
        double wave = Math.sin(1.7 * i + 0.01 * i * i + name.hashCode() % 1000);
        values[i] = name.contains("ln_") && name.endsWith("weight") ? 1 + 0.3 * wave : 0.4 * wave;
      }
      weights.put(name, values);
    });
    return weights;
  }

  /// Overwrites `parameters` with these weights.
  public void copyTo(Parameters parameters) {
    Scope.constant(() -> {
      try (var _ = Scope.open()) {
        weights.forEach((name, values) -> {
          var tensor = parameters.get(name);
          tensor.copy_(Tensor.of(values, tensor.shape()));
        });
      }
    });
  }

  public Map<String, double[]> weights() {
    return weights;
  }

  public Map<String, double[]> gradients() {
    return gradients;
  }

  /// Dropout with known draws: what an entry of a branch's output is multiplied by. Branch 2i is
  /// the attention of block i, branch 2i + 1 its network.
  public interface Scaling {
    double at(int branch, int t, int c);
  }

  /// Reads a row of tokens.
  public Row read(int... tokens) {
    return read(tokens, (_, _, _) -> 1);
  }

  /// Reads a row of tokens with dropout.
  public Row read(int[] tokens, Scaling scaling) {
    return new Row(tokens, scaling);
  }

  private double[] w(String name) {
    return weights.get(name);
  }

  private double[] d(String name) {
    return gradients.get(name);
  }

  /// A row of tokens and all that was computed of it.
  public final class Row {
    private final int[] tokens;
    private final Scaling scaling;
    private final List<Block> blocks = new ArrayList<>();
    private final double[][] end;
    private final double[][] hidden;

    private Row(int[] tokens, Scaling scaling) {
      this.tokens = tokens;
      this.scaling = scaling;
      int c = config.width();
      var x = new double[tokens.length][c];
      for (int t = 0; t < tokens.length; t++) {
        for (int i = 0; i < c; i++) {
          x[t][i] = w("wte.weight")[tokens[t] * c + i] + w("wpe.weight")[t * c + i];
        }
      }
      for (int layer = 0; layer < config.layers(); layer++) {
        var block = new Block(layer, x, scaling);
        blocks.add(block);
        x = block.output;
      }
      end = x;
      hidden = Loops.layerNorm(x, w("ln_f.weight"), w("ln_f.bias"), config.layerNormEpsilon());
    }

    /// The hidden states (T, C) after the last normalisation.
    public double[][] hidden() {
      return hidden;
    }

    /// The logits (T, V).
    public double[][] logits() {
      int c = config.width();
      var logits = new double[tokens.length][config.vocabulary()];
      for (int t = 0; t < tokens.length; t++) {
        for (int v = 0; v < config.vocabulary(); v++) {
          logits[t][v] = Loops.dot(hidden[t], 0, w("wte.weight"), v * c, c);
        }
      }
      return logits;
    }

    /// The log-probability of `target` after position `t`.
    public double logProb(int t, int target) {
      return Loops.logSoftmax(logits()[t])[target];
    }

    /// Adds the gradients of the sum over t of `factors[t]` times the log-probability of
    /// `targets[t]` after position t.
    public void backLogProbs(int[] targets, double[] factors) {
      double[][] logits = logits();
      var dLogits = new double[tokens.length][config.vocabulary()];
      for (int t = 0; t < tokens.length; t++) {
        double[] logProbs = Loops.logSoftmax(logits[t]);
        for (int v = 0; v < logProbs.length; v++) {
          dLogits[t][v] = factors[t] * ((v == targets[t] ? 1 : 0) - Math.exp(logProbs[v]));
        }
      }
      backLogits(dLogits);
    }

    /// Adds the gradients of a loss by its derivative by the logits (T, V).
    public void backLogits(double[][] dLogits) {
      int c = config.width();
      var dHidden = new double[tokens.length][c];
      for (int t = 0; t < tokens.length; t++) {
        for (int v = 0; v < config.vocabulary(); v++) {
          for (int i = 0; i < c; i++) {
            dHidden[t][i] += dLogits[t][v] * w("wte.weight")[v * c + i];
            d("wte.weight")[v * c + i] += dLogits[t][v] * hidden[t][i];
          }
        }
      }
      back(dHidden);
    }

    /// Adds the gradients of a loss by its derivative by the hidden states (T, C).
    public void back(double[][] dHidden) {
      double epsilon = config.layerNormEpsilon();
      var dx =
          Loops.layerNormBack(
              end, w("ln_f.weight"), epsilon, dHidden, d("ln_f.weight"), d("ln_f.bias"));
      for (var block : blocks.reversed()) {
        dx = block.back(dx, scaling);
      }
      int c = config.width();
      for (int t = 0; t < tokens.length; t++) {
        Loops.addTo(d("wte.weight"), tokens[t] * c, dx[t], 1);
        Loops.addTo(d("wpe.weight"), t * c, dx[t], 1);
      }
    }
  }

  /// One block over one row.
  private final class Block {
    final int layer;
    final double[][] input;
    final double[][] normed;
    final double[][] qkv;
    final double[][] mixed;
    final double[][] middle;
    final double[][] normed2;
    final double[][] up;
    final double[][] active;
    final double[][] output;

    Block(int layer, double[][] input, Scaling scaling) {
      this.layer = layer;
      this.input = input;
      normed = norm("ln_1", input);
      qkv = linear("attn.c_attn", normed);
      mixed = Loops.mix(scaledQueries(qkv), config.heads(), window());
      middle = Loops.sum(input, scaled(linear("attn.c_proj", mixed), 2 * layer, scaling));
      normed2 = norm("ln_2", middle);
      up = linear("mlp.c_fc", normed2);
      active = new double[up.length][up[0].length];
      for (int t = 0; t < up.length; t++) {
        for (int i = 0; i < up[t].length; i++) {
          active[t][i] = Loops.gelu(up[t][i], tanh());
        }
      }
      output = Loops.sum(middle, scaled(linear("mlp.c_proj", active), 2 * layer + 1, scaling));
    }

    double[][] back(double[][] dOutput, Scaling scaling) {
      var dActive = linearBack("mlp.c_proj", active, scaled(dOutput, 2 * layer + 1, scaling));
      var dUp = new double[up.length][up[0].length];
      for (int t = 0; t < up.length; t++) {
        for (int i = 0; i < up[t].length; i++) {
          dUp[t][i] = dActive[t][i] * Loops.geluSlope(up[t][i], tanh());
        }
      }
      var dMiddle =
          Loops.sum(dOutput, normBack("ln_2", middle, linearBack("mlp.c_fc", normed2, dUp)));
      var dMixed = linearBack("attn.c_proj", mixed, scaled(dMiddle, 2 * layer, scaling));
      var dQkv = scaledQueries(Loops.mixBack(scaledQueries(qkv), config.heads(), window(), dMixed));
      return Loops.sum(dMiddle, normBack("ln_1", input, linearBack("attn.c_attn", normed, dQkv)));
    }

    /// Scores are products of queries and keys over the root of a head's width: another divisor is
    /// another length of the queries.
    private double[][] scaledQueries(double[][] x) {
      double divisor = 1;
      if (config.scaling().isPresent()) {
        var scaling = config.scaling().get();
        double root = Math.sqrt((double) config.width() / config.heads());
        divisor = (scaling.byWidth() ? 1 : 1 / root) * (scaling.byLayer() ? layer + 1 : 1);
      }
      var result = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        result[t] = x[t].clone();
        for (int i = 0; i < config.width(); i++) {
          result[t][i] /= divisor;
        }
      }
      return result;
    }

    /// GPT-3's alternate layers: every second one is banded.
    private int window() {
      return layer % 2 == 1 ? config.band() : 0;
    }

    private boolean tanh() {
      return config.activation() == GptConfig.Activation.GELU_NEW;
    }

    private String name(String part) {
      return "h." + layer + "." + part;
    }

    private double[][] norm(String part, double[][] x) {
      return Loops.layerNorm(
          x, w(name(part) + ".weight"), w(name(part) + ".bias"), config.layerNormEpsilon());
    }

    private double[][] normBack(String part, double[][] x, double[][] dy) {
      var name = name(part);
      return Loops.layerNormBack(
          x,
          w(name + ".weight"),
          config.layerNormEpsilon(),
          dy,
          d(name + ".weight"),
          d(name + ".bias"));
    }

    private double[][] linear(String part, double[][] x) {
      return Loops.linear(x, w(name(part) + ".weight"), w(name(part) + ".bias"));
    }

    private double[][] linearBack(String part, double[][] x, double[][] dy) {
      var name = name(part);
      return Loops.linearBack(x, w(name + ".weight"), dy, d(name + ".weight"), d(name + ".bias"));
    }

    private static double[][] scaled(double[][] x, int branch, Scaling scaling) {
      var result = new double[x.length][x[0].length];
      for (int t = 0; t < x.length; t++) {
        for (int c = 0; c < x[t].length; c++) {
          result[t][c] = x[t][c] * scaling.at(branch, t, c);
        }
      }
      return result;
    }
  }
}
