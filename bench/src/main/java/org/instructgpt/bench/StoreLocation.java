package org.instructgpt.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The store of a benchmark: a file, a server, or an embedded server that is stopped by [#close].
final class StoreLocation implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String store;
  private final List<EmbeddedPostgres> server = new ArrayList<>();
  private final Path data;

  private StoreLocation(String store, Path data) {
    this.store = store;
    this.data = data;
  }

  /// @param wanted `postgresql` for an embedded server with durable commits; else the location of a
  ///   store
  static StoreLocation of(String wanted) throws IOException {
    if (!wanted.equals("postgresql")) {
      return new StoreLocation(wanted, Path.of(""));
    }
    Path data = Files.createTempDirectory("postgresql");
    var first = start(data, 0);
    var location =
        new StoreLocation(
            "postgresql://postgres:postgres@localhost:" + first.getPort() + "/postgres", data);
    location.server.add(first);
    return location;
  }

  /// The location for [org.instructgpt.records.Store#open(String)].
  String store() {
    return store;
  }

  /// Whether the store is on an embedded server, which can be killed.
  boolean canKillServer() {
    return !server.isEmpty();
  }

  /// Kills all processes of the embedded server as `kill -9` does.
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

  /// Starts the embedded server again after a kill, on the same data.
  void restart() throws IOException {
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
