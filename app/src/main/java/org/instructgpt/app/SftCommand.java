package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.instructgpt.project.SftRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt sft`: a supervised policy from demonstrations.
@Command(
    name = "sft",
    description = {
      "Fine-tunes a model on the demonstrations of the workspace (step 1 of the paper).",
      "With --start it makes the model that reinforcement learning starts from: 2 epochs with 10%%",
      "pretraining text (recipe section \"supervised\").",
      "Stopped or killed, the same command goes on where the run was last saved."
    },
    mixinStandardHelpOptions = true)
final class SftCommand implements Callable<Integer> {

  @Mixin private final StageOptions options = new StageOptions();
  @Mixin private final LongPromptsOption fits = new LongPromptsOption();
  @Mixin private final AdapterOption adapter = new AdapterOption();
  @Mixin private final FeedbackOption feedback = new FeedbackOption();

  @Option(
      names = "--from",
      defaultValue = "base",
      paramLabel = "MODEL",
      description = "The pretrained model: a name in the workspace or a folder (${DEFAULT-VALUE}).")
  private String from = "base";

  @Option(names = "--start", description = "Make the start of reinforcement learning.")
  private boolean start;

  @Option(
      names = "--reward-model",
      paramLabel = "MODEL",
      description = "Choose the checkpoint by this model's score on validation prompts.")
  private @Nullable String judge;

  @Option(
      names = "--least-loss",
      description =
          "Keep the epoch of the least validation loss, not the last one: early stopping, which the"
              + " paper found worse for people.")
  private boolean leastLoss;

  @Option(
      names = "--demonstrations",
      paramLabel = "N",
      description =
          "Learn from only N of the training demonstrations, drawn by the seed; what fewer give tells what"
              + " more would (all).")
  private int most = Integer.MAX_VALUE;

  @Option(
      names = "--text",
      arity = "1..*",
      paramLabel = "PATH",
      description = "Pretraining text for the mix: files and folders.")
  private List<Path> text = new ArrayList<>();

  @Spec private @Nullable CommandSpec spec;

  private final StopSignals stop;

  SftCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var started = options.ranks.start(spec, stop);
    if (started.isPresent()) {
      return started.getAsInt();
    }
    if (leastLoss && judge != null) {
      throw new IllegalArgumentException(
          "--least-loss and --reward-model: expected one of them, found both; each chooses the epoch that is kept");
    }
    var section = start ? "supervised" : "sft";
    var workspace = options.workspace.open();
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var parent = adapter.over(workspace, from, out);
    var fitted = options.training(section, workspace, parent, out);
    var recipe = fitted.recipe();
    var training =
        (start ? SftRun.start(recipe) : SftRun.baseline(recipe))
            .withName(options.name(section))
            .withFrom(parent)
            .withKept(kept())
            .withText(text.toArray(Path[]::new))
            .withLongPrompts(fits.rule())
            .withMost(most);
    return StopSignals.status(
        training.train(
            workspace, options.run(fitted, out, stop).withFeedback(feedback.isLearned())));
  }

  private SftRun.Kept kept() {
    if (judge != null) {
      return new SftRun.Kept.BestReward(judge);
    }
    return leastLoss ? new SftRun.Kept.LeastLoss() : new SftRun.Kept.Last();
  }
}
