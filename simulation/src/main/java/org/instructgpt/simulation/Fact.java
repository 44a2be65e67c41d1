package org.instructgpt.simulation;

import java.util.random.RandomGenerator;

/// A statement about an entity, true or not: it is true if it is one of [World#facts()]. Passages
/// and falsehoods have the same form.
record Fact(Entity entity, Attribute attribute, String value) {

  /// "What does the fox eat?"
  String question() {
    return attribute.question(entity);
  }

  /// "The fox eats berries."
  String statement() {
    return attribute.statement(entity, value);
  }

  /// "eats berries"
  String predicate() {
    return attribute.predicate(value);
  }

  /// The same statement with another value.
  Fact with(String other) {
    return new Fact(entity, attribute, other);
  }

  /// A random other value of the attribute.
  String otherValue(RandomGenerator random) {
    return RandomChoice.one(
        attribute.range().stream().filter(v -> !v.equals(value)).toList(), random);
  }
}
