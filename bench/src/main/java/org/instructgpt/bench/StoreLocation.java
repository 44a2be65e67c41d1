package org.instructgpt.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Where the store of a benchmark lies: a file, a server, or a server that lives as long as this.
final class StoreLocation implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String store;
  private final List<EmbeddedPostgres> server = new ArrayList<>();
  private final Path data;

  private StoreLocation(String store, Path data) {
    this.store = store;
    this.data = data;
  }

  /// @param wanted `postgresql` for an embedded server that waits for the disk as a real one does;
  ///   else a place of a store
  static StoreLocation of(String wanted) throws IOException {
    if (!wanted.equals("postgresql")) {
      return new StoreLocation(wanted, Path.of(""));
    }
    Path data = Files.createTempDirectory("postgresql");
    var first = start(data, 0);
    var place =
        new StoreLocation(
            "postgresql://postgres:postgres@localhost:" + first.getPort() + "/postgres", data);
    place.server.add(first);
    return place;
  }

  /// As [org.instructgpt.records.Store#open(String)] takes it.
  String store() {
    return store;
  }

  /// Whether a server of our own can be killed.
  boolean mortal() {
    return !server.isEmpty();
  }

  /// `kill -9` of all processes of the server.
  void kill() throws IOException {
    long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
    var all = new ArrayList<ProcessHandle>();
    ProcessHandle.of(pid)
        .ifPresent(first -> {
          all.add(first);
          all.addAll(first.descendants().toList());
        });
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(process -> process.onExit().join());
  }

  /// Starts it again after a kill, on the same data.
  void revive() throws IOException {
    var dead = server.removeLast();
    int port = dead.getPort();
    dead.close();
    server.add(start(data, port));
  }

  private static EmbeddedPostgres start(Path data, int port) throws IOException {
    var builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setPGStartupWait(PATIENCE)
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on");
    return port == 0 ? builder.start() : builder.setPort(port).start();
  }

  @Override
  public void close() throws IOException {
    for (EmbeddedPostgres one : server) {
      one.close();
    }
  }
}
