package org.instructgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankPlaceTest {
  private static final Map<String, String> TORCHRUN =
      Map.of(
          "RANK", "3",
          "LOCAL_RANK", "1",
          "WORLD_SIZE", "4",
          "MASTER_ADDR", "node-1",
          "MASTER_PORT", "29400");

  private static final Map<String, String> SLURM =
      Map.of(
          "SLURM_PROCID", "5",
          "SLURM_LOCALID", "1",
          "SLURM_NTASKS", "8",
          "SLURM_STEP_ID", "0",
          "SLURM_JOB_ID", "123456",
          "SLURM_JOB_NODELIST", "gpu[003-006]");

  @Test
  void aProcessThatNobodyNumberedTrainsAlone() {
    assertThat(RankPlace.of(Map.of("PATH", "/bin"))).isEmpty();
  }

  @Test
  void theContractOfTorchrunIsRead() {
    assertThat(RankPlace.of(TORCHRUN)).contains(new RankPlace(3, 4, 1, "node-1", 29_400));
  }

  @Test
  void aPlaceIsWhatItsEnvironmentSays() {
    var place = new RankPlace(1, 2, 1, "localhost", 1234);
    var environment = new HashMap<String, String>();
    place
        .environment()
        .forEach(entry -> environment.put(entry.split("=", 2)[0], entry.split("=", 2)[1]));
    assertThat(RankPlace.of(environment)).contains(place);
  }

  @Test
  void tasksOfSlurmAreRanksThatMeetOnTheFirstMachine() {
    assertThat(RankPlace.of(SLURM)).contains(new RankPlace(5, 8, 1, "gpu003", 23_456));
    var step = new HashMap<>(SLURM);
    step.put("SLURM_STEP_NODELIST", "gpu005");
    step.put("SLURM_STEP_NUM_TASKS", "6");
    assertThat(RankPlace.of(step)).contains(new RankPlace(5, 6, 1, "gpu005", 23_456));
  }

  @Test
  void aBatchScriptOfSlurmIsNoRankAndASingleTaskTrainsAlone() {
    var script = new HashMap<>(SLURM);
    script.remove("SLURM_STEP_ID");
    assertThat(RankPlace.of(script)).isEmpty();
    var single = new HashMap<>(SLURM);
    single.putAll(Map.of("SLURM_PROCID", "0", "SLURM_NTASKS", "1"));
    assertThat(RankPlace.of(single)).isEmpty();
  }

  @Test
  void podsOfAnIndexedJobAreRanks() {
    var pod =
        Map.of("JOB_COMPLETION_INDEX", "2", "WORLD_SIZE", "4", "MASTER_ADDR", "train-0.train");
    assertThat(RankPlace.of(pod)).contains(new RankPlace(2, 4, 0, "train-0.train", 29_500));
    assertThat(RankPlace.of(Map.of("JOB_COMPLETION_INDEX", "2"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "gpu1, gpu1",
    "'gpu1,gpu2', gpu1",
    "'gpu[003-006]', gpu003",
    "'gpu[7,9-12]', gpu7",
    "'a1,gpu[1-4]', a1",
    "'rack1-[02,04]-ib,other', rack1-02-ib"
  })
  void theFirstMachineOfAListIsFound(String list, String first) {
    assertThat(RankPlace.firstHost(list)).isEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource({
    "MASTER_ADDR, '', MASTER_ADDR: expected a value",
    "WORLD_SIZE, '', WORLD_SIZE: expected a value",
    "WORLD_SIZE, two, 'WORLD_SIZE: expected a whole number, found ''two'''",
    "WORLD_SIZE, 3, 'expected a rank of 0 to 2 of 3, found 3'",
    "RANK, -1, 'expected a rank of 0 to 3 of 4, found -1'",
    "RANK, '', 'WORLD_SIZE is set, but neither RANK'",
    "MASTER_PORT, 70000, 'expected a port of 1 to 65535, found 70000'",
    "LOCAL_RANK, -2, 'expected a local rank of 0 or more, found -2'"
  })
  void halvesOfAContractAreRefusedByName(String variable, String value, String message) {
    var broken = new HashMap<>(TORCHRUN);
    broken.put(variable, value);
    assertThatThrownBy(() -> RankPlace.of(broken)).hasMessageContaining(message);
  }

  @Test
  void sharesAreNeighboursThatDifferByOneAtMost() {
    int[] all = {10, 11, 12, 13, 14, 15, 16};
    assertThat(Ranks.share(all, 0, 3)).containsExactly(10, 11);
    assertThat(Ranks.share(all, 1, 3)).containsExactly(12, 13);
    assertThat(Ranks.share(all, 2, 3)).containsExactly(14, 15, 16);
    assertThat(Ranks.share(new int[] {1}, 0, 2)).isEmpty();
    assertThat(Ranks.alone().share(all)).isEqualTo(all);
  }
}
