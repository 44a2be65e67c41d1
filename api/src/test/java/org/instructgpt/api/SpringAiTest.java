package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

/// Spring AI's client, unmodified, with the libraries that Spring chooses for it: those of the
/// project `examples/spring`, which Maven builds here as somebody outside would. They are on no
/// class path of ours, so the client runs in a JVM of its own.
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SpringAiTest {
  private static final Path ROOT = Path.of(System.getProperty("instructgpt.root", ".."));
  private static final Path EXAMPLE = ROOT.resolve("examples/spring");
  private static final String PROPERTIES = "src/main/resources/application.properties";

  @TempDir private static Path folder;
  private static Path project;
  private static TestServer server;
  private static String classPath;
  private static ForeignProgram checks;
  private static TestAbortedException missing;

  @BeforeAll
  static void start() throws Exception {
    project = copy(EXAMPLE, folder.resolve("spring"));
    try {
      classPath = build();
    } catch (TestAbortedException skipped) {
      missing = skipped;
      return;
    }
    server = TestServer.start(folder);
    checks = java("SpringAiChecks.java", server.url());
  }

  /// Each test says why it is skipped: of a class that is skipped as a whole, Maven says nothing.
  @BeforeEach
  void skipWhereSomethingIsMissing() {
    if (missing != null) {
      throw missing;
    }
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var name = from.relativize(file);
        if (!name.startsWith("target")) {
          var copied = to.resolve(name);
          Files.createDirectories(copied.getParent());
          Files.copy(file, copied);
        }
      }
    }
    return to;
  }

  private static String build() throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of(System.getProperty("instructgpt.maven", "mvn"), "-B", "-q", "-ntp"));
    var repository = System.getProperty("instructgpt.repository");
    if (repository != null) {
      command.add("-Dmaven.repo.local=" + repository);
    }
    command.addAll(
        List.of(
            "compile",
            "dependency:build-classpath",
            "-Dmdep.outputFile=classpath",
            "-Dmdep.includeScope=runtime"));
    var built = ForeignProgram.run(project, command);
    if (built.code() != 0 && built.told().matches("(?s).*(Could not|Non-)(resol|transf).*")) {
      throw built.notDownloaded("Spring AI");
    }
    built.succeeded();
    return Path.of("target", "classes")
        + File.pathSeparator
        + Files.readString(project.resolve("classpath"));
  }

  private static ForeignProgram java(String program, String... arguments)
      throws IOException, InterruptedException, URISyntaxException {
    var loader = Objects.requireNonNull(SpringAiTest.class.getClassLoader());
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath));
    var source = loader.getResource("clients/" + program);
    command.add(source == null ? program : Path.of(source.toURI()).toString());
    command.addAll(List.of(arguments));
    return ForeignProgram.run(project, command);
  }

  @Test
  void theExampleNeedsNothingButTheAddressAndTheName() throws Exception {
    var told =
        java(
                "example.SpringAi",
                "--spring.ai.openai.base-url=" + server.url() + "/v1",
                "--spring.ai.openai.chat.model=sft",
                "--spring.ai.openai.chat.seed=3")
            .succeeded();
    assertThat(told).containsPattern("whole: \\S").containsPattern("streamed: \\S");
    var properties = Files.readString(EXAMPLE.resolve(PROPERTIES));
    assertThat(properties.lines()).hasSize(3);
    assertThat(Files.readString(ROOT.resolve("docs/openai-api.md")))
        .as("the page shows the example's properties")
        .contains(properties);
  }

  @ParameterizedTest
  @ValueSource(strings = {"chat", "stream", "stop", "errors", "cancel"})
  void theClientIsServed(String check) {
    checks.assertOk(check);
  }
}
