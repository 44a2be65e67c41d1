package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.instructgpt.model.Checkpoint;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.HealthGate;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.RunSettings;
import org.instructgpt.ppo.Data;
import org.instructgpt.ppo.Models;
import org.instructgpt.ppo.Ppo;
import org.instructgpt.ppo.Settings;
import org.instructgpt.records.Split;
import org.instructgpt.torch.Scope;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt ppo`: a policy from prompts and a reward model.
@Command(
    name = "ppo",
    description = {
      "Optimises a supervised policy against a reward model (step 3 of the paper): PPO-ptx, or plain",
      "PPO with --set ptx.coefficient=0.",
      "Stopped or killed, the same command goes on where the run was last saved."
    },
    mixinStandardHelpOptions = true)
final class TrainPpo implements Callable<Integer> {

  @Mixin private final StageOptions options = new StageOptions();
  @Mixin private final Fitting.Options fits = new Fitting.Options();

  @Option(
      names = "--from",
      defaultValue = "supervised",
      paramLabel = "MODEL",
      description = "The supervised policy, as sft --start makes it (${DEFAULT-VALUE}).")
  private String from = "supervised";

  @Option(
      names = "--reward-model",
      defaultValue = "reward",
      paramLabel = "MODEL",
      description = "The reward model (${DEFAULT-VALUE}).")
  private String reward = "reward";

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

  private final Stop stop;

  TrainPpo(Stop stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var settings = options.recipe("ppo").settings("ppo", Settings.paper(GptConfig.Size.XL));
    var workspace = Workspace.open(options.workspace);
    var parent = StageRun.checkpoint(workspace, from, "--from");
    var judge = StageRun.checkpoint(workspace, reward, "--reward-model");
    StageRun.requireSameTokenizer(parent, judge);
    var fitting = fits.to(parent);
    var run =
        new StageRun(workspace, options, "ppo", options.name("ppo"), out)
            .from("policy", parent)
            .from("reward_model", judge)
            .with("ppo", settings)
            .with("precision", options.precision());
    var data = data(workspace, fitting, settings, run);
    fitting.tell(out, run);
    long episodes = settings.iterations() * settings.batchSize();
    run.with("episodes_run", episodes);
    if (episodes != settings.episodes()) {
      out.println(
          "ppo.episodes is %d, which is no multiple of ppo.batch_size, %d: %d are run, in %d iterations"
              .formatted(
                  settings.episodes(), settings.batchSize(), episodes, settings.iterations()));
    }
    warning(judge, settings.reward()).ifPresent(out::println);
    try (var _ = Scope.open()) {
      var precision = options.precision();
      var models =
          Models.start(
              Checkpoint.loadLanguageModel(parent, precision, options.device()),
              Checkpoint.loadRewardModel(judge, precision, options.device()));
      var ppo = new Ppo(settings, models, data, run.lineage(), System::nanoTime);
      var kept = workspace.snapshots(options.name("ppo"));
      var trainer = snapshotEvery > 0 ? new Snapshots(ppo, kept, snapshotEvery) : ppo;
      var gates = new ArrayList<HealthGate>(List.of(HealthGates.finite()));
      gates.addAll(HealthGates.ppo());
      var loop = new RunSettings(settings.iterations(), checkpointEvery, checkpointEvery, 2, null);
      return run.run(trainer, loop, gates, stop) ? 0 : Stop.STOPPED;
    }
  }

  /// What a score says of a response that was cut off, when the reward model never saw one.
  private static Optional<String> warning(Path judge, Settings.Rewards settings)
      throws IOException {
    long seen = Lineage.read(judge).at("/made/settings/" + TrainReward.CUT_COMPLETIONS).asLong(0);
    boolean settled =
        settings.missingEndOfTextScore() != null || settings.missingEndOfTextPenalty() > 0;
    return seen > 0 || settled
        ? Optional.empty()
        : Optional.of(
            "the reward model %s was not trained on answers that a limit cut off, so its score of responses that do not end (score_cut) is a guess: have such answers ranked, or set ppo.reward.missing_end_of_text_penalty or missing_end_of_text_score"
                .formatted(judge));
  }

  private Data data(Workspace workspace, Fitting fitting, Settings settings, StageRun run)
      throws IOException {
    List<int[]> prompts;
    List<int[]> heldOut;
    try (var material = Material.of(workspace)) {
      prompts = fitting.prompts(material.prompts(Split.TRAIN));
      heldOut = fitting.prompts(material.prompts(Split.VALIDATION));
      run.learningFrom(material);
    }
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException(
          "%s holds no prompts to train on: import some with instructgpt import"
              .formatted(workspace.feedback()));
    }
    run.with("prompts", prompts.size())
        .with("held_out_prompts", heldOut.size())
        .with("data_hash", Fingerprint.of(Stream.concat(prompts.stream(), heldOut.stream())));
    return new Data(fitting.tokenizer(), prompts, heldOut, pretraining(fitting, settings, run));
  }

  private Optional<Corpus> pretraining(Fitting fitting, Settings settings, StageRun run)
      throws IOException {
    if (settings.ptx().coefficient() == 0) {
      return Optional.empty();
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException(
          "--text: ptx.coefficient is %s, so name files of pretraining text, or set it to 0 for plain PPO"
              .formatted(settings.ptx().coefficient()));
    }
    var corpus = Corpus.of(TextFiles.read(text).training(), fitting.tokenizer(), fitting.context());
    run.with("ptx_hash", Fingerprint.of(corpus.tokens()));
    return Optional.of(corpus);
  }
}
