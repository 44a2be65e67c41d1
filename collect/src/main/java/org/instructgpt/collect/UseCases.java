package org.instructgpt.collect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Prompt.UseCase;

/// A classifier that suggests the use case of a prompt (the ten of Table 1), trained on prompts
/// whose use case labelers have settled.
///
/// Multinomial logistic regression over [TextFeatures]: p = softmax(W f), W of 10 x 32,768. It is
/// trained by AdaGrad, one prompt at a time, in an order drawn from a seed. AdaGrad, since most
/// features are rare: it lowers the step of a frequent word's weights and keeps that of a rare
/// word's. Ten passes over a thousand prompts take a fraction of a second, and the same prompts and
/// seed give the same file on every machine (`StrictMath` instead of `Math`).
public final class UseCases {
  /// In the order of Table 1, on which saved classifiers rely.
  private static final List<UseCase> TABLE_1 = List.of(UseCase.values());

  static final int CLASSES = TABLE_1.size();
  private static final int PASSES = 10;
  private static final double RATE = 0.2;
  private static final double DECAY = 1e-4;

  private final float[] weights;

  /// @param weights `CLASSES` numbers for each feature, features outermost
  UseCases(float[] weights) {
    this.weights = weights;
  }

  /// A use case and its probability.
  public record Suggestion(UseCase useCase, double probability) {}

  /// Trains on the prompts whose use case is settled.
  ///
  /// @param prompts in any order; those without a use case are ignored
  /// @param seed of the order in which they are seen
  /// @throws IllegalArgumentException if fewer than two use cases are among them
  public static UseCases train(List<Prompt> prompts, long seed) {
    List<Example> examples = new ArrayList<>();
    prompts.stream()
        .sorted(Comparator.comparing(Prompt::id))
        .forEach(prompt ->
            prompt
                .useCase()
                .ifPresent(useCase ->
                    examples.add(
                        new Example(TextFeatures.of(prompt.text()), TABLE_1.indexOf(useCase)))));
    long classes = examples.stream().mapToInt(Example::label).distinct().count();
    if (classes < 2) {
      throw new IllegalArgumentException(
          ("expected prompts of at least two settled use cases to learn from, found %d prompts of"
                  + " %d; let labelers settle some")
              .formatted(examples.size(), classes));
    }
    return new UseCases(learn(examples, seed));
  }

  private record Example(int[] features, int label) {}

  private static float[] learn(List<Example> examples, long seed) {
    float[] weights = new float[TextFeatures.BUCKETS * CLASSES];
    float[] squares = new float[weights.length];
    int[] order = new int[examples.size()];
    Arrays.setAll(order, i -> i);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int pass = 0; pass < PASSES; pass++) {
      shuffle(order, random);
      for (int i : order) {
        step(weights, squares, examples.get(i));
      }
    }
    return weights;
  }

  /// One step down the gradient (p - y) f of the cross-entropy. All features are 1 / sqrt(n) of a
  /// prompt's n features, so that long prompts do not dominate.
  private static void step(float[] weights, float[] squares, Example example) {
    double[] errors = probabilities(weights, example.features());
    errors[example.label()] -= 1;
    double value = 1 / StrictMath.sqrt(example.features().length);
    for (int feature : example.features()) {
      for (int c = 0; c < CLASSES; c++) {
        int w = feature * CLASSES + c;
        double gradient = errors[c] * value + DECAY * weights[w];
        squares[w] += (float) (gradient * gradient);
        weights[w] -= (float) (RATE * gradient / (StrictMath.sqrt(squares[w]) + 1e-8));
      }
    }
  }

  private static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[j];
      order[j] = order[i];
      order[i] = other;
    }
  }

  private static double[] probabilities(float[] weights, int[] features) {
    double[] scores = new double[CLASSES];
    for (int feature : features) {
      for (int c = 0; c < CLASSES; c++) {
        scores[c] += weights[feature * CLASSES + c];
      }
    }
    double value = 1 / StrictMath.sqrt(features.length);
    double largest = Arrays.stream(scores).max().orElseThrow();
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      scores[c] = StrictMath.exp((scores[c] - largest) * value);
      sum += scores[c];
    }
    for (int c = 0; c < CLASSES; c++) {
      scores[c] /= sum;
    }
    return scores;
  }

  /// The most probable use case of a prompt.
  public Suggestion suggest(String text) {
    double[] probabilities = probabilities(weights, TextFeatures.of(text));
    int best = 0;
    for (int c = 1; c < CLASSES; c++) {
      best = probabilities[c] > probabilities[best] ? c : best;
    }
    return new Suggestion(TABLE_1.get(best), probabilities[best]);
  }

  /// The accuracy on the prompts whose use case is settled; these should not be training prompts.
  ///
  /// @throws IllegalArgumentException if none of them is settled
  public double accuracy(List<Prompt> prompts) {
    return prompts.stream()
        .filter(prompt -> prompt.useCase().isPresent())
        .mapToInt(
            prompt -> suggest(prompt.text()).useCase() == prompt.useCase().orElseThrow() ? 1 : 0)
        .average()
        .orElseThrow(() ->
            new IllegalArgumentException("expected prompts with a settled use case, found none"));
  }

  /// Writes the classifier to a file atomically.
  public void save(Path file) throws IOException {
    UseCasesFile.write(file, weights);
  }

  /// Reads a classifier from a file.
  ///
  /// @throws IllegalArgumentException if the file is not a classifier, or damaged
  public static UseCases load(Path file) throws IOException {
    return new UseCases(UseCasesFile.read(file));
  }
}
