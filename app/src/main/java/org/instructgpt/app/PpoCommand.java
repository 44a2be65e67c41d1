package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.instructgpt.project.PpoRun;
import org.instructgpt.project.RewardSource;
import org.instructgpt.project.Workspace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt ppo`: a policy from prompts and a reward.
@Command(
    name = "ppo",
    description = {
      "Optimises a supervised policy against a reward model (step 3 of the paper).",
      "PPO-ptx, or plain PPO with --set ptx.coefficient=0; RLOO or GRPO by a recipe's objective.group.",
      "Stopped or killed, the same command goes on where the run was last saved."
    },
    mixinStandardHelpOptions = true)
final class PpoCommand implements Callable<Integer> {

  @Mixin private final StageOptions options = new StageOptions();
  @Mixin private final LongPromptsOption fits = new LongPromptsOption();
  @Mixin private final AdapterOption adapter = new AdapterOption();

  @Option(
      names = "--from",
      defaultValue = "supervised",
      paramLabel = "MODEL",
      description = "The supervised policy, as sft --start makes it (${DEFAULT-VALUE}).")
  private String from = "supervised";

  @Mixin private final RewardOptions reward = new RewardOptions();

  @Option(
      names = "--reward-adapter",
      paramLabel = "DIR",
      description = "A LoRA adapter over the reward model, as --adapter is one over the policy.")
  private @Nullable Path rewardAdapter;

  @Option(
      names = "--text",
      arity = "1..*",
      paramLabel = "PATH",
      description = "Pretraining text for PPO-ptx: files and folders.")
  private List<Path> text = new ArrayList<>();

  @Option(
      names = "--checkpoint-every",
      defaultValue = "5",
      paramLabel = "N",
      description = "Iterations between checkpoints to resume from (${DEFAULT-VALUE}).")
  private int checkpointEvery;

  @Option(
      names = "--snapshot-every",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Keep the policy every N iterations, in DIR/snapshots/NAME, to choose among them (0: no).")
  private int snapshotEvery;

  @Spec private @Nullable CommandSpec spec;

  private final StopSignals stop;

  PpoCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    options.ranks.requireOne("ppo");
    var saving = new PpoRun.Saving(checkpointEvery, snapshotEvery);
    var workspace = options.workspace.open();
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var parent = adapter.over(workspace, from, out);
    var fitted = options.training("ppo", workspace, parent, out);
    var training =
        PpoRun.of(fitted.recipe(), text.toArray(Path[]::new))
            .withName(options.name("ppo"))
            .withFrom(parent)
            .withReward(source(workspace, out))
            .withLongPrompts(fits.rule())
            .withSaving(saving);
    return StopSignals.status(training.train(workspace, options.run(fitted, out, stop)));
  }

  private RewardSource source(Workspace workspace, PrintWriter out) throws IOException {
    var source = reward.source();
    if (rewardAdapter == null) {
      return source;
    }
    if (source instanceof RewardSource.Model(var name)) {
      return new RewardSource.Model(
          AdapterOption.adopt(workspace, name, "--reward-model", rewardAdapter, out));
    }
    throw new IllegalArgumentException(
        "--reward-adapter: expected a reward model for it, found another reward: leave one of them out");
  }
}
