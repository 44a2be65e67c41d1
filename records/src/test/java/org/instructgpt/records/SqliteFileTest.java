package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
final class SqliteFileTest {
  @TempDir Path folder;

  /// A killed process loses nothing that the kernel has; only these settings keep acknowledged
  /// writes at a power failure (2 is FULL).
  @Test
  void theWriterSyncsEveryCommitAndKeepsReferences() throws Exception {
    try (Store store = open()) {
      assertThat(pragma(store, "synchronous")).isEqualTo("2");
      assertThat(pragma(store, "journal_mode")).isEqualTo("wal");
      assertThat(pragma(store, "foreign_keys")).isEqualTo("1");
      assertThatThrownBy(() -> store.read(handle -> handle.execute("DELETE FROM labeler")))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("readonly");
    }
  }

  private static String pragma(Store store, String name) {
    return store
        .write(handle -> handle.createQuery("PRAGMA " + name).mapTo(String.class).one())
        .join();
  }

  @Test
  void aFullDiskIsReportedAndTheStoreWorksAgainWhenThereIsSpace() throws Exception {
    try (Store store = open()) {
      store.add(Samples.oneOfEach()).get();
      pages(store, 60);
      var big = new Demonstration("d2", "p1", "long ".repeat(100_000), "ann", Samples.NOON);
      assertThatThrownBy(() -> store.add(big).get())
          .cause()
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("feedback.db")
          .hasMessageContaining("full");
      assertThat(store.counts()).isEqualTo(new Store.Counts(1, 1, 1, 1, 1));
      pages(store, 1_000_000);
      assertThat(store.add(big).get()).isEqualTo(1);
    }
  }

  private static void pages(Store store, int most) {
    int _ = store.write(handle -> handle.execute("PRAGMA max_page_count = " + most)).join();
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws Exception {
    Files.writeString(
        file(), "this is a text about ducks, long enough to be looked at. ".repeat(99));
    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("expected a store, found a file that is no SQLite database");
  }

  @Test
  void aTruncatedDatabaseIsRefused() throws Exception {
    try (Store store = open()) {
      store.add(Samples.oneOfEach()).get();
    }
    try (var raw = new RandomAccessFile(file().toFile(), "rw")) {
      raw.setLength(raw.length() / 2);
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the store is damaged: put a backup in its place");
  }

  @Test
  void aStoreOfANewerProgramIsRefused() throws Exception {
    open().close();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO flyway_schema_history SELECT installed_rank + 1, '99', 'later', type,"
              + " 'V99__later.sql', 1, installed_by, installed_on, 1, 1 FROM"
              + " flyway_schema_history ORDER BY installed_rank DESC LIMIT 1");
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found version 99; it was written by a newer program");
  }

  @Test
  void aFolderThatIsMissingOrCannotBeWrittenIsNamed() throws Exception {
    assertThatThrownBy(() -> Store.open(folder.resolve("none/feedback.db")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected an existing folder");
    assertThatThrownBy(() -> Store.open(folder)).hasMessageContaining("found a folder");
    // Unlike a mode of the file system, this one holds for root too.
    Path unwritable = Path.of("/proc/self");
    Assumptions.assumeThat(unwritable).isDirectory();
    assertThatThrownBy(() -> Store.open(unwritable.resolve("feedback.db")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("feedback.db");
  }

  @Test
  void aBackupMadeWhileOthersWriteIsAWholeStore() throws Exception {
    Path copy = folder.resolve("it's a copy.db");
    try (Store store = open()) {
      store.add(Samples.oneOfEach()).join();
      List<CompletableFuture<Integer>> writes = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        writes.add(
            store.add(List.of(Samples.prompt("p" + i + "a"), Samples.prompt("p" + i + "b"))));
      }
      store.backup(copy);
      writes.forEach(CompletableFuture::join);
      assertThatThrownBy(() -> store.backup(copy))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one that is there already");
      assertThatThrownBy(() -> store.backup(folder.resolve("none/copy.db")))
          .hasMessageContaining("no folder");
      assertThat(store.counts().prompts()).isEqualTo(1001);
    }
    try (Store restored = Store.open(copy)) {
      assertThat(restored.counts().rankings()).isEqualTo(1);
      assertThat(restored.counts().prompts()).isOdd();
      assertThat(restored.add(Samples.prompt("later")).join()).isEqualTo(1);
    }
  }

  /// Another program locks the file for longer than the time limit.
  @Test
  void aStoreThatCannotWriteIsNotHealthy() throws Exception {
    try (Store store = open();
        var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      assertThat(store.healthy()).isTrue();
      statement.execute("BEGIN IMMEDIATE");
      assertThat(store.healthy()).isFalse();
      statement.execute("ROLLBACK");
      assertThat(store.healthy()).isTrue();
    }
  }

  @Test
  void afterAnErasureNoByteOfTheTextIsInAnyFile() throws Exception {
    Store store = open();
    store.add(Samples.oneOfEach()).join();
    String secret = "the-secret-of-the-duck-";
    List<Feedback> records = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Prompt prompt = Samples.prompt("s" + i);
      records.add(
          new Prompt(
              prompt.id(),
              secret.repeat(1 + i * 40),
              prompt.source(),
              Optional.of("eve"),
              prompt.organisation(),
              prompt.split(),
              prompt.useCase(),
              prompt.created()));
    }
    store.add(records).join();
    assertThat(holds(secret)).isTrue();
    assertThat(store.erase(Set.of("eve"), Set.of(), List.of()).prompts()).hasSize(50);
    assertThat(holds(secret)).isFalse();
    assertThat(holds("Explain p1")).isTrue();
    assertThat(store.counts().prompts()).isEqualTo(1);
    store.close();
  }

  private boolean holds(String text) throws Exception {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (bytes.contains(text)) {
          return true;
        }
      }
    }
    return false;
  }

  private Path file() {
    return folder.resolve("feedback.db");
  }

  private Store open() throws IOException {
    return Store.open(file());
  }
}
