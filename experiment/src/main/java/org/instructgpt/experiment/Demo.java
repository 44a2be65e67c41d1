package org.instructgpt.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/// The demo: the paper in a simulated world, from the documents of the world to the report.
///
/// @param folder of the workspace
/// @param size of the world, the data and the models
/// @param seed of the world, its people and all trainings
public record Demo(Path folder, ExperimentSize.Name size, long seed) {

  /// Runs the steps that are not done yet.
  ///
  /// @param commandsWithLog commands that log to a file
  /// @return the table of the results; empty if it was stopped
  public Optional<String> run(Function<Path, Commands> commandsWithLog, PrintWriter out)
      throws IOException {
    var experiment = Experiment.begin(folder, size, seed, commandsWithLog, out);
    experiment.plan();
    experiment.tellPlan();
    return experiment.steps().run()
        ? Optional.of(new ReportBuilder(experiment.evaluation(), experiment.steps()).table())
        : Optional.empty();
  }
}
