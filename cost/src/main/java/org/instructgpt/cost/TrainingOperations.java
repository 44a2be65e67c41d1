package org.instructgpt.cost;

/// Operations of a whole training by what they are for, since not all reach the same part of the
/// best rate.
///
/// @param learning of passes with gradients
/// @param scoring of passes without
/// @param sampling of responses
record TrainingOperations(double learning, double scoring, double sampling) {
  /// What passes over whole sequences are taken to reach of the best rate of matrix products: an
  /// assumption, to be replaced by what `bench` measures.
  static final double REACHED = 0.5;

  /// What sampling of 64 rows is taken to reach of it; an assumption, too.
  static final double REACHED_SAMPLING = 0.2;

  /// With activations computed again: the forward pass twice.
  TrainingOperations recomputing() {
    double forwardTwice = (GptOperations.WITH_GRADIENTS + 1) / GptOperations.WITH_GRADIENTS;
    return new TrainingOperations(learning * forwardTwice, scoring, sampling);
  }

  double operations() {
    return learning + scoring + sampling;
  }

  /// @param rate the best rate of matrix products, operations a second
  double seconds(double rate) {
    return ((learning + scoring) / REACHED + sampling / REACHED_SAMPLING) / rate;
  }
}
