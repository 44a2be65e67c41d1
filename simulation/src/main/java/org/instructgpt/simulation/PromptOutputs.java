package org.instructgpt.simulation;

import java.util.List;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;

/// A prompt and some outputs to it, which labelers are screened and calibrated on.
public record PromptOutputs(Prompt prompt, List<Output> outputs) {
  public PromptOutputs {
    outputs = List.copyOf(outputs);
  }
}
