package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCountsTest {
  @TempDir Path folder;

  @Test
  void aStoreIsCountedAndNothingIsWritten() throws IOException {
    Path file = Files.createDirectory(folder.resolve("a b é?")).resolve("feedback.db");
    try (Store store = Store.open(file)) {
      store.add(records()).join();
    }
    Files.deleteIfExists(file.resolveSibling("feedback.db-wal"));
    Files.deleteIfExists(file.resolveSibling("feedback.db-shm"));
    FileTime old = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(file, old);
    List<Path> before = entries(file.getParent());
    assertCounted(Store.census(file.toString()));
    assertThat(entries(file.getParent())).isEqualTo(before);
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(old);
  }

  @Test
  void recordsInTheLogOfAnOpenStoreAreCounted() throws IOException {
    Path file = folder.resolve("feedback.db");
    try (Store store = Store.open(file)) {
      store.add(records()).join();
      assertCounted(StoreCounts.of(file));
    }
  }

  @Test
  void aCopiedStoreWithALogIsCountedWithoutChangingIt() throws IOException {
    Path file = folder.resolve("feedback.db");
    Path copy = Files.createDirectory(folder.resolve("copy")).resolve("feedback.db");
    try (Store store = Store.open(file)) {
      store.add(records()).join();
      Files.copy(file, copy);
      Files.copy(folder.resolve("feedback.db-wal"), copy.resolveSibling("feedback.db-wal"));
    }
    List<Path> before = entries(copy.getParent());
    assertCounted(StoreCounts.of(copy));
    assertThat(entries(copy.getParent())).isEqualTo(before);
  }

  @Test
  void aFileThatIsNoStoreIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("feedback.db"), "no store, ".repeat(200));
    assertThatThrownBy(() -> StoreCounts.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a store")
        .hasMessageNotContaining("SQLITE");
    Path empty = Files.createFile(folder.resolve("empty.db"));
    assertThatThrownBy(() -> StoreCounts.of(empty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a store");
  }

  private static List<Feedback> records() {
    var ann = new Labeler("ann", Labeler.Pool.TRAINING);
    var prompt =
        new Prompt(
            "p1",
            "Hi",
            Prompt.Source.IMPORTED,
            Optional.empty(),
            Optional.empty(),
            Split.TRAIN,
            Optional.empty(),
            Instant.EPOCH);
    return List.of(ann, prompt, new Demonstration("d1", "p1", "Hello", "ann", Instant.EPOCH));
  }

  private static void assertCounted(Census census) {
    assertThat(census.labelers()).isEqualTo(1);
    assertThat(census.bySplit().get(Split.TRAIN)).isEqualTo(new Census.Given(1, 1, 0, 0));
    assertThat(census.bySplit().get(Split.TEST)).isEqualTo(new Census.Given(0, 0, 0, 0));
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
