package org.instructgpt.cost;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;

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

  /// What the allocator holds besides, as a share of what comes and goes: it keeps what is freed,
  /// in pieces that do not always fit what is asked for next (fitted, docs/benchmarks.md).
  static final double HELD = 0.35;

  /// The parts at the peak.
  ///
  /// @param devices among which everything is divided but what the rows of a pass make
  SequencedMap<String, Double> parts(int devices) {
    var parts = new LinkedHashMap<String, Double>();
    states.forEach((name, bytes) -> parts.put(name, bytes / devices));
    pass.forEach((name, bytes) ->
        parts.merge(name, Part.OF_ROWS.contains(name) ? bytes : bytes / devices, Double::sum));
    parts.put(
        Part.HELD,
        HELD
            * pass.keySet().stream()
                .filter(Part.OF_ROWS::contains)
                .mapToDouble(name -> pass.getOrDefault(name, 0.0))
                .sum());
    parts.values().removeIf(bytes -> bytes == 0);
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
    static final String HELD = "held by the allocator";
    static final String CACHE = "keys and values";
    static final Set<String> OF_ROWS = Set.of(ACTIVATIONS, LOGITS, CACHE, BACKWARD);

    private Part() {}
  }
}
