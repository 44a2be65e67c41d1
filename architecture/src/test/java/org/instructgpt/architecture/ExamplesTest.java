package org.instructgpt.architecture;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The project in `examples/` as somebody outside has it: built by Maven in a folder of its own,
/// offline where it can, from the artifacts of this build; and the Java that the pages show, which
/// is taken from it.
class ExamplesTest {
  private static final Path ROOT = Path.of(System.getProperty("instructgpt.root", ".."));
  private static final Path DOWNLOADED =
      Path.of(
          System.getProperty(
              "instructgpt.repository", System.getProperty("user.home") + "/.m2/repository"));
  private static final String VERSION = "0.1.0-SNAPSHOT";
  private static final Pattern JAVA = Pattern.compile("(?s)```java\n(.*?)```");

  @TempDir Path folder;

  @Test
  @Tag("slow")
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void anOutsideProjectTrainsARewardModelThatPrefersWhatPeopleRankedHigher() throws Exception {
    var repository = repository();
    var project = copy(ROOT.resolve("examples"), folder.resolve("project"));
    var built = build(project, repository);
    var classpath = project.resolve("classpath");
    assertThat(classpath).as(built).exists();
    var jars = List.of(Files.readString(classpath).split(System.getProperty("path.separator")));
    assertThat(jars)
        .filteredOn(jar -> jar.contains("instructgpt-"))
        .isNotEmpty()
        .allMatch(jar -> jar.startsWith(repository.toString()))
        .noneMatch(jar -> jar.contains("instructgpt-app") || jar.contains("instructgpt-web"));

    var told =
        run(
            project,
            java(),
            "--enable-native-access=ALL-UNNAMED",
            "-Dorg.bytedeco.openblas.load=mkl",
            "-cp",
            "target/classes" + System.getProperty("path.separator") + String.join(":", jars),
            "example.RewardModel");

    assertThat(told).contains("polite: ", "rude: ");
    assertThat(number(told, "polite")).isGreaterThan(number(told, "rude"));
    assertThat(project.resolve("workspace/models/reward/model.safetensors")).exists();
  }

  /// A page shows only lines that stand together in a file of the examples, which is compiled.
  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/java-api.md"})
  void theJavaOfAPageIsTakenFromTheExamples(String page) throws IOException {
    List<String> sources;
    try (var files = Files.walk(ROOT.resolve("examples/src"))) {
      sources = files.filter(Files::isRegularFile).map(ExamplesTest::lines).toList();
    }
    var shown = JAVA.matcher(Files.readString(ROOT.resolve(page))).results().toList();
    assertThat(shown).isNotEmpty();
    assertThat(shown)
        .allSatisfy(block ->
            assertThat(sources).anyMatch(source -> source.contains(stripped(block.group(1)))));
  }

  private static String lines(Path file) {
    try {
      return stripped(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String stripped(String text) {
    return String.join("\n", text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList());
  }

  private static double number(String told, String name) {
    var line = Pattern.compile(name + ": (\\S+)").matcher(told);
    assertThat(line.find()).as(told).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /// A local repository: what was downloaded for this build, by links, and our own artifacts.
  private Path repository() throws IOException, URISyntaxException {
    var repository = Files.createDirectory(folder.resolve("repository"));
    link(DOWNLOADED, repository, "org");
    link(
        DOWNLOADED.resolve("org"), Files.createDirectory(repository.resolve("org")), "instructgpt");
    var ours = Files.createDirectory(repository.resolve("org/instructgpt"));
    install(ours, "instructgpt", ROOT.resolve("pom.xml"));
    install(ours, "instructgpt-bom", ROOT.resolve("bom/pom.xml"));
    for (var module : ArchitectureTest.modules()) {
      if (Files.exists(ROOT.resolve(module))) {
        var name = "instructgpt-" + module;
        var place = install(ours, name, ROOT.resolve(module).resolve("pom.xml"));
        pack(module, place.resolve(name + "-" + VERSION + ".jar"));
      }
    }
    return repository;
  }

  private static void link(Path from, Path to, String except) throws IOException {
    try (var entries = Files.list(from)) {
      for (var entry : entries.filter(e -> !e.endsWith(except)).toList()) {
        Files.createSymbolicLink(to.resolve(entry.getFileName()), entry.toAbsolutePath());
      }
    }
  }

  private static Path install(Path ours, String name, Path pom) throws IOException {
    var place = Files.createDirectories(ours.resolve(name).resolve(VERSION));
    return Files.copy(pom, place.resolve(name + "-" + VERSION + ".pom")).getParent();
  }

  /// The jar of a module, as this build has it: its jar, or its classes where there is none yet.
  private static void pack(String module, Path jar) throws IOException, URISyntaxException {
    var loader = requireNonNull(ExamplesTest.class.getClassLoader());
    var one = "org/instructgpt/" + module + "/package-info.class";
    var found = requireNonNull(loader.getResource(one), one);
    if (found.openConnection() instanceof JarURLConnection packed) {
      Files.copy(Path.of(packed.getJarFileURL().toURI()), jar);
      return;
    }
    var classes = Path.of(found.toURI()).resolve("../../../..").normalize();
    try (var out = new JarOutputStream(Files.newOutputStream(jar));
        var files = Files.walk(classes)) {
      for (var file : files.filter(file -> !file.equals(classes)).toList()) {
        boolean isFolder = Files.isDirectory(file);
        var name = classes.relativize(file).toString().replace('\\', '/');
        out.putNextEntry(new JarEntry(isFolder ? name + "/" : name));
        if (!isFolder) {
          Files.copy(file, out);
        }
      }
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (var file : files.toList()) {
        var name = from.relativize(file);
        if (!name.startsWith("target") && !name.startsWith("workspace")) {
          Files.copy(file, to.resolve(name));
        }
      }
    }
    return to;
  }

  /// Builds a project from what was downloaded for this build. Of libraries whose versions our POM
  /// overrides, Maven reads the descriptors of the others too here, and may have to download those.
  private static String build(Path project, Path repository) throws Exception {
    var command =
        List.of(
            System.getProperty("instructgpt.maven", "mvn"),
            "-B",
            "-q",
            "-Dmaven.repo.local=" + repository,
            "compile",
            "dependency:build-classpath",
            "-Dmdep.outputFile=classpath",
            "-Dmdep.includeScope=runtime");
    var offline = new ArrayList<>(command);
    offline.add("-o");
    try {
      return run(project, offline.toArray(String[]::new));
    } catch (AssertionError missing) {
      return run(project, command.toArray(String[]::new));
    }
  }

  private static String run(Path folder, String... command) throws Exception {
    var process = new ProcessBuilder(command).directory(folder.toFile());
    process.environment().put("JAVA_HOME", System.getProperty("java.home"));
    process.environment().put("OMP_WAIT_POLICY", "PASSIVE");
    process.environment().put("MKL_THREADING_LAYER", "GNU");
    var running = process.redirectErrorStream(true).start();
    var told = new String(running.getInputStream().readAllBytes());
    assertThat(running.waitFor()).as(told).isZero();
    return told;
  }
}
