package org.instructgpt.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.random.RandomGeneratorFactory;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The load and kill benchmarks at a small size.
class LabelLoadTest {
  private static final int PEOPLE = 12;

  @TempDir Path folder;

  private String file() {
    return folder.resolve("load.db").toString();
  }

  @Test
  void everyItemGetsItsAnnotationsUnderLoad() throws Exception {
    var supply = new TaskSupply(PEOPLE, 900, 3, Kind.COMPARE);
    var result = LabelLoad.run(file(), new LabelLoad.Plan(supply, 0, 0, 0, 0));
    assertThat(result.breaches()).isEmpty();
    assertThat(result.submissions()).isEqualTo(900);
    assertThat(result.times()).containsKeys("next p99.0", "submit p99.0");
  }

  @Test
  void nothingAcknowledgedIsLostWhenTheSiteIsKilled() throws Exception {
    try (var location = StoreLocation.of(file())) {
      assertKilled(location, 3, 0);
    }
  }

  @Test
  void nothingAcknowledgedIsLostWhenTheSiteOrItsDatabaseServerIsKilled() throws Exception {
    // Skipped where no such server can start.
    assertThat(TestServer.database()).isNotEmpty();
    try (var location = StoreLocation.of("postgresql")) {
      assertKilled(location, 4, 2);
    }
  }

  private static void assertKilled(StoreLocation location, int times, int servers)
      throws Exception {
    var plan =
        new LabelKill.Plan(
            new TaskSupply(PEOPLE, 20_000, 3, Kind.DEMONSTRATE), times, servers, 1000);
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
    var result = new LabelKill.Killing(location, plan, random).run();
    assertThat(result.acknowledged()).isPositive();
    assertThat(result.repeated()).as("killed in the middle of something").isPositive();
    assertThat(result.servers()).isEqualTo(servers == 0 ? 0 : times / servers);
    assertThat(result.good()).as(result.toString()).isTrue();
  }
}
