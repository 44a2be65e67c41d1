package org.instructgpt.model;

import java.util.Optional;

/// A check that ends an unhealthy run, with the usual cause and what to do. The [RunLoop] asks
/// every gate after each step and each evaluation, before anything is saved; the first that finds
/// something ends the run with an [UnhealthyRunException].
///
/// A gate that stops a healthy run costs more than one that comes late, so a gate asks for several
/// bad steps in a row, unless one proves a bug.
///
/// @param name what is wrong, as a short phrase: "negative KL"
/// @param check finds it
/// @param cause the probable cause, as a sentence
/// @param remedy what to do, as a sentence
public record HealthGate(String name, Check check, String cause, String remedy) {
  /// Checks the metrics that the trainer reported.
  @FunctionalInterface
  public interface Check {
    /// Returns what is wrong; empty if nothing is, or if there is too little to tell.
    Optional<Finding> find(MetricsHistory history);
  }

  /// The number that shows it.
  ///
  /// @param metric its name
  /// @param value its value, of the latest step or over several
  /// @param expected what a healthy run shows, to follow "expected"
  public record Finding(String metric, double value, String expected) {}
}
