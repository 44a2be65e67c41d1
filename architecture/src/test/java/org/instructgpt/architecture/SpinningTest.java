package org.instructgpt.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs whose threads spin take the cores from each other, so the launcher lets one spin at a
/// time (config/native.sh).
class SpinningTest {
  private static final String READY =
      ". config/native.sh; prepare_native classpath %s; echo $GOMP_SPINCOUNT; %s";

  @TempDir Path folder;

  private Process start(String command, String then) throws IOException {
    var jars = folder.resolve("classpath");
    Files.writeString(jars, "/jars/mkl-2025.3-1.5.13-linux-x86_64-redist.jar");
    var script = READY.formatted(command, then).replace("native classpath", "native " + jars);
    var builder =
        new ProcessBuilder("bash", "-c", script)
            .directory(Path.of(System.getProperty("instructgpt.root")).toFile());
    var environment = builder.environment();
    environment.remove("GOMP_SPINCOUNT");
    environment.put("XDG_RUNTIME_DIR", folder.toString());
    environment.put("INSTRUCTGPT_BLAS", "mkl");
    return builder.start();
  }

  private String spins(String command) throws IOException {
    try (var said = start(command, "").inputReader()) {
      return said.readLine();
    }
  }

  @Test
  void oneProgramSpinsAtATimeAndNoneThatComputesLittle() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")), "there is no flock here");
    for (var patient : List.of("studio", "labelers", "import", "curate")) {
      assertThat(spins(patient)).as(patient).isEqualTo("0");
    }
    var first = start("sft", "exec sleep 60");
    try (var said = first.inputReader()) {
      assertThat(said.readLine()).isEqualTo("10000");
      assertThat(spins("generate")).isEqualTo("0");
    } finally {
      first.destroyForcibly().waitFor();
    }
    assertThat(spins("generate")).isEqualTo("10000");
  }
}
