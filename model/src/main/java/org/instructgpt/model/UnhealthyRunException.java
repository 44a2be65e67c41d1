package org.instructgpt.model;

import org.instructgpt.model.HealthGate.Finding;

/// A [HealthGate] stopped a run. The message names the metric, its value, the step, the probable
/// cause and what to do.
public final class UnhealthyRunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnhealthyRunException(HealthGate gate, Finding finding, long step, long lastCheckpoint) {
    super(
        """
        The run was stopped at step %d: %s.
        Seen: %s = %s, expected %s.
        Probable cause: %s
        What to do: %s
        %s\
        """
            .formatted(
                step,
                gate.name(),
                finding.metric(),
                finding.value(),
                finding.expected(),
                gate.cause(),
                gate.remedy(),
                RunCheckpoints.intact(lastCheckpoint)));
  }
}
