package org.instructgpt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo, the loop and the claims from outside: they end, go on where they were killed, and the
/// same seed gives the same numbers.
@Tag("slow")
class DemoTest {

  @TempDir private Path folder;

  @Test
  void aDemoKilledOnItsWayEndsInTheNumbersOfOneThatWasNot() throws Exception {
    var whole = new Command(Files.createDirectory(folder.resolve("whole")));
    whole.succeed(demo());

    var killed = new Command(Files.createDirectory(folder.resolve("killed")));
    for (int seconds : List.of(8, 12)) {
      var process = killed.start(demo());
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    killed.succeed(demo());

    assertThat(measures("killed")).isEqualTo(measures("whole"));
    assertThat(whole.said()).contains("Preferred to SFT", "report.html", "PPO-ptx");
    assertThat(folder.resolve("whole/demo/reports/report.html")).content().contains("<svg");

    whole.succeed(List.of("loop", "--rounds", "1"));

    assertThat(whole.said()).contains("beats the best so far", "The best policy:");
    assertThat(folder.resolve("whole/demo/models/ppo-ptx-round-1/model.safetensors")).exists();
    assertThat(measures("whole")).contains("loop/1/win");
  }

  @Test
  void everyClaimOfThePaperIsMeasured() throws Exception {
    var command = new Command(folder);
    command.succeed(List.of("reproduce", "--size", "test", "--seeds", "1", "--first-seed", "7"));

    assertThat(command.said()).contains("World 1 of 1, seed 7:");
    assertThat(folder.resolve("reproduction/seed-7/reports/measures.json")).exists();
    assertThat(folder.resolve("reproduction/report.html"))
        .content()
        .contains("Claims that hold")
        .containsSubsequence("every model&#39;s answer", "PPO-ptx", "How to read it");
    assertThat(Files.readAllLines(folder.resolve("reproduction/reproduction.md")))
        .filteredOn(line -> line.matches("\\| \\d+ .*"))
        .hasSize(18);
    assertThat(folder.resolve("reproduction/reproduction.md"))
        .content()
        .doesNotContain("not measured", "NaN");
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
