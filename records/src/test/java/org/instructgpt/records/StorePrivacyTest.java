package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// File permissions of the store, its log, backups and exports.
class StorePrivacyTest {
  @TempDir Path folder;

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static Prompt prompt() {
    return new Prompt(
        "p",
        "A secret",
        Prompt.Source.LABELER_PLAIN,
        Optional.empty(),
        Optional.empty(),
        Split.TRAIN,
        Optional.empty(),
        Instant.EPOCH);
  }

  @Test
  void onlyTheOwnerMayReadTheStoreItsLogBackupAndExport() throws IOException {
    var file = folder.resolve("feedback.db");
    try (var store = Store.open(file)) {
      store.add(List.of(prompt())).join();
      store.backup(folder.resolve("copy.db"));
      new Exporter(store).everything(folder.resolve("out.jsonl"));
      for (var name :
          List.of("feedback.db", "feedback.db-wal", "feedback.db-shm", "copy.db", "out.jsonl")) {
        assertThat(rights(folder.resolve(name))).as(name).isEqualTo("rw-------");
      }
    }
  }

  @Test
  void permissionsOfOthersAreRemovedAndThoseOfAGroupKept() throws IOException {
    var file = folder.resolve("feedback.db");
    Store.open(file).close();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Store.open(file).close();
    assertThat(rights(file)).isEqualTo("rw-------");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
    Store.open(file).close();
    assertThat(rights(file)).isEqualTo("rw-rw----");
  }
}
