package org.instructgpt.label;

import java.util.List;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.Labeler.Pool;

/// Which labelers may get the tasks of a batch.
enum BatchAudience {
  EVERYBODY,
  /// Everybody but the held-out pool, which gets no training tasks.
  TRAINING_WORK,
  TRAINING,
  HELD_OUT,
  RESEARCHER;

  static BatchAudience of(TaskBatch batch) {
    return batch
        .pool()
        .map(pool ->
            switch (pool) {
              case TRAINING -> TRAINING;
              case HELD_OUT -> HELD_OUT;
              case RESEARCHER -> RESEARCHER;
            })
        .orElse(batch.mode() == Mode.TRAINING ? TRAINING_WORK : EVERYBODY);
  }

  /// The audiences that include a pool.
  static List<BatchAudience> with(Pool pool) {
    return switch (pool) {
      case TRAINING -> List.of(EVERYBODY, TRAINING_WORK, TRAINING);
      case HELD_OUT -> List.of(EVERYBODY, HELD_OUT);
      case RESEARCHER -> List.of(EVERYBODY, TRAINING_WORK, RESEARCHER);
    };
  }

  String word() {
    return StoredJson.word(this);
  }
}
