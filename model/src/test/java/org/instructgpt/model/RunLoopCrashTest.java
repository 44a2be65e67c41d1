package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.CrashingDisk;
import org.instructgpt.files.CrashingDisk.Crash;
import org.instructgpt.model.RunSettings.Best;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a run at every moment at which it changes the disk or trains, and resumes it.
class RunLoopCrashTest {
  @TempDir Path folder;

  @Test
  void aRunKilledAtAnyMomentAndResumedEndsInTheSameBits() throws IOException {
    var runs = new ToyRuns(folder);
    runs.run("whole", ToyRuns.TEN);
    boolean crashed = true;
    int moments = 0;
    // Every fifth moment: the loop has no period of five, so all kinds of moments come.
    for (int moment = 0; crashed; moment += 5) {
      String name = "run-" + moment;
      crashed = crashes(runs, name, new CrashingDisk(moment));
      runs.run(name, ToyRuns.TEN);
      runs.assertEqual(name, "whole");
      assertThat(runs.names(name)).noneMatch(entry -> entry.endsWith(".tmp"));
      AtomicFiles.delete(folder.resolve(name));
      moments++;
    }
    assertThat(moments).isGreaterThan(30);
  }

  @Test
  void aRunKilledAgainAndAgainStillEndsInTheSameBits() throws IOException {
    var runs = new ToyRuns(folder);
    runs.run("whole", ToyRuns.TEN);
    boolean crashed = true;
    int crashes = -1;
    for (int moment = 40; crashed; moment += 3) {
      crashed = crashes(runs, "often", new CrashingDisk(moment));
      crashes++;
    }
    assertThat(crashes).isGreaterThan(3);
    runs.assertEqual("often", "whole");
  }

  @Test
  void atEveryMomentTheBestModelLoadsOnceARunIsOpenedAgain() throws IOException {
    var runs = new ToyRuns(folder);
    var settings = new RunSettings(2, 1, 1, 1, Best.highest("held_out"));
    boolean crashed = true;
    for (int moment = 0; crashed; moment++) {
      String name = "run-" + moment;
      crashed = crashes(runs, name, new CrashingDisk(moment), settings);
      boolean existed = Files.exists(folder.resolve(name + "/best/model"));
      RunDirectory.open(folder.resolve(name)).close();
      Path best = folder.resolve(name + "/best");
      if (existed || Files.exists(best)) {
        assertThat(best.resolve("model")).isNotEmptyFile();
        assertThat(best.resolve("lineage.json")).isNotEmptyFile();
      }
      AtomicFiles.delete(folder.resolve(name));
    }
  }

  private boolean crashes(ToyRuns runs, String name, CrashingDisk disk) throws IOException {
    return crashes(runs, name, disk, ToyRuns.TEN);
  }

  private boolean crashes(ToyRuns runs, String name, CrashingDisk disk, RunSettings settings)
      throws IOException {
    try (var _ = Scope.open()) {
      var trainer = new ToyTrainer((_, _) -> disk.moment());
      runs.run(disk.path(folder).resolve(name), settings, trainer);
      return false;
    } catch (Crash expected) {
      return true;
    }
  }
}
