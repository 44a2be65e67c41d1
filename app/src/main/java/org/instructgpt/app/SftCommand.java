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
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.RunSettings;
import org.instructgpt.project.ContextFitter;
import org.instructgpt.project.DataHash;
import org.instructgpt.project.TextFiles;
import org.instructgpt.project.TextListing;
import org.instructgpt.project.TrainingData;
import org.instructgpt.project.TrainingRun;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Split;
import org.instructgpt.sft.PlainText;
import org.instructgpt.sft.RewardJudge;
import org.instructgpt.sft.Sft;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Scope;
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

  private static final int JUDGED_PROMPTS = 128;
  private static final Optional<PlainText> NO_MIX = Optional.empty();
  private static final Optional<RewardJudge> NO_JUDGE = Optional.empty();

  @Mixin private final StageOptions options = new StageOptions();
  @Mixin private final LongPromptsOption fits = new LongPromptsOption();

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
  public Integer call() throws IOException {
    if (leastLoss && judge != null) {
      throw new IllegalArgumentException(
          "--least-loss and --reward-model: expected one of them, found both; each chooses the epoch that is kept");
    }
    var out = out();
    var section = start ? "supervised" : "sft";
    var size = GptConfig.Size.XL;
    var preset = start ? Sft.Settings.supervised(size) : Sft.Settings.paper(size);
    var settings = options.recipe(section).settings(section, preset);
    var workspace = options.workspace.open();
    var parent = TrainingRun.checkpoint(workspace, from, "--from", Checkpoint.Kind.LANGUAGE);
    var scorer = scorer(workspace, parent);
    var mixed = mixed(settings);
    var fitting = fits.to(parent);
    try (var run =
            TrainingRun.begin(workspace, options.run(out, stop), section, options.name(section));
        var _ = Scope.open()) {
      run.from("policy", "--from", parent)
          .with(section, settings)
          .with("kept_epoch", leastLoss ? "least_loss" : judge == null ? "last" : "best_reward");
      if (scorer.isPresent()) {
        run.from("reward_model", "--reward-model", scorer.get());
      }
      var data = data(workspace, fitting, mixed, scorer, run);
      fitting.tell(out, run);
      var best = best(workspace, data);
      var model =
          Checkpoint.loadLanguageModel(
              parent, options.hardware.precision(), options.hardware.device());
      var trainer = new Sft(model, fitting.tokenizer(), data, run.lineage(), settings);
      tell(trainer.cuts(), data, section, settings, out);
      run.with("cut_demonstrations", trainer.cuts().training())
          .with("cut_validation_demonstrations", trainer.cuts().validation());
      long epoch = trainer.stepsPerEpoch();
      var loop = new RunSettings(trainer.steps(), epoch, epoch, 2, best);
      return run.run(trainer, loop, List.of(HealthGates.finite())) ? 0 : StopSignals.STOPPED;
    }
  }

  private static void tell(
      Sft.Cuts cuts, Sft.Data data, String section, Sft.Settings settings, PrintWriter out) {
    if (data.training().size() < settings.batchSize()) {
      out.println(
          "%s fewer than %s.batch_size, %d: every step takes all of them"
              .formatted(
                  Count.of(data.training().size(), "demonstration is", "demonstrations are"),
                  section,
                  settings.batchSize()));
    }
    if (cuts.training() + cuts.validation() > 0) {
      out.println(
          "%d of %s (and %d of %d held-out ones) are longer than %s.max_response_tokens, %d, and are cut there: what is left has no end of text, so they do not teach where to stop; --set max_response_tokens=N changes it"
              .formatted(
                  cuts.training(),
                  Count.of(data.training().size(), "demonstration"),
                  cuts.validation(),
                  data.validation().size(),
                  section,
                  settings.maxResponseTokens()));
    }
  }

  /// How the epoch that is kept is chosen; null for the last one.
  private RunSettings.@Nullable Best best(Workspace workspace, Sft.Data data) {
    if ((leastLoss || judge != null) && data.validation().isEmpty()) {
      throw new IllegalArgumentException(
          "%s: expected demonstrations of the split validation in %s to choose the epoch by, found none; leave the flag out to keep the last epoch"
              .formatted(leastLoss ? "--least-loss" : "--reward-model", workspace.feedback()));
    }
    if (leastLoss) {
      return RunSettings.Best.lowest("validation_loss");
    }
    return judge == null ? null : RunSettings.Best.highest("reward");
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  private Sft.Data data(
      Workspace workspace,
      ContextFitter fitting,
      Optional<TextListing> mixed,
      Optional<Path> scorer,
      TrainingRun run)
      throws IOException {
    List<EncodedExample> training;
    List<EncodedExample> validation;
    try (var material = TrainingData.of(workspace, InstantSource.system())) {
      training = fitting.demonstrations(material.demonstrations(Split.TRAIN));
      validation = fitting.demonstrations(material.demonstrations(Split.VALIDATION));
      run.learningFrom(material);
    }
    if (training.isEmpty()) {
      throw new IllegalArgumentException(
          "%s holds no demonstrations to train on: import some with instructgpt import"
              .formatted(workspace.feedback()));
    }
    run.with("demonstrations", training.size())
        .with("validation_demonstrations", validation.size())
        .with(
            "data_hash",
            DataHash.of(
                Stream.concat(training.stream(), validation.stream()).map(EncodedExample::tokens)));
    var mix = mixed.isPresent() ? Optional.of(mix(mixed.get(), fitting, run)) : NO_MIX;
    var judge = scorer.isPresent() ? Optional.of(judge(scorer.get())) : NO_JUDGE;
    return new Sft.Data(training, validation, mix, judge);
  }

  /// The text for the mix, found and not yet read; empty where none is mixed in.
  private Optional<TextListing> mixed(Sft.Settings settings) throws IOException {
    if (settings.pretrainingMix() == 0) {
      if (!text.isEmpty()) {
        out().println("--text is not read: pretraining_mix is 0 (see --set pretraining_mix=0.1)");
      }
      return Optional.empty();
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException(
          "--text: pretraining_mix is %s, so name files of pretraining text, or set it to 0 with --set pretraining_mix=0"
              .formatted(settings.pretrainingMix()));
    }
    return Optional.of(TextListing.of(text));
  }

  private PlainText mix(TextListing mixed, ContextFitter fitting, TrainingRun run)
      throws IOException {
    var documents = TextFiles.read(mixed, out(), Terminal::progress);
    var tokenizer = fitting.tokenizer();
    int context = fitting.context();
    var training = Corpus.of(documents.training(), tokenizer, context);
    run.with("mix_hash", DataHash.of(training.tokens()));
    return new PlainText(training, Corpus.of(documents.validation(), tokenizer, context));
  }

  /// The folder of the reward model that chooses the checkpoint, if one does.
  private Optional<Path> scorer(Workspace workspace, Path parent) throws IOException {
    if (judge == null) {
      return Optional.empty();
    }
    var folder = TrainingRun.checkpoint(workspace, judge, "--reward-model", Checkpoint.Kind.REWARD);
    TrainingRun.requireSameTokenizer(parent, folder);
    return Optional.of(folder);
  }

  private RewardJudge judge(Path scorer) throws IOException {
    var hardware = options.hardware;
    return new RewardJudge(
        Checkpoint.loadRewardModel(scorer, hardware.precision(), hardware.device()),
        JUDGED_PROMPTS);
  }
}
