package org.instructgpt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo from outside: it ends, it goes on where it was killed, and the same seed gives the same
/// numbers.
class DemoTest {

  @TempDir private Path folder;

  @Test
  void aDemoKilledOnItsWayEndsInTheNumbersOfOneThatWasNot() throws Exception {
    var whole = new Command(Files.createDirectory(folder.resolve("whole")));
    whole.succeed(demo());

    var killed = new Command(Files.createDirectory(folder.resolve("killed")));
    for (int seconds : List.of(15, 40)) {
      var process = killed.start(demo());
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    killed.succeed(demo());

    assertThat(measures("killed")).isEqualTo(measures("whole"));
    assertThat(whole.said()).contains("Preferred to SFT", "report.html", "PPO-ptx");
    assertThat(folder.resolve("whole/demo/reports/report.html")).content().contains("<svg");
  }

  @Test
  void aWorkspaceOfAnotherSeedIsRefused() throws Exception {
    var command = new Command(folder);
    var demo = Files.createDirectories(folder.resolve("demo"));
    Files.writeString(
        demo.resolve("agenda.json"), "{\"settings\": {\"size\": \"tiny\", \"seed\": 2}}");

    assertThat(command.run(demo())).isEqualTo(2);
    assertThat(command.said()).contains("was begun with", "another --workspace");
  }

  private static List<String> demo() {
    return List.of("demo", "--size", "test", "--seed", "1");
  }

  private String measures(String name) throws Exception {
    return Files.readString(folder.resolve(name).resolve("demo/reports/measures.json"));
  }
}
