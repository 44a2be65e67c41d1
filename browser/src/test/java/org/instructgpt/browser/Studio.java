package org.instructgpt.browser;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// The studio as the command `instructgpt studio` starts it, in a process of its own. People join
/// as in real use: the administrator by the link that is printed, others by invitation.
final class Studio implements AutoCloseable {
  static final String PASSWORD = "seven quiet otters";
  private static final Pattern LINK = Pattern.compile("https?://\\S+/join#\\S+");
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofSeconds(45);
  private static final long LOOK_MILLIS = 50;

  private final Path workspace;
  private final Process process;
  private final String url;
  private final Visitor admin;

  private Studio(Path workspace, Process process, String url) throws IOException {
    this.workspace = workspace;
    this.process = process;
    this.url = url;
    this.admin = new Visitor(url);
    var link = LINK.matcher(Files.readString(output(workspace)));
    if (!link.find()) {
      throw new IllegalStateException("no link for the administrator: " + said());
    }
    admin.join(link.group(), "Admin");
  }

  /// Over a workspace of a test, with two tiny untrained models.
  ///
  /// @param seeding fills the store before the start
  static Studio start(Consumer<Seed> seeding, String... options) throws IOException {
    var workspace = Files.createTempDirectory("studio");
    TinyWorkspace.make(workspace);
    Seed.into(workspace, seeding);
    return over(workspace, options);
  }

  /// Over a workspace without accounts.
  static Studio over(Path workspace, String... options) throws IOException {
    int port = freePort();
    var line = program();
    line.addAll(
        List.of("studio", "--workspace", workspace.toString(), "--port", String.valueOf(port)));
    line.addAll(List.of(options));
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output(workspace).toFile()));
    var process = builder.start();
    try {
      await(process, workspace);
      return new Studio(workspace, process, "http://localhost:" + port);
    } catch (IOException | RuntimeException failure) {
      process.destroyForcibly();
      throw failure;
    }
  }

  private static List<String> program() {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx768m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dorg.bytedeco.openblas.load=mkl",
            "-Dorg.bytedeco.javacpp.maxBytes=0",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-cp",
            System.getProperty("java.class.path"),
            "org.instructgpt.app.Main"));
  }

  /// Runs another command over the workspace, beside the studio; what it printed.
  String command(String name, String... arguments) throws IOException, InterruptedException {
    var line = program();
    line.addAll(List.of(name, "--workspace", workspace.toString()));
    line.addAll(List.of(arguments));
    var other = new ProcessBuilder(line).redirectErrorStream(true).start();
    var said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (other.waitFor() != 0) {
      throw new IllegalStateException(name + ": " + said);
    }
    return said;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void await(Process process, Path workspace) throws IOException {
    for (long waited = 0; waited < START.toMillis(); waited += LOOK_MILLIS) {
      if (LINK.matcher(Files.readString(output(workspace))).find()) {
        return;
      }
      if (!process.isAlive()) {
        break;
      }
      pause();
    }
    throw new IllegalStateException(
        "the studio does not start: " + Files.readString(output(workspace)));
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }

  String url() {
    return url;
  }

  Path workspace() {
    return workspace;
  }

  Visitor admin() {
    return admin;
  }

  /// Everything that the command printed, its log too.
  String said() throws IOException {
    return Files.readString(output(workspace));
  }

  private static Path output(Path workspace) {
    return workspace.resolve("output.txt");
  }

  /// A link by which somebody joins, as the administrator is shown it.
  ///
  /// @param kind as the page of people has it, such as `labeler-held-out`
  String invitation(String kind) {
    return admin.invite(kind);
  }

  /// Somebody who was invited and has joined; `kind` as in [#invitation].
  Visitor person(String kind, String name) {
    var visitor = new Visitor(url);
    visitor.join(invitation(kind), name);
    return visitor;
  }

  /// What the store holds, read beside the running studio.
  List<Map<String, Object>> rows(String sql, Object... values) {
    var place = "jdbc:sqlite:file:" + workspace.resolve("feedback.db") + "?mode=ro";
    try (var connection = DriverManager.getConnection(place);
        var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      var rows = new ArrayList<Map<String, Object>>();
      try (var result = statement.executeQuery()) {
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
          var row = new LinkedHashMap<String, Object>();
          for (int i = 1; i <= columns; i++) {
            row.put(result.getMetaData().getColumnLabel(i), result.getObject(i));
          }
          rows.add(row);
        }
      }
      return rows;
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// Changes the store beside the running studio.
  void write(String sql, Object... values) {
    var place = "jdbc:sqlite:" + workspace.resolve("feedback.db") + "?busy_timeout=20000";
    try (var connection = DriverManager.getConnection(place);
        var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      int _ = statement.executeUpdate();
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// How many rows there are, such as `count("prompt WHERE text = ?", text)`.
  int count(String from, Object... values) {
    return ((Number) rows("SELECT COUNT(*) AS n FROM " + from, values).getFirst().get("n"))
        .intValue();
  }

  /// Stops it, as Ctrl+C does.
  ///
  /// @return the exit status
  int stop() {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the studio does not end");
      }
      return process.exitValue();
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      stop();
    }
  }
}
