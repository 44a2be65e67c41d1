package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.instructgpt.files.Count;
import org.instructgpt.model.Checkpoint;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.HealthGate;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.RunSettings;
import org.instructgpt.ppo.Ppo;
import org.instructgpt.ppo.PpoData;
import org.instructgpt.ppo.PpoModels;
import org.instructgpt.ppo.Settings;
import org.instructgpt.project.ContextFitter;
import org.instructgpt.project.DataHash;
import org.instructgpt.project.SnapshottingTrainer;
import org.instructgpt.project.TextFiles;
import org.instructgpt.project.TextListing;
import org.instructgpt.project.TrainingData;
import org.instructgpt.project.TrainingRun;
import org.instructgpt.project.Workspace;
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
      "Optimises a supervised policy against a reward model (step 3 of the paper).",
      "PPO-ptx, or plain PPO with --set ptx.coefficient=0.",
      "Stopped or killed, the same command goes on where the run was last saved."
    },
    mixinStandardHelpOptions = true)
final class PpoCommand implements Callable<Integer> {

  private static final Optional<Corpus> NO_TEXT = Optional.empty();

  @Mixin private final StageOptions options = new StageOptions();
  @Mixin private final LongPromptsOption fits = new LongPromptsOption();

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

  private final StopSignals stop;

  PpoCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    if (checkpointEvery < 1 || snapshotEvery < 0) {
      throw new IllegalArgumentException(
          "--checkpoint-every: expected at least 1, and --snapshot-every at least 0, found %d and %d"
              .formatted(checkpointEvery, snapshotEvery));
    }
    var out = out();
    var settings = options.recipe("ppo").settings("ppo", Settings.paper(GptConfig.Size.XL));
    var workspace = options.workspace.open();
    var parent = TrainingRun.checkpoint(workspace, from, "--from", Checkpoint.Kind.LANGUAGE);
    var judge = TrainingRun.checkpoint(workspace, reward, "--reward-model", Checkpoint.Kind.REWARD);
    TrainingRun.requireSameTokenizer(parent, judge);
    var mixed = mixed(settings);
    var fitting = fits.to(parent);
    try (var run =
            TrainingRun.begin(workspace, options.run(out, stop), "ppo", options.name("ppo"));
        var _ = Scope.open()) {
      run.from("policy", "--from", parent)
          .from("reward_model", "--reward-model", judge)
          .with("ppo", settings);
      var data = data(workspace, fitting, mixed, run);
      fitting.tell(out, run);
      tellEpisodes(settings, run, out);
      warning(judge, settings.reward()).ifPresent(out::println);
      var precision = options.hardware.precision();
      var models =
          PpoModels.start(
              Checkpoint.loadLanguageModel(parent, precision, options.hardware.device()),
              Checkpoint.loadRewardModel(judge, precision, options.hardware.device()));
      var ppo = new Ppo(settings, models, data, run.lineage(), System::nanoTime);
      var kept = workspace.snapshots(options.name("ppo"));
      var trainer = snapshotEvery > 0 ? new SnapshottingTrainer(ppo, kept, snapshotEvery) : ppo;
      var gates = new ArrayList<HealthGate>(List.of(HealthGates.finite()));
      gates.addAll(HealthGates.ppo());
      var loop = new RunSettings(settings.iterations(), checkpointEvery, checkpointEvery, 2, null);
      return run.run(trainer, loop, gates) ? 0 : StopSignals.STOPPED;
    }
  }

  private static void tellEpisodes(Settings settings, TrainingRun run, PrintWriter out) {
    long episodes = settings.iterations() * settings.batchSize();
    run.with("episodes_run", episodes);
    if (episodes != settings.episodes()) {
      out.println(
          "ppo.episodes is %d, which is no multiple of ppo.batch_size, %d: %d are run, in %s"
              .formatted(
                  settings.episodes(),
                  settings.batchSize(),
                  episodes,
                  Count.of(settings.iterations(), "iteration")));
    }
  }

  /// What a score says of a response that was cut off, when the reward model never saw one.
  private static Optional<String> warning(Path judge, Settings.Rewards settings)
      throws IOException {
    long seen = Lineage.read(judge).at("/made/settings/" + RewardCommand.CUT_COMPLETIONS).asLong(0);
    boolean settled =
        settings.missingEndOfTextScore() != null || settings.missingEndOfTextPenalty() > 0;
    return seen > 0 || settled
        ? Optional.empty()
        : Optional.of(
            "the reward model %s was not trained on answers that a limit cut off, so its score of responses that do not end (score_cut) is a guess: have such answers ranked, or set ppo.reward.missing_end_of_text_penalty or missing_end_of_text_score"
                .formatted(judge));
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  private PpoData data(
      Workspace workspace, ContextFitter fitting, Optional<TextListing> mixed, TrainingRun run)
      throws IOException {
    List<int[]> prompts;
    List<int[]> heldOut;
    try (var material = TrainingData.of(workspace, InstantSource.system())) {
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
        .with("data_hash", DataHash.of(Stream.concat(prompts.stream(), heldOut.stream())));
    var text = mixed.isPresent() ? Optional.of(pretraining(mixed.get(), fitting, run)) : NO_TEXT;
    return new PpoData(fitting.tokenizer(), prompts, heldOut, text);
  }

  /// The text of PPO-ptx, found and not yet read; empty for plain PPO.
  private Optional<TextListing> mixed(Settings settings) throws IOException {
    if (settings.ptx().coefficient() == 0) {
      if (!text.isEmpty()) {
        out().println("--text is not read: ptx.coefficient is 0 (see --set ptx.coefficient=...)");
      }
      return Optional.empty();
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException(
          "--text: ptx.coefficient is %s, so name files of pretraining text, or set it to 0 for plain PPO with --set ptx.coefficient=0"
              .formatted(settings.ptx().coefficient()));
    }
    return Optional.of(TextListing.of(text));
  }

  private Corpus pretraining(TextListing mixed, ContextFitter fitting, TrainingRun run)
      throws IOException {
    var documents = TextFiles.read(mixed, out(), Terminal::progress);
    var corpus = Corpus.of(documents.training(), fitting.tokenizer(), fitting.context());
    run.with("ptx_hash", DataHash.of(corpus.tokens()));
    return corpus;
  }
}
