package org.instructgpt.label;

import java.util.List;
import java.util.Optional;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;

/// Tasks of one kind that a researcher opens together.
///
/// @param overlap how many labelers shall do each task, R
/// @param pool the only pool that may do them; empty for every pool, except that held-out labelers
///   never get training tasks
/// @param priority lower ones are handed out first
/// @param instructions the version of the labeling instructions that applies
public record TaskBatch(
    String name,
    Kind kind,
    Mode mode,
    int overlap,
    Optional<Labeler.Pool> pool,
    int priority,
    String instructions) {

  /// What is asked of the labeler.
  public enum Kind {
    /// Write any prompt.
    PLAIN,
    /// Write an instruction with pairs of query and response.
    FEW_SHOT,
    /// Write a prompt for a use case.
    USER_BASED,
    /// Answer a prompt.
    DEMONSTRATE,
    /// Rate and rank the outputs of a prompt.
    COMPARE,
    /// Say what kind of prompt it is.
    TAG
  }

  /// Whether helpfulness comes first, or truthfulness and harmlessness (paper section 3.4).
  public enum Mode {
    TRAINING,
    EVALUATION
  }

  /// One task of a batch.
  ///
  /// @param prompt id of the prompt; empty if the labeler is to write one
  /// @param outputs the outputs to compare; empty for other kinds of tasks
  /// @param note the use case of [Kind#USER_BASED]; else a hint to the labeler, or empty
  public record Item(Optional<String> prompt, List<Output> outputs, String note) {
    public Item {
      outputs = List.copyOf(outputs);
    }
  }
}
