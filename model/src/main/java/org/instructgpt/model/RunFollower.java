package org.instructgpt.model;

import java.io.IOException;

/// What all ranks but the first do in a run: the same steps and evaluations, of which the first
/// writes down what came out ([RunLoop]). They read and write no files.
///
/// @param settings those of the first rank
public record RunFollower(RunSettings settings) {

  /// Follows to the end, or to where the first rank stops.
  ///
  /// @return how many steps are done
  public long follow(Trainer trainer) throws IOException {
    var pace = new RankPace(trainer);
    long step = pace.begin(0);
    while (pace.goesOn(true)) {
      var _ = trainer.step(step);
      step++;
      if (step == settings.steps()
          || settings.evaluateEvery() > 0 && step % settings.evaluateEvery() == 0) {
        var _ = trainer.evaluate(step);
      }
    }
    return step;
  }
}
