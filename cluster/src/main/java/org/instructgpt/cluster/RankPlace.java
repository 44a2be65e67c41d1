package org.instructgpt.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Which rank a process is, and where the ranks meet: what the program that starts them says in the
/// environment.
///
/// Three contracts are known: that of `torchrun` (`RANK`, `WORLD_SIZE`, `LOCAL_RANK`,
/// `MASTER_ADDR`, `MASTER_PORT`), which others follow; Slurm's, for the tasks of an `srun`; and
/// that of Kubernetes' indexed jobs, which number their pods (`JOB_COMPLETION_INDEX`) and leave the
/// rest to the manifest.
///
/// @param rank of this process, from 0
/// @param count of all ranks
/// @param localRank among those of this machine, from 0: which of its devices is meant
/// @param address of rank 0's machine
/// @param port where rank 0 listens for the others
public record RankPlace(int rank, int count, int localRank, String address, int port) {
  static final int USUAL_PORT = 29_500;
  private static final int SLURM_PORTS = 10_000;
  private static final int FIRST_SLURM_PORT = 20_000;

  /// Checks the ranges.
  ///
  /// @throws IllegalArgumentException naming what is out of them
  public RankPlace {
    if (count < 1 || rank < 0 || rank >= count) {
      throw new IllegalArgumentException(
          "expected a rank of 0 to %d of %d, found %d".formatted(count - 1, count, rank));
    }
    if (localRank < 0) {
      throw new IllegalArgumentException("expected a local rank of 0 or more, found " + localRank);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("expected a port of 1 to 65535, found " + port);
    }
  }

  /// The place that an environment names; empty where a process is to train alone.
  ///
  /// @throws IllegalArgumentException if it names one by halves, with what is missing
  public static Optional<RankPlace> of(Map<String, String> environment) {
    var variables = new Variables(environment);
    if (variables.has("RANK")) {
      return Optional.of(ofTorchrun(variables));
    }
    if (variables.has("JOB_COMPLETION_INDEX") && variables.has("WORLD_SIZE")) {
      return Optional.of(ofKubernetes(variables));
    }
    // A batch script is not a rank: the tasks that its `srun` starts are, and these have a step.
    if (variables.has("SLURM_PROCID") && variables.has("SLURM_STEP_ID")) {
      return Optional.of(ofSlurm(variables)).filter(place -> place.count > 1);
    }
    if (variables.has("WORLD_SIZE")) {
      throw new IllegalArgumentException(
          "WORLD_SIZE is set, but neither RANK nor JOB_COMPLETION_INDEX: expected both, or none of them to train alone");
    }
    return Optional.empty();
  }

  private static RankPlace ofTorchrun(Variables variables) {
    int rank = variables.whole("RANK");
    return new RankPlace(
        rank,
        variables.whole("WORLD_SIZE"),
        variables.maybe("LOCAL_RANK").orElse(rank),
        variables.text("MASTER_ADDR"),
        variables.whole("MASTER_PORT"));
  }

  private static RankPlace ofKubernetes(Variables variables) {
    return new RankPlace(
        variables.whole("JOB_COMPLETION_INDEX"),
        variables.whole("WORLD_SIZE"),
        variables.maybe("LOCAL_RANK").orElse(0),
        variables.text("MASTER_ADDR"),
        variables.maybe("MASTER_PORT").orElse(USUAL_PORT));
  }

  private static RankPlace ofSlurm(Variables variables) {
    // Of the job's own number, so that two jobs on a machine do not meet each other.
    long job = Long.parseLong(variables.text("SLURM_JOB_ID").replaceAll("\\D", ""));
    int port = (int) (FIRST_SLURM_PORT + job % SLURM_PORTS);
    var nodes = variables.has("SLURM_STEP_NODELIST") ? "SLURM_STEP_NODELIST" : "SLURM_JOB_NODELIST";
    return new RankPlace(
        variables.whole("SLURM_PROCID"),
        variables.whole(
            variables.has("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS"),
        variables.maybe("SLURM_LOCALID").orElse(0),
        variables.given("MASTER_ADDR").orElseGet(() -> firstHost(variables.text(nodes))),
        variables.maybe("MASTER_PORT").orElse(port));
  }

  /// The first machine of Slurm's short form of a list, such as `gpu[003-005,007],login1`.
  static String firstHost(String nodes) {
    int bracket = nodes.indexOf('[');
    int comma = nodes.indexOf(',');
    if (bracket < 0 || comma >= 0 && comma < bracket) {
      return comma < 0 ? nodes : nodes.substring(0, comma);
    }
    int close = nodes.indexOf(']', bracket);
    if (close < 0) {
      throw new IllegalArgumentException(
          "expected a list of machines such as gpu[1-4], found " + nodes);
    }
    var first = nodes.substring(bracket + 1, close).split("[-,]", 2)[0];
    int end = close + 1;
    while (end < nodes.length() && nodes.charAt(end) != ',') {
      end++;
    }
    return nodes.substring(0, bracket) + first + nodes.substring(close + 1, end);
  }

  /// The same for another rank of as many.
  public RankPlace as(int other) {
    return new RankPlace(other, count, other, address, port);
  }

  /// What a process of this place is to have in its environment.
  public List<String> environment() {
    var all = new ArrayList<String>();
    all.add("RANK=" + rank);
    all.add("WORLD_SIZE=" + count);
    all.add("LOCAL_RANK=" + localRank);
    all.add("MASTER_ADDR=" + address);
    all.add("MASTER_PORT=" + port);
    return all;
  }

  /// For messages: `rank 1 of 4`.
  String name() {
    return "rank %d of %d".formatted(rank, count);
  }

  private record Variables(Map<String, String> all) {
    boolean has(String name) {
      return given(name).isPresent();
    }

    Optional<String> given(String name) {
      return Optional.ofNullable(all.get(name)).filter(value -> !value.isBlank());
    }

    String text(String name) {
      return given(name)
          .orElseThrow(() ->
              new IllegalArgumentException(
                  "%s: expected a value in the environment, since this process is one of several ranks; found none"
                      .formatted(name)));
    }

    int whole(String name) {
      var text = text(name);
      try {
        return Integer.parseInt(text.strip());
      } catch (NumberFormatException notOne) {
        throw new IllegalArgumentException(
            "%s: expected a whole number, found '%s'".formatted(name, text), notOne);
      }
    }

    OptionalInt maybe(String name) {
      return has(name) ? OptionalInt.of(whole(name)) : OptionalInt.empty();
    }
  }
}
