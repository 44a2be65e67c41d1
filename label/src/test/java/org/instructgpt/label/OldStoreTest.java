package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instructgpt.label.LabelingFixture.batch;

import java.nio.file.Path;
import java.util.List;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Labeler.Pool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store from a release in which a labeler could hand in a task several times.
class OldStoreTest {
  private static final List<String> DOWNGRADE =
      List.of(
          "DROP INDEX label_annotation_once",
          "DROP TABLE label_version",
          "DROP TABLE label_gone",
          "ALTER TABLE label_round DROP COLUMN unread",
          "DELETE FROM label_history WHERE version = '3'",
          """
          INSERT INTO label_annotation SELECT 'again-1', item, labeler, 'surplus', work, shown,
            instructions, handed, started, active_millis, submitted + 5, NULL, NULL
          FROM label_annotation\
          """,
          """
          INSERT INTO label_annotation SELECT 'again-2', item, labeler, 'surplus', work, shown,
            instructions, handed, started, active_millis, submitted - 5, NULL, NULL
          FROM label_annotation WHERE outcome = 'counted'\
          """);

  @TempDir Path folder;

  @Test
  void migratedSecondSubmissionsAreKeptButDoNotCount() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "ann")) {
      fixture.open(batch(Kind.DEMONSTRATE, 2), 1);
      fixture.work("ann");
      fixture
          .store
          .write(handle -> {
            DOWNGRADE.forEach(handle::execute);
            return true;
          })
          .join();
    }
    try (var fixture = LabelingFixture.in(folder)) {
      assertThat(fixture.count("SELECT count(*) FROM label_annotation")).isEqualTo(1);
      assertThat(fixture.count("SELECT count(*) FROM label_annotation WHERE outcome = 'counted'"))
          .isEqualTo(1);
      assertThat(fixture.count("SELECT count(*) FROM label_version WHERE kind = 'beside'"))
          .isEqualTo(2);
      assertThat(fixture.queue.history("ann", 9)).hasSize(1);
    }
  }
}
