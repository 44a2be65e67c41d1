package org.instructgpt.project;

import org.instructgpt.model.ProgressLine;
import org.instructgpt.model.ProgressLines;

/// How a person follows what takes long.
@FunctionalInterface
public interface Progress {
  /// Nobody looks on.
  Progress NONE = (_, _) -> ProgressLines.silent();

  /// A line for one task.
  ///
  /// @param unit what is counted, in the plural
  ProgressLine of(String task, String unit);
}
