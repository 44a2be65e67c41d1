package org.instructgpt.app;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.instructgpt.project.DpoRun;
import org.instructgpt.records.Split;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt dpo`: a policy from rankings, without a reward model.
@Command(
    name = "dpo",
    description = {
      "Trains a supervised policy on the rankings of the workspace, without a reward model.",
      "Direct preference optimisation, in the place of reward and ppo; measured on held-out rankings.",
      "Stopped or killed, the same command goes on where the run was last saved."
    },
    mixinStandardHelpOptions = true)
final class DpoCommand implements Callable<Integer> {

  @Mixin private final StageOptions options = new StageOptions();
  @Mixin private final LongPromptsOption fits = new LongPromptsOption();
  @Mixin private final AdapterOption adapter = new AdapterOption();
  @Mixin private final FeedbackOption feedback = new FeedbackOption();

  @Option(
      names = "--from",
      defaultValue = "supervised",
      paramLabel = "MODEL",
      description =
          "The supervised policy, which is the reference too: a name or a folder (${DEFAULT-VALUE}).")
  private String from = "supervised";

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
      description = "Learn from only N of the training rankings, drawn by the seed (all).")
  private int most = Integer.MAX_VALUE;

  @Spec private @Nullable CommandSpec spec;

  private final StopSignals stop;

  DpoCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    options.ranks.requireOne("dpo");
    var workspace = options.workspace.open();
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var parent = adapter.over(workspace, from, out);
    var fitted = options.training("dpo", workspace, parent, out);
    var training =
        DpoRun.of(fitted.recipe())
            .withName(options.name("dpo"))
            .withFrom(parent)
            .withHeldOut(heldOut)
            .withLongPrompts(fits.rule())
            .withMost(most);
    return StopSignals.status(
        training.train(
            workspace, options.run(fitted, out, stop).withFeedback(feedback.isLearned())));
  }
}
