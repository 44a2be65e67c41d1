package org.instructgpt.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/// OpenAI's own client for JavaScript, unmodified: the package `openai` of npm, which is downloaded
/// into the build's folder once. Skipped where there is no Node, and where npm reaches nothing,
/// except that this is a failure where `CI` is set.
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NodeClientTest {
  private static final String VERSION = "6.49.0";
  private static final Path FOLDER = Path.of("target", "npm").toAbsolutePath();
  private static final String SCRIPT = "openai.mjs";

  @TempDir private static Path folder;
  private static TestServer server;
  private static ForeignProgram checks;
  private static TestAbortedException missing;

  @BeforeAll
  static void start() throws Exception {
    try {
      run();
    } catch (TestAbortedException skipped) {
      missing = skipped;
    }
  }

  /// Each test says why it is skipped: of a class that is skipped as a whole, Maven says nothing.
  @BeforeEach
  void skipWhereSomethingIsMissing() {
    if (missing != null) {
      throw missing;
    }
  }

  private static void run() throws Exception {
    var node = ForeignProgram.named("node");
    download(ForeignProgram.named("npm"));
    try (var script =
        requireNonNull(NodeClientTest.class.getResourceAsStream("/clients/" + SCRIPT))) {
      Files.copy(script, FOLDER.resolve(SCRIPT), StandardCopyOption.REPLACE_EXISTING);
    }
    server = TestServer.start(folder);
    checks = ForeignProgram.run(FOLDER, List.of(node, SCRIPT, server.url()));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static void download(String npm) throws IOException, InterruptedException {
    var description = FOLDER.resolve("node_modules/openai/package.json");
    if (Files.exists(description)
        && TestServer.json(Files.readString(description))
            .path("version")
            .asText()
            .equals(VERSION)) {
      return;
    }
    Files.createDirectories(FOLDER);
    var done =
        ForeignProgram.run(
            FOLDER,
            List.of(
                npm,
                "install",
                "--prefix",
                FOLDER.toString(),
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "openai@" + VERSION));
    if (done.code() != 0) {
      throw new TestAbortedException("skipped: npm could not download openai: " + done.told());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"models", "chat", "several", "stream", "stop", "logprobs", "errors", "cancel"})
  void theClientIsServed(String check) {
    checks.assertOk(check);
  }

  @Test
  void nothingOfClientsThatWentAwayIsGoingOn() throws InterruptedException {
    for (int tries = 0; tries < 100 && server.engine().underWay() > 0; tries++) {
      Thread.sleep(50);
    }
    assertThat(server.engine().underWay()).isZero();
  }
}
