package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.instructgpt.project.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One studio a store, and what stands in its way.
@Timeout(120)
class StudioLockTest {
  @TempDir Path folder;
  private final StringWriter err = new StringWriter();

  private int run(Object... arguments) {
    var line = Main.commandLine(new StopSignals(), InstantSource.system());
    line.setOut(new PrintWriter(new StringWriter(), true));
    line.setErr(new PrintWriter(err, true));
    return Main.run(Stream.of(arguments).map(Object::toString).toArray(String[]::new), line);
  }

  @Test
  void aSecondStudioOnTheSameStoreIsRefusedAndTheFirstIsNamed() throws IOException {
    var place = folder.resolve("feedback.db").toString();
    try (var first = StudioLock.over(place)) {
      first.tell("http://localhost:8080");
      assertThat(StudioLock.address(place)).contains("http://localhost:8080");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> StudioLock.over(place))
          .withMessageContaining(
              "process %d, http://localhost:8080".formatted(ProcessHandle.current().pid()))
          .withMessageContaining("PostgreSQL");
      assertThat(run("studio", "-w", folder, "-p", 0)).isEqualTo(2);
      assertThat(err.toString()).contains("another studio", "http://localhost:8080");
    }
    StudioLock.over(place).close();
  }

  @Test
  void whatAKilledStudioLeftDoesNotStandInTheWay() throws Exception {
    var place = folder.resolve("feedback.db").toString();
    var code =
        """
        var file = java.nio.channels.FileChannel.open(java.nio.file.Path.of(args[0] + ".studio"),
            java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE);
        file.lock();
        System.out.println("locked");
        Thread.sleep(60_000);
        """;
    var source = folder.resolve("Holder.java");
    Files.writeString(source, "void main(String[] args) throws Exception {" + code + "}");
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var holder = new ProcessBuilder(java, source.toString(), place).start();
    assertThat(holder.inputReader().readLine()).isEqualTo("locked");
    assertThatIllegalArgumentException().isThrownBy(() -> StudioLock.over(place));
    holder.destroyForcibly().waitFor();
    StudioLock.over(place).close();
  }

  @Test
  void severalStudiosMayServeOneServer() throws IOException {
    try (var _ = StudioLock.over("postgresql://host/database");
        var second = StudioLock.over("postgresql://host/database")) {
      second.tell("http://localhost:1");
    }
    assertThat(StudioLock.address("postgresql://host/database")).isEmpty();
  }

  @Test
  void placesWhereAStudioCannotListenAreToldWithTheFlag() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      assertThat(run("studio", "-w", folder, "-p", taken.getLocalPort())).isEqualTo(2);
      assertThat(err.toString()).contains("--port: expected a free port", "in use by another");
    }
    err.getBuffer().setLength(0);
    assertThat(run("studio", "-w", folder, "--host", "192.0.2.1", "--address", "https://a.example"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--host: expected an address of this machine");
    for (var address : List.of("ht tp://x", "x", "http://a.example", "https://a.example/b?c")) {
      err.getBuffer().setLength(0);
      assertThat(run("studio", "-w", folder, "--address", address)).as(address).isEqualTo(2);
      assertThat(err.toString())
          .contains("--address: expected an address such as https://", address)
          .doesNotContain("Exception", "java.");
    }
  }

  @Test
  void aWorkspaceIsItsOwnersAlone() throws IOException {
    var made = folder.resolve("deep/world");
    var workspace = Workspace.create(made);
    workspace.store().close();
    for (var path : List.of(made, workspace.runs(), workspace.reports())) {
      assertThat(rights(path)).as(path.toString()).isEqualTo("rwx------");
    }
    assertThat(rights(workspace.feedback())).isEqualTo("rw-------");
    var place = made.resolve("store.txt");
    Files.writeString(place, "postgresql://me:secret@host/database\n");
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(workspace.place()).isEqualTo("postgresql://me:secret@host/database");
    assertThat(rights(place)).isEqualTo("rw-------");
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
