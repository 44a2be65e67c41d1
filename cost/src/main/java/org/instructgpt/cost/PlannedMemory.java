package org.instructgpt.cost;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Bytes of memory of a training, part by part.
///
/// States are there all the time. Passes come one after another, so of these the one counts that
/// needs the most.
final class PlannedMemory {
  private final SequencedMap<String, Double> states = new LinkedHashMap<>();
  private SequencedMap<String, Double> pass = new LinkedHashMap<>();

  /// Adds what is there all the time.
  PlannedMemory state(String name, double bytes) {
    if (bytes > 0) {
      states.merge(name, bytes, Double::sum);
    }
    return this;
  }

  /// A pass, which counts if it needs more than those before.
  PlannedMemory pass(SequencedMap<String, Double> parts) {
    if (sum(parts) > sum(pass)) {
      pass = parts;
    }
    return this;
  }

  /// The parts at the peak.
  ///
  /// @param devices among which everything is divided but what the rows of a pass make
  SequencedMap<String, Double> parts(int devices) {
    var parts = new LinkedHashMap<String, Double>();
    states.forEach((name, bytes) -> parts.put(name, bytes / devices));
    pass.forEach((name, bytes) ->
        parts.merge(name, Part.OF_ROWS.contains(name) ? bytes : bytes / devices, Double::sum));
    return parts;
  }

  static double sum(SequencedMap<String, Double> parts) {
    return parts.values().stream().mapToDouble(bytes -> bytes).sum();
  }

  /// The names of parts.
  static final class Part {
    static final String PARAMETERS = "parameters";
    static final String GRADIENTS = "gradients";
    static final String MOMENTS = "Adam's moments";
    static final String AVERAGE = "average";
    static final String FROZEN = "frozen models";
    static final String WEIGHTS = "weights of a pass";
    static final String BACKWARD = "backward";
    static final String ACTIVATIONS = "activations";
    static final String LOGITS = "logits";
    static final String CACHE = "keys and values";
    static final java.util.Set<String> OF_ROWS = java.util.Set.of(ACTIVATIONS, LOGITS, CACHE);

    private Part() {}
  }
}
