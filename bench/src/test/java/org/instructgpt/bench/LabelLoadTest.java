package org.instructgpt.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.random.RandomGeneratorFactory;
import org.instructgpt.label.Desk.Kind;
import org.instructgpt.records.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The load and the kills of the benchmarks, small.
class LabelLoadTest {
  @TempDir Path folder;

  private String file() {
    return folder.resolve("load.db").toString();
  }

  @Test
  void everyItemGetsItsAnnotationsUnderLoad() throws Exception {
    var result = LabelLoad.run(file(), folder.resolve("journal.txt"), 64, 1500, 3, 0, Kind.COMPARE);
    assertThat(result.breaches()).isEmpty();
    assertThat(result.submissions()).isEqualTo(1500);
  }

  @Test
  void nothingAcknowledgedIsLostWhenTheProgramIsKilled() throws Exception {
    assertKilled(file(), 3);
  }

  @Test
  void norOnPostgresql() throws Exception {
    assertKilled(TestServer.database(), 2);
  }

  private void assertKilled(String where, int times) throws Exception {
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
    var result = LabelKill.run(where, folder.resolve("journal.txt"), 16, times, random);
    assertThat(result.acknowledged()).isPositive();
    assertThat(result.unanswered()).as("killed in the middle of something").isPositive();
    assertThat(result.good()).as(result.toString()).isTrue();
  }
}
