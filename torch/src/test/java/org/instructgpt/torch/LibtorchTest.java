package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibtorchTest {
  /// A program that begins with the class whose name it is given.
  static final class Program {
    public static void main(String[] names) {
      switch (names[0]) {
        case "Engine" -> Engine.useThreads(1);
        case "Scope" -> Scope.open().close();
        case "Device" -> Device.named("cpu");
        case "Randomness" -> new Randomness(1);
        default -> {}
      }
      System.out.println("sum " + Tensor.of(new float[] {1, 2}).sum().item());
    }
  }

  /// The linker looks into this folder first, as it looks into the system's when the binding has
  /// not unpacked its library yet. What it finds there lacks all that libtorch wants.
  @ParameterizedTest
  @ValueSource(strings = {"Tensor", "Engine", "Scope", "Device", "Randomness"})
  @EnabledOnOs(OS.LINUX)
  void theBindingsLibraryIsTakenWhereTheSystemHasOne(String first, @TempDir Path system)
      throws IOException, InterruptedException {
    Libtorch.load();
    Files.copy(Path.of(Loader.getLoadedLibraries().get("c10")), system.resolve("libtorch_cpu.so"));
    var program =
        new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-cp",
            System.getProperty("java.class.path"),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:ErrorFile=" + system.resolve("error.log"),
            Program.class.getName(),
            first);
    program.directory(system.toFile()).redirectErrorStream(true);
    program.environment().put("LD_LIBRARY_PATH", system.toString());
    var process = program.start();
    var output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("sum 3.0");
  }
}
