package org.instructgpt.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The families of models that are read.
final class Families {
  private static final Map<String, Family> BY_TYPE = new LinkedHashMap<>();

  static {
    add(new Gpt2Family());
    add(new NeoxFamily());
    Arrays.stream(LlamaFamily.Kind.values()).map(LlamaFamily::new).forEach(Families::add);
  }

  private Families() {}

  private static void add(Family family) {
    BY_TYPE.put(family.type(), family);
  }

  /// The family with a `model_type`.
  static Optional<Family> named(String type) {
    return Optional.ofNullable(BY_TYPE.get(type));
  }

  /// The values of `model_type`.
  static Set<String> types() {
    return BY_TYPE.keySet();
  }
}
