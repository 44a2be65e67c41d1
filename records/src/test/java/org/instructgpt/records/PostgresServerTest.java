package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PostgresServerTest {

  @Test
  void anInvalidLocationIsReportedWithoutThePassword() {
    for (String place :
        List.of(
            "postgresql://",
            "postgresql://me:secret@host",
            "postgresql://me:secret@host/",
            "postgresql://me:se cret@host/db",
            "postgresql://me:secret@/db",
            "postgresql://me:secret@host/a/b")) {
      assertThatThrownBy(() -> Store.open(place))
          .as(place)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected postgresql://user:password@host:port/database")
          .hasMessageNotContaining("cret@");
    }
  }

  @Test
  void aMissingServerOrDatabaseIsNamed() {
    assertThatThrownBy(() -> Store.open("postgresql://me:secret@localhost:1/db"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("postgresql://localhost:1/db")
        .hasMessageNotContaining("secret");
    String place = TestServer.database();
    assertThatThrownBy(() -> Store.open(place + "_none"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a user and a database that the server knows");
  }

  @Test
  void acknowledgedWritesAreOnTheDiskWhateverTheDatabasesSettings() throws Exception {
    String place = TestServer.database();
    try (Store store = Store.open(place)) {
      String name = place.substring(place.lastIndexOf('/') + 1);
      store
          .write(
              handle -> handle.execute("ALTER DATABASE " + name + " SET synchronous_commit = off"))
          .join();
    }
    try (Store store = Store.open(place)) {
      String setting =
          store
              .write(
                  handle -> handle.createQuery("SHOW synchronous_commit").mapTo(String.class).one())
              .join();
      assertThat(setting).isEqualTo("on");
    }
  }

  /// Connections are closed by an administrator or a restart of the server: the next write
  /// succeeds.
  @Test
  void aConnectionThatWasCutIsReplaced() throws Exception {
    try (Store store = Store.open(TestServer.database())) {
      store.add(Samples.oneOfEach()).join();
      try (Store other = Store.open(TestServer.database())) {
        other
            .write(handle ->
                handle
                    .createQuery(
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                            + " WHERE pid <> pg_backend_pid() AND application_name = 'instructgpt'")
                    .mapTo(Long.class)
                    .one())
            .join();
      }
      assertThat(store.add(Samples.prompt("p2")).join()).isEqualTo(1);
      assertThat(store.counts().prompts()).isEqualTo(2);
    }
  }

  /// A program that does not take the lock conflicts with a write, which is repeated.
  @Test
  void aWriteThatCollidesIsRepeated() throws Exception {
    try (Store store = Store.open(TestServer.database())) {
      int[] attempts = {0};
      String done =
          store
              .write(handle -> {
                attempts[0]++;
                if (attempts[0] < 3) {
                  handle.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$");
                }
                return "done";
              })
              .join();
      assertThat(done).isEqualTo("done");
      assertThat(attempts[0]).isEqualTo(3);
    }
  }

  @Test
  void aBackupNamesTheServersOwnTool() throws Exception {
    try (Store store = Store.open(TestServer.database())) {
      assertThatThrownBy(() -> store.backup(Path.of("copy.db")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("pg_dump --format=custom --file=copy.db postgresql://localhost:")
          .hasMessageNotContaining("postgres:postgres");
    }
  }
}
