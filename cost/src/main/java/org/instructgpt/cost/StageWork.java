package org.instructgpt.cost;

import java.util.Map;
import java.util.function.Function;
import org.instructgpt.torch.Precision;

/// A piece of a stage's work that can be repeated, such as a training step, over random tokens at
/// given shapes.
public sealed interface StageWork permits TrainingWork, SamplingWork, PpoWork, RewardWork {
  /// What a run makes, in the plural: `tokens`, `episodes`.
  String unit();

  /// How many of these a run makes.
  double units();

  /// What the arithmetic of a run needs.
  Demand demand(Precision precision);

  /// The bytes of memory that it takes, about.
  double memory(Precision precision);

  /// Builds the models with random weights and lends the work to `body`; afterwards they are gone.
  ///
  /// @param place where the models are, and the precision of their products
  <T> T prepare(Place place, Function<Step, T> body);

  /// One run of the work, a training step for example.
  @FunctionalInterface
  interface Step {
    /// Does it.
    ///
    /// @return what it measured of itself, by name; may be empty
    Map<String, Double> run();
  }
}
