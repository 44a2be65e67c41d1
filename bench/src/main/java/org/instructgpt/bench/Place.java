package org.instructgpt.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;

/// Where the store of a benchmark lies: a file, a server, or a server that lives as long as this.
///
/// @param store as [org.instructgpt.records.Store#open(String)] takes it
record Place(String store, AutoCloseable server) implements AutoCloseable {

  /// @param wanted `postgresql` for an embedded server that waits for the disk as a real one does;
  ///   else a place of a store
  static Place of(String wanted) throws IOException {
    if (!wanted.equals("postgresql")) {
      return new Place(wanted, () -> {});
    }
    var server =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
    return new Place(
        "postgresql://postgres:postgres@localhost:" + server.getPort() + "/postgres", server);
  }

  @Override
  public void close() throws IOException {
    try {
      server.close();
    } catch (IOException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IOException("the server did not end", failure);
    }
  }
}
