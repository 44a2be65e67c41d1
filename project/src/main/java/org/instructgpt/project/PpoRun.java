package org.instructgpt.project;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Count;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.HealthGate;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.RunSettings;
import org.instructgpt.ppo.Ppo;
import org.instructgpt.ppo.PpoData;
import org.instructgpt.ppo.Settings;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.records.Split;
import org.instructgpt.torch.Scope;

/// Optimises a supervised policy against a reward model, or another reward, on the prompts of a
/// workspace (step 3 of the paper): PPO-ptx, or plain PPO where the settings' ptx coefficient is 0;
/// RLOO or GRPO where they have a group.
///
/// @param name of the model that is made
/// @param from the supervised policy: a name in the workspace or a folder
/// @param reward what scores responses
/// @param settings of the training
/// @param text pretraining text for PPO-ptx, files and folders
/// @param longPrompts what happens to prompts that are too long
/// @param saving how often something is kept
public record PpoRun(
    String name,
    String from,
    RewardSource reward,
    Settings settings,
    List<Path> text,
    LongPrompts longPrompts,
    Saving saving) {
  private static final Optional<Corpus> NO_TEXT = Optional.empty();

  /// How often something is kept.
  ///
  /// @param checkpointEvery iterations between checkpoints to resume from
  /// @param snapshotEvery iterations between policies that are kept in `snapshots/NAME`; 0 for none
  public record Saving(int checkpointEvery, int snapshotEvery) {
    /// A checkpoint every 5 iterations, no snapshots.
    public static final Saving DEFAULT = new Saving(5, 0);

    /// Checks the ranges.
    public Saving {
      if (checkpointEvery < 1 || snapshotEvery < 0) {
        throw new IllegalArgumentException(
            "--checkpoint-every: expected at least 1, and --snapshot-every at least 0, found %d and %d"
                .formatted(checkpointEvery, snapshotEvery));
      }
    }
  }

  /// Copies the list.
  public PpoRun {
    text = List.copyOf(text);
  }

  /// The policy `ppo`, made from `supervised` with the reward model `reward`.
  ///
  /// @param text pretraining text for PPO-ptx
  public static PpoRun of(Settings settings, Path... text) {
    return new PpoRun(
        "ppo",
        "supervised",
        new RewardSource.Model("reward"),
        settings,
        List.of(text),
        LongPrompts.DROP,
        Saving.DEFAULT);
  }

  /// The same by a recipe's section `ppo`, over what the paper's 1.3B had.
  ///
  /// @throws IllegalArgumentException naming the key that is wrong and its line
  public static PpoRun of(Recipe recipe, Path... text) {
    return of(recipe.settings("ppo", Settings.paper(GptConfig.Size.XL)), text);
  }

  /// The same under another name.
  public PpoRun withName(String other) {
    return new PpoRun(other, from, reward, settings, text, longPrompts, saving);
  }

  /// The same from another policy: a name in the workspace or a folder.
  public PpoRun withFrom(String other) {
    return new PpoRun(name, other, reward, settings, text, longPrompts, saving);
  }

  /// The same with another reward model: a name in the workspace or a folder.
  public PpoRun withRewardModel(String other) {
    return withReward(new RewardSource.Model(other));
  }

  /// The same with another reward.
  public PpoRun withReward(RewardSource other) {
    return new PpoRun(name, from, other, settings, text, longPrompts, saving);
  }

  /// The same with another rule for long prompts.
  public PpoRun withLongPrompts(LongPrompts rule) {
    return new PpoRun(name, from, reward, settings, text, rule, saving);
  }

  /// The same, kept more or less often.
  public PpoRun withSaving(Saving other) {
    return new PpoRun(name, from, reward, settings, text, longPrompts, other);
  }

  /// Trains, or goes on where the run was last saved.
  ///
  /// @return the folder of the model; empty if the training was stopped before its end
  /// @throws IllegalArgumentException if models, text or prompts are missing or do not fit, or the
  ///   name is taken
  public Optional<Path> train(Workspace workspace, RunOptions options) throws IOException {
    var out = options.out();
    var parent = workspace.checkpoint(from, "--from", Checkpoint.Kind.LANGUAGE);
    var scoring = Scoring.of(reward, workspace, parent);
    var mixed = mixed(out);
    var fitting = ContextFitter.to(parent, longPrompts, options);
    try (var run = TrainingRun.begin(workspace, options, "ppo", name);
        var _ = Scope.open()) {
      run.from("policy", "--from", parent);
      scoring.note(run);
      run.with("ppo", settings);
      var data = data(workspace, fitting, mixed, run, options);
      fitting.tell(out, run);
      tellEpisodes(run, out);
      scoring.tell(settings, out);
      var models = scoring.models(settings, fitting, options);
      var ppo = new Ppo(models, data, settings, run.lineage(), options::nanoTime);
      int every = saving.snapshotEvery();
      var trainer =
          every > 0 ? new SnapshottingTrainer(ppo, workspace.snapshots(name), every) : ppo;
      var gates = new ArrayList<HealthGate>(List.of(HealthGates.finite()));
      gates.addAll(HealthGates.ppo());
      int save = saving.checkpointEvery();
      return run.run(trainer, new RunSettings(settings.iterations(), save, save, 2, null), gates);
    }
  }

  private void tellEpisodes(TrainingRun run, PrintWriter out) {
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

  private static PpoData data(
      Workspace workspace,
      ContextFitter fitting,
      Optional<TextListing> mixed,
      TrainingRun run,
      RunOptions options)
      throws IOException {
    var prompts = new ArrayList<int[]>();
    var heldOut = new ArrayList<int[]>();
    try (var material = TrainingData.of(workspace, options)) {
      material.prompts(Split.TRAIN, each -> fitting.prompt(each).ifPresent(prompts::add));
      material.prompts(Split.VALIDATION, each -> fitting.prompt(each).ifPresent(heldOut::add));
      run.learningFrom(material);
    }
    if (prompts.isEmpty()) {
      throw fitting.none(
          "%s holds no prompts to train on: import some with instructgpt import"
              .formatted(workspace.feedback()));
    }
    run.with("prompts", prompts.size())
        .with("held_out_prompts", heldOut.size())
        .with("data_hash", DataHash.of(Stream.concat(prompts.stream(), heldOut.stream())));
    var text =
        mixed.isPresent()
            ? Optional.of(pretraining(workspace, mixed.get(), fitting, run, options))
            : NO_TEXT;
    return new PpoData(fitting.tokenizer(), prompts, heldOut, text);
  }

  /// The text of PPO-ptx, found and not yet read; empty for plain PPO.
  private Optional<TextListing> mixed(PrintWriter out) throws IOException {
    if (settings.ptx().coefficient() == 0) {
      if (!text.isEmpty()) {
        out.println("--text is not read: ptx.coefficient is 0 (see --set ptx.coefficient=...)");
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

  private static Corpus pretraining(
      Workspace workspace,
      TextListing mixed,
      ContextFitter fitting,
      TrainingRun run,
      RunOptions options)
      throws IOException {
    mixed.tell(options.out());
    var documents = TextDocuments.of(mixed, options.progress());
    var tokens =
        run.learningFrom(TextTokens.of(documents, fitting.tokenizer(), workspace, options.out()));
    run.with("ptx_hash", DataHash.of(tokens.training()));
    return new Corpus(tokens.training(), fitting.context());
  }
}
