package org.instructgpt.app;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.instructgpt.project.RewardRun;
import org.instructgpt.records.Split;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt reward`: a reward model from rankings.
@Command(
    name = "reward",
    description = {
      "Trains a reward model on the rankings of the workspace (step 2 of the paper).",
      "It is measured on held-out ones.",
      "Stopped or killed, the same command goes on where the run was last saved."
    },
    mixinStandardHelpOptions = true)
final class RewardCommand implements Callable<Integer> {

  @Mixin private final StageOptions options = new StageOptions();
  @Mixin private final LongPromptsOption fits = new LongPromptsOption();
  @Mixin private final AdapterOption adapter = new AdapterOption();
  @Mixin private final FeedbackOption feedback = new FeedbackOption();

  @Option(
      names = "--from",
      defaultValue = "sft",
      paramLabel = "MODEL",
      description = "The model whose body it takes: a name or a folder (${DEFAULT-VALUE}).")
  private String from = "sft";

  @Option(
      names = "--cross-validate",
      paramLabel = "SEEDS",
      description =
          "Instead of a model, the accuracy over 5 groups of labelers with so many seeds a group"
              + " (the paper: 3).")
  private int seeds;

  @Option(
      names = "--held-out",
      split = ",",
      defaultValue = "validation,test",
      paramLabel = "SPLIT",
      description = "The splits whose rankings it is measured on (${DEFAULT-VALUE}).")
  private List<Split> heldOut = List.of(Split.VALIDATION, Split.TEST);

  @Option(
      names = "--rankings",
      paramLabel = "N",
      description =
          "Learn from only N of the training rankings, drawn by the seed; what fewer give tells what more"
              + " would (all).")
  private int most = Integer.MAX_VALUE;

  @Spec private @Nullable CommandSpec spec;

  private final StopSignals stop;

  RewardCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var started = options.ranks.start(spec, stop);
    if (started.isPresent()) {
      return started.getAsInt();
    }
    if (seeds < 0) {
      throw new IllegalArgumentException("--cross-validate: expected at least 1, found " + seeds);
    }
    var workspace = options.workspace.open();
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var parent = adapter.over(workspace, from, out);
    var fitted = options.training("reward", workspace, parent, out);
    var training =
        RewardRun.of(fitted.recipe())
            .withName(options.name("reward"))
            .withFrom(parent)
            .withHeldOut(heldOut)
            .withLongPrompts(fits.rule())
            .withMost(most);
    var run = options.run(fitted, out, stop).withFeedback(feedback.isLearned());
    if (seeds == 0) {
      return StopSignals.status(training.train(workspace, run));
    }
    var found = training.crossValidate(workspace, run, seeds);
    out.println("accuracy on the labelers learned from: " + found.sameLabelers());
    out.println("accuracy on labelers of other groups:  " + found.otherLabelers());
    return 0;
  }
}
