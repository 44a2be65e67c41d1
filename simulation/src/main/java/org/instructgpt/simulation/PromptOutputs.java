package org.instructgpt.simulation;

import java.util.LinkedHashMap;
import java.util.List;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;

/// A prompt and some outputs to it, which labelers are screened and calibrated on.
public record PromptOutputs(Prompt prompt, List<Output> outputs) {
  public PromptOutputs {
    outputs = List.copyOf(outputs);
  }

  /// The first output of each text.
  List<Output> different() {
    var byText = new LinkedHashMap<String, Output>();
    outputs.forEach(output -> byText.putIfAbsent(output.text(), output));
    return List.copyOf(byText.values());
  }
}
