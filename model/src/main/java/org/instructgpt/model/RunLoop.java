package org.instructgpt.model;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/// Runs a [Trainer], with everything around it: metrics, progress, evaluation, checkpoints, resume,
/// the choice of the best model, stop and health.
///
/// **One step** is: train, write the metrics, ask the health gates; then, when due, evaluate (and
/// export the model if it is the best so far); then, when due, save. At the last step all of it is
/// due. By this order everything before a checkpoint has happened when it is written, and what has
/// not is repeated, with the same results, by a run that resumes from it. So a run that was killed
/// at any moment and resumed ends in the same bits as one that never was.
///
/// **Resume** needs no flag: a run directory with checkpoints goes on from the newest whole one.
///
/// @param run the run's folder; its settings are stored ([RunDirectory#storeOrCompareSettings])
///   before
/// @param settings how long, how often
/// @param gates asked after each step, in this order
/// @param stop ends the run at the next step boundary, saved
/// @param progress shows how far the run is
/// @param clock times steps and dates TensorBoard's events
public record RunLoop(
    RunDirectory run,
    RunSettings settings,
    List<HealthGate> gates,
    StopFlag stop,
    ProgressLine progress,
    InstantSource clock) {
  /// Copies the list.
  public RunLoop {
    gates = List.copyOf(gates);
  }

  /// Runs to the end or to the stop flag.
  ///
  /// @throws UnhealthyRunException if a gate found something; `failure.txt` then says what
  /// @throws IllegalArgumentException if the trainer's evaluation lacks the metric that chooses the
  ///   best model, or the trainer refuses the saved state
  /// @throws IOException if something could not be written or read: which file, at what step, and
  ///   that the last checkpoint is intact
  public RunOutcome run(Trainer trainer) throws IOException {
    if (!trainer.ranks().isFirst()) {
      throw new IllegalArgumentException(
          "expected the first rank to run the loop, found rank %d: the others follow it (RunFollower)"
              .formatted(trainer.ranks().rank()));
    }
    try (var session = RunSession.open(this, trainer)) {
      return session.run();
    }
  }
}
