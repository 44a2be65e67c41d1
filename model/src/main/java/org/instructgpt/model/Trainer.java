package org.instructgpt.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.instructgpt.cluster.Ranks;

/// The training algorithm of one stage, driven by a [RunLoop]: without logging, checkpoints,
/// resume, progress or a clock, which the loop has.
///
/// One call of [#step(long)] is one optimizer step (pretraining, SFT, reward model) or one PPO
/// iteration. Given equal state, a trainer must do equal things: everything that influences the
/// next step, random states and data cursors too, belongs to [#state()]. The maps it returns keep
/// their order; the first few metrics are those shown while training.
public interface Trainer {
  /// The processes that train together. All have an equal trainer, whose methods they call at the
  /// same steps; only the first saves and exports.
  default Ranks ranks() {
    return Ranks.alone();
  }

  /// Performs one whole step.
  ///
  /// @param step counts from 0
  /// @return the metrics of the step by name. `tokens`, if there, is the number of tokens the step
  ///   processed; the loop makes a rate of it.
  /// @throws StepNotDoneException if something outside was away, before anything was changed
  Map<String, Double> step(long step);

  /// Measures on held-out data. Must leave what influences later steps as it is.
  ///
  /// @param step how many steps were done so far
  /// @return held-out metrics by name; empty if there is nothing to measure on
  Map<String, Double> evaluate(long step);

  /// Everything needed to continue bit for bit. The tensors are the trainer's own, not copies: a
  /// saved state is written from them before the next step, and read into them by a resume.
  TrainerState state();

  /// Takes over a saved state, copying its tensors into those at hand. At a resume they are those
  /// at hand, already filled (see [#state()]), and the copies cost nothing; a trainer that throws
  /// here is of no further use.
  ///
  /// @throws IllegalArgumentException if it is the state of other names or shapes
  void restore(TrainerState state);

  /// Writes the model as a checkpoint that other commands read.
  ///
  /// @param directory an empty folder, put in place under its real name when this returns
  /// @param lineage what the loop knows about how the model came to be: `run`, `step`, `settings`
  ///   and `metrics` (of the evaluation at this step); values are JSON-like (strings, numbers,
  ///   maps, lists)
  /// @throws IOException if it cannot be written
  void export(Path directory, Map<String, Object> lineage) throws IOException;
}
