package org.instructgpt.app;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.OptionalInt;
import org.instructgpt.cluster.RankPlace;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.cluster.Rendezvous;
import org.instructgpt.torch.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The flags of a training that several processes share.
final class RanksOption {
  /// How long ranks wait for each other at the beginning.
  private static final Duration MEETING = Duration.ofSeconds(30);

  @Option(
      names = "--ranks",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Start N processes on this machine that share each batch; torchrun, srun and Kubernetes start"
              + " them too (${DEFAULT-VALUE}).")
  private int count = 1;

  @Option(
      names = "--rank-patience",
      defaultValue = "600",
      paramLabel = "S",
      description =
          "Seconds after which a rank ends that waits for another that is stuck; one that died is noticed"
              + " at once (${DEFAULT-VALUE}).")
  private int patience = 600;

  /// Starts the ranks, where this process is to start them and is none of them.
  ///
  /// @param spec of the command that was given
  /// @return the exit status; empty where this process is to train itself
  OptionalInt start(@Nullable CommandSpec spec, StopSignals stop)
      throws IOException, InterruptedException {
    FlagCheck.require("--ranks", count >= 1, "1 or more", count);
    FlagCheck.require("--rank-patience", patience >= 1, "1 or more", patience);
    if (count == 1 || RankPlace.of(System.getenv()).isPresent()) {
      return OptionalInt.empty();
    }
    var line = Objects.requireNonNull(spec).root().commandLine();
    var program = line.getCommand().getClass().getName();
    var arguments = line.getParseResult().originalArgs();
    return OptionalInt.of(new RankProcesses(count, program, arguments).run(stop));
  }

  /// The processes of this training: this one alone, or those that the environment tells of.
  Ranks join(Precision precision) {
    var place = RankPlace.of(System.getenv()).filter(each -> each.count() > 1);
    if (place.isEmpty()) {
      return Ranks.alone();
    }
    var facts = new LinkedHashMap<String, String>();
    facts.put("the version", new Version().getVersion()[0]);
    facts.put("the precision", precision.toString());
    return Rendezvous.join(place.get(), facts, MEETING, Duration.ofSeconds(patience));
  }

  /// Refuses several processes where a stage cannot share its work.
  void requireOne(String stage) {
    boolean several = RankPlace.of(System.getenv()).filter(each -> each.count() > 1).isPresent();
    FlagCheck.require(
        "--ranks",
        count == 1 && !several,
        "1 for "
            + stage
            + ": pretrain, sft and reward share their work among ranks, it does not yet",
        several ? "several ranks in the environment" : count);
  }
}
