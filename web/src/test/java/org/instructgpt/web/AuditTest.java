package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.instructgpt.records.Dialect;
import org.instructgpt.records.Store;
import org.instructgpt.records.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The tamper-evident audit log, over both databases.
@Tag("slow")
class AuditTest {
  private static final Instant NOW = Instant.parse("2026-11-23T09:00:00Z");

  @TempDir private Path folder;
  private int stores;

  interface Work {
    void with(Store store, Audit audit) throws Exception;
  }

  private void over(Dialect dialect, Work work) throws Exception {
    String place =
        dialect == Dialect.SQLITE
            ? folder.resolve("feedback-" + stores++).toString()
            : TestServer.database();
    try (var store = Store.open(place)) {
      var audit = Audit.open(store, () -> NOW);
      for (String account : List.of("ada", "", "eve", "ada", "ada")) {
        append(store, audit, account).join();
      }
      assertThat(store.read(audit::broken)).isEmpty();
      work.with(store, audit);
    }
  }

  @ParameterizedTest
  @EnumSource
  void entriesAreNumberedByAccountAndChained(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, audit) -> {
          var acts = store.read(handle -> audit.latest(handle, 10, 0));
          assertThat(acts)
              .extracting(Audit.Act::account)
              .containsExactly("ada", "ada", "eve", "", "ada");
          assertThat(acts).extracting(Audit.Act::number).containsExactly(3L, 2L, 1L, 1L, 1L);
          assertThat(acts)
              .extracting(Audit.Act::hash)
              .doesNotHaveDuplicates()
              .allMatch(h -> h.length() == 64);
          assertThat(acts.getFirst().at()).isEqualTo(NOW);
          assertThat(acts(store, audit, 2, 3)).isEqualTo(acts.subList(3, 5));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aChangeFromOutsideIsFound(Dialect dialect) throws Exception {
    for (String change :
        List.of(
            "UPDATE web_audit SET subject = 'x' WHERE account = 'ada' AND number = 2",
            "UPDATE web_audit SET at = at + 1 WHERE account = 'ada' AND number = 1",
            "UPDATE web_audit SET action = '' WHERE account = 'ada' AND number = 3",
            "UPDATE web_audit SET hash = '0' WHERE account = 'ada' AND number = 3",
            "DELETE FROM web_audit WHERE account = 'ada' AND number = 1",
            "DELETE FROM web_audit WHERE account = 'ada' AND number = 3",
            "DELETE FROM web_audit WHERE account = 'ada'",
            "DELETE FROM web_audit_head WHERE account = 'ada'",
            "UPDATE web_audit SET account = 'eve', number = 2 WHERE account = 'ada' AND number = 3")) {
      over(
          dialect,
          (store, audit) -> {
            store.write(handle -> handle.execute(change)).join();
            assertThat(store.read(audit::broken)).as(change).contains("ada");
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEntryIsCommittedWithItsTransactionOrNotAtAll(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, audit) -> {
          var failing =
              store.write(handle -> {
                audit.append(handle, "ada", "tried", "x");
                throw new IllegalStateException("on purpose");
              });
          assertThatThrownBy(failing::join).hasMessageContaining("on purpose");
          append(store, audit, "ada").join();
          assertThat(store.read(handle -> audit.latest(handle, 1, 0)).getFirst().number())
              .isEqualTo(4);
          assertThat(store.read(audit::broken)).isEmpty();
        });
  }

  @ParameterizedTest
  @EnumSource
  void concurrentEntriesLeaveNoGap(Dialect dialect) throws Exception {
    over(
        dialect,
        (store, audit) -> {
          var writes =
              IntStream.range(0, 200)
                  .mapToObj(i -> append(store, audit, i % 3 == 0 ? "ada" : "eve"))
                  .toArray(CompletableFuture[]::new);
          CompletableFuture.allOf(writes).join();
          assertThat(acts(store, audit, 1000, 0)).hasSize(205);
          assertThat(store.read(audit::broken)).isEmpty();
        });
  }

  private static List<Audit.Act> acts(Store store, Audit audit, int limit, int offset) {
    return store.read(handle -> audit.latest(handle, limit, offset));
  }

  private static CompletableFuture<Integer> append(Store store, Audit audit, String account) {
    return store.write(handle -> {
      audit.append(handle, account, "did", "something");
      return 0;
    });
  }
}
