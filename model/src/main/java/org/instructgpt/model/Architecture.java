package org.instructgpt.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a decoder computes, besides its sizes: everything in which the published families differ.
///
/// A block adds to each token's vector what attention brings from the tokens before it, and then
/// what a network makes of it alone. The families differ in where they normalise and how, in how
/// positions are told, in how many heads share their keys and values, and in the network. Each of
/// these is a component here, so a family is a value and not a class.
///
/// @param norm the normalisation
/// @param places where a block normalises
/// @param normOffset added to the normalisations' weights; Gemma keeps them less 1
/// @param parallel whether attention and network of a block read the same vector (GPT-J, GPT-NeoX),
///   else the network reads what attention has added to
/// @param heads of attention
/// @param network of a block
/// @param layers what each block's attention sees and how it is told positions
/// @param learnedPositions whether a learned vector of its position is added to each token
/// @param embeddingFactor what the vectors of tokens are multiplied by; Gemma's is the root of the
///   width
/// @param logitCap c, where logits are c tanh(x / c) (Gemma 2); 0 for none
/// @param tied whether the unembedding is the embedding
public record Architecture(
    Norm norm,
    Places places,
    double normOffset,
    boolean parallel,
    Heads heads,
    Network network,
    List<Layer> layers,
    boolean learnedPositions,
    double embeddingFactor,
    double logitCap,
    boolean tied) {

  /// A normalisation of a vector.
  public enum Norm {
    /// To mean 0 and variance 1, scaled and shifted (Ba et al. 2016, arXiv 1607.06450).
    LAYER,
    /// To mean square 1, scaled (Zhang and Sennrich 2019, arXiv 1910.07467).
    RMS
  }

  /// Where a block normalises.
  public enum Places {
    /// What attention and network read.
    BEFORE,
    /// What they add (OLMo 2).
    AFTER,
    /// Both (Gemma 2).
    AROUND;

    boolean before() {
      return this != AFTER;
    }

    boolean after() {
      return this != BEFORE;
    }
  }

  /// Whether queries and keys are normalised before they are compared.
  public enum QueryNorm {
    NONE,
    /// Each head by itself, all with the same weights (Qwen 3, Gemma 3).
    HEAD,
    /// All heads together (OLMo 2).
    ALL
  }

  /// The heads of attention.
  ///
  /// @param keys how many heads of keys and values there are; each is shared by as many heads of
  ///   queries (grouped queries: Ainslie et al. 2023, arXiv 2305.13245)
  /// @param width entries of a head
  /// @param bias whether queries, keys and values have a bias
  /// @param outputBias whether the mixed values' projection has one
  /// @param norm of queries and keys
  /// @param scale what the products of queries and keys are multiplied by; 1 / sqrt(width) as usual
  /// @param cap c, where scores are c tanh(x / c) (Gemma 2); 0 for none
  public record Heads(
      int keys,
      int width,
      boolean bias,
      boolean outputBias,
      QueryNorm norm,
      double scale,
      double cap) {
    /// Checks the sizes.
    public Heads {
      if (keys < 1 || width < 1 || !(scale > 0) || !(cap >= 0)) {
        throw new IllegalArgumentException(
            "heads need at least one of keys (%d) and entries (%d), a scale above 0 (%s) and a cap of 0 or more (%s)"
                .formatted(keys, width, scale, cap));
      }
    }

    /// Heads whose scores are scaled as usual, without norm and cap.
    public static Heads of(int keys, int width, boolean bias, boolean outputBias) {
      return new Heads(keys, width, bias, outputBias, QueryNorm.NONE, usualScale(width), 0);
    }

    static double usualScale(int width) {
      return 1 / Math.sqrt((double) width);
    }

    /// What queries are multiplied by where scores are scaled as usual.
    double queryFactor() {
      double usual = usualScale(width);
      return scale == usual ? 1 : scale / usual;
    }
  }

  /// The network of a block.
  ///
  /// @param width of its inner layer
  /// @param gated whether a second product of the input multiplies what the activation gives
  ///   (Shazeer 2020, arXiv 2002.05202)
  /// @param bias whether its products have one
  public record Network(int width, boolean gated, boolean bias) {
    /// Checks the width.
    public Network {
      if (width < 1) {
        throw new IllegalArgumentException("a network's width must be positive, but is " + width);
      }
    }
  }

  /// What the attention of a block sees.
  ///
  /// @param window how many tokens, itself included; 0 for all
  /// @param rotary how positions turn its queries and keys; none where they do not
  public record Layer(int window, Optional<Rotary> rotary) {
    /// Checks the window.
    public Layer {
      if (window < 0) {
        throw new IllegalArgumentException("a window must not be negative, but is " + window);
      }
    }
  }

  /// Rotary position embedding (Su et al. 2021, arXiv 2104.09864): entries i and i + n of a head's
  /// queries and keys, where n is the number of frequencies, are turned by the position times
  /// frequency i; those behind the first 2 n are left as they are.
  ///
  /// @param frequencies in radians a position
  /// @param magnitude what turned entries are multiplied by; not 1 only in long-context variants
  public record Rotary(List<Double> frequencies, double magnitude) {
    /// Makes the list unchangeable.
    public Rotary {
      frequencies = List.copyOf(frequencies);
    }

    /// The usual frequencies, base^(-2i / width).
    ///
    /// @param width entries that are turned, an even number
    public static Rotary of(double base, int width) {
      if (width < 2 || width % 2 != 0 || !(base > 0)) {
        throw new IllegalArgumentException(
            "rotary positions turn an even number of entries by a base above 0, but these are %d and %s"
                .formatted(width, base));
      }
      var frequencies = new ArrayList<Double>();
      for (int i = 0; i < width; i += 2) {
        frequencies.add(Math.pow(base, -(double) i / width));
      }
      return new Rotary(frequencies, 1);
    }
  }

  /// Checks that the parts fit together.
  public Architecture {
    layers = List.copyOf(layers);
    for (var layer : layers) {
      layer.rotary.ifPresent(rotary -> {
        if (2 * rotary.frequencies.size() > heads.width) {
          throw new IllegalArgumentException(
              "rotary positions turn %d entries, but a head has %d"
                  .formatted(2 * rotary.frequencies.size(), heads.width));
        }
      });
    }
  }

  /// The same with no unembedding of its own.
  Architecture withTied() {
    return new Architecture(
        norm,
        places,
        normOffset,
        parallel,
        heads,
        network,
        layers,
        learnedPositions,
        embeddingFactor,
        logitCap,
        true);
  }

  /// The greatest window of a layer; 0 if all see everything.
  int window() {
    return layers.stream().mapToInt(Layer::window).max().orElse(0);
  }

  /// Whether positions turn queries and keys in any layer.
  public boolean isRotary() {
    return layers.stream().anyMatch(layer -> layer.rotary.isPresent());
  }
}
