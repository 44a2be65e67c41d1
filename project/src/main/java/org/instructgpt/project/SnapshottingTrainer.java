package org.instructgpt.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.model.Trainer;
import org.instructgpt.model.TrainerState;

/// A trainer whose model is kept now and then: what it writes along the way can be judged later,
/// and people may like an earlier one best (the paper chose its policies so, appendix E.9).
///
/// @param of does the work
/// @param folder gets `NNNNNN/` after NNNNNN steps
/// @param every steps between snapshots
record SnapshottingTrainer(Trainer of, Path folder, long every) implements Trainer {

  @Override
  public Map<String, Double> step(long step) {
    var metrics = of.step(step);
    if ((step + 1) % every == 0) {
      var made = new LinkedHashMap<String, Object>(); // a file has its keys always in one order
      made.put("step", step + 1);
      made.put("metrics", metrics);
      try {
        AtomicFiles.writeFolder(
            folder.resolve("%06d".formatted(step + 1)), files -> of.export(files, made));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return metrics;
  }

  @Override
  public Map<String, Double> evaluate(long step) {
    return of.evaluate(step);
  }

  @Override
  public TrainerState state() {
    return of.state();
  }

  @Override
  public void restore(TrainerState state) {
    of.restore(state);
  }

  @Override
  public void export(Path directory, Map<String, Object> lineage) throws IOException {
    of.export(directory, lineage);
  }
}
