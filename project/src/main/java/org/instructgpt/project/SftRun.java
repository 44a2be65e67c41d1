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
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.RunSettings;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.records.Split;
import org.instructgpt.sft.PlainText;
import org.instructgpt.sft.RewardJudge;
import org.instructgpt.sft.Sft;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Scope;

/// Fine-tunes a model on the demonstrations of a workspace (step 1 of the paper).
///
/// @param section of a recipe that the settings belong to: `sft`, or `supervised` for the model
///   that reinforcement learning starts from; the run's folder is named for it
/// @param name of the model that is made
/// @param from the pretrained model: a name in the workspace or a folder
/// @param settings of the training
/// @param kept which epoch becomes the model
/// @param text pretraining text for the mix, files and folders; needed if there is a mix
/// @param longPrompts what happens to prompts that are too long
/// @param most training demonstrations to learn from, drawn by the seed; all if there are no more
public record SftRun(
    String section,
    String name,
    String from,
    Sft.Settings settings,
    Kept kept,
    List<Path> text,
    LongPrompts longPrompts,
    int most) {
  private static final int JUDGED_PROMPTS = 128;
  private static final Optional<PlainText> NO_MIX = Optional.empty();
  private static final Optional<RewardJudge> NO_JUDGE = Optional.empty();

  /// Which epoch becomes the model.
  public sealed interface Kept {
    /// The last one, as people liked it best in the paper.
    record Last() implements Kept {}

    /// That of the least validation loss.
    record LeastLoss() implements Kept {}

    /// That whose answers to validation prompts a reward model scores highest.
    ///
    /// @param rewardModel a name in the workspace or a folder
    record BestReward(String rewardModel) implements Kept {}
  }

  /// Copies the list.
  ///
  /// @throws IllegalArgumentException if `most` is less than 1
  public SftRun {
    text = List.copyOf(text);
    part(most);
  }

  private static Drawn part(int most) {
    return new Drawn(most, "--demonstrations", "demonstration");
  }

  /// The supervised baseline `sft`, made from `base`.
  public static SftRun baseline(Sft.Settings settings) {
    return of("sft", settings);
  }

  /// The model `supervised` that reinforcement learning starts from, made from `base`.
  ///
  /// @param text pretraining text that is mixed in
  public static SftRun start(Sft.Settings settings, Path... text) {
    return of("supervised", settings).withText(text);
  }

  /// The supervised baseline by a recipe's section `sft`, over what the paper's 1.3B had.
  ///
  /// @throws IllegalArgumentException naming the key that is wrong and its line
  public static SftRun baseline(Recipe recipe) {
    return baseline(recipe.settings("sft", Sft.Settings.paper(GptConfig.Size.XL)));
  }

  /// The start of reinforcement learning by a recipe's section `supervised`, over what the paper's
  /// 1.3B had.
  ///
  /// @throws IllegalArgumentException naming the key that is wrong and its line
  public static SftRun start(Recipe recipe, Path... text) {
    var preset = Sft.Settings.supervised(GptConfig.Size.XL);
    return start(recipe.settings("supervised", preset), text);
  }

  private static SftRun of(String section, Sft.Settings settings) {
    return new SftRun(
        section,
        section,
        "base",
        settings,
        new Kept.Last(),
        List.of(),
        LongPrompts.DROP,
        Integer.MAX_VALUE);
  }

  /// The same under another name.
  public SftRun withName(String other) {
    return new SftRun(section, other, from, settings, kept, text, longPrompts, most);
  }

  /// The same from another model: a name in the workspace or a folder.
  public SftRun withFrom(String other) {
    return new SftRun(section, name, other, settings, kept, text, longPrompts, most);
  }

  /// The same with another choice of the epoch.
  public SftRun withKept(Kept other) {
    return new SftRun(section, name, from, settings, other, text, longPrompts, most);
  }

  /// The same with this pretraining text for the mix.
  public SftRun withText(Path... other) {
    return new SftRun(section, name, from, settings, kept, List.of(other), longPrompts, most);
  }

  /// The same with another rule for long prompts.
  public SftRun withLongPrompts(LongPrompts rule) {
    return new SftRun(section, name, from, settings, kept, text, rule, most);
  }

  /// The same that learns from at most so many of the training demonstrations, drawn by the seed.
  /// The drawn are among those of any larger number.
  public SftRun withMost(int demonstrations) {
    return new SftRun(section, name, from, settings, kept, text, longPrompts, demonstrations);
  }

  /// Trains, or goes on where the run was last saved.
  ///
  /// @return the folder of the model; empty if the training was stopped before its end
  /// @throws IllegalArgumentException if models, text or demonstrations are missing or do not fit,
  ///   or the name is taken
  public Optional<Path> train(Workspace workspace, RunOptions options) throws IOException {
    var out = options.out();
    var parent = workspace.checkpoint(from, "--from", Checkpoint.Kind.LANGUAGE);
    var scorer = scorer(workspace, parent);
    var mixed = mixed(out);
    var fitting = ContextFitter.to(parent, longPrompts, options);
    try (var run = TrainingRun.begin(workspace, options, section, name);
        var _ = Scope.open()) {
      run.from("policy", "--from", parent).with(section, settings).with("kept_epoch", keptEpoch());
      if (scorer.isPresent()) {
        run.from("reward_model", "--reward-model", scorer.get());
      }
      var examples = examples(workspace, fitting, run, options);
      var mix =
          mixed.isPresent()
              ? Optional.of(mix(workspace, mixed.get(), fitting, run, options))
              : NO_MIX;
      var judge = scorer.isPresent() ? Optional.of(judge(scorer.get(), options)) : NO_JUDGE;
      fitting.tell(out, run);
      var data =
          new Sft.Data(fitting.tokenizer(), examples.training, examples.validation, mix, judge);
      var best = best(workspace, data);
      var model = new ModelsToTrain(options, fitting.ends(), settings.seed()).language(parent);
      var trainer = new Sft(model, data, settings, run.lineage(), options.ranks());
      tell(trainer.cuts(), data, out);
      run.with("cut_demonstrations", trainer.cuts().training())
          .with("cut_validation_demonstrations", trainer.cuts().validation());
      long epoch = trainer.stepsPerEpoch();
      var loop = new RunSettings(trainer.steps(), epoch, epoch, 2, best.orElse(null));
      return run.run(trainer, loop, List.of(HealthGates.finite()));
    }
  }

  private String keptEpoch() {
    return switch (kept) {
      case Kept.Last() -> "last";
      case Kept.LeastLoss() -> "least_loss";
      case Kept.BestReward(_) -> "best_reward";
    };
  }

  private void tell(Sft.Cuts cuts, Sft.Data data, PrintWriter out) {
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

  /// How the epoch that is kept is chosen; empty for the last one.
  private Optional<RunSettings.Best> best(Workspace workspace, Sft.Data data) {
    if (!(kept instanceof Kept.Last) && data.validation().isEmpty()) {
      throw new IllegalArgumentException(
          "%s: expected demonstrations of the split validation in %s to choose the epoch by, found none; leave the flag out to keep the last epoch"
              .formatted(
                  kept instanceof Kept.LeastLoss ? "--least-loss" : "--reward-model",
                  workspace.feedback()));
    }
    return switch (kept) {
      case Kept.Last() -> Optional.empty();
      case Kept.LeastLoss() -> Optional.of(RunSettings.Best.lowest("validation_loss"));
      case Kept.BestReward(_) -> Optional.of(RunSettings.Best.highest("reward"));
    };
  }

  private record Examples(List<EncodedExample> training, List<EncodedExample> validation) {
    private static List<EncodedExample> of(
        Split split, TrainingData material, ContextFitter fitting) {
      var all = new ArrayList<EncodedExample>();
      material.demonstrations(split, each -> fitting.demonstration(each).ifPresent(all::add));
      return all;
    }
  }

  private Examples examples(
      Workspace workspace, ContextFitter fitting, TrainingRun run, RunOptions options)
      throws IOException {
    Examples all;
    try (var material = TrainingData.of(workspace, options)) {
      var training = Examples.of(Split.TRAIN, material, fitting);
      all =
          new Examples(
              part(most).from(training, settings.seed(), options.out()),
              Examples.of(Split.VALIDATION, material, fitting));
      run.learningFrom(material);
    }
    if (all.training.isEmpty()) {
      throw fitting.none(
          "%s holds no demonstrations to train on: import some with instructgpt import"
              .formatted(workspace.feedback()));
    }
    var tokens =
        Stream.concat(all.training.stream(), all.validation.stream()).map(EncodedExample::tokens);
    run.with("demonstrations", all.training.size())
        .with("validation_demonstrations", all.validation.size())
        .with("data_hash", DataHash.of(tokens));
    return all;
  }

  /// The text for the mix, found and not yet read; empty where none is mixed in.
  private Optional<TextListing> mixed(PrintWriter out) throws IOException {
    if (settings.pretrainingMix() == 0) {
      if (!text.isEmpty()) {
        out.println("--text is not read: pretraining_mix is 0 (see --set pretraining_mix=0.1)");
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

  private static PlainText mix(
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
    run.with("mix_hash", DataHash.of(tokens.training()));
    int context = fitting.context();
    return new PlainText(
        new Corpus(tokens.training(), context), new Corpus(tokens.validation(), context));
  }

  /// The folder of the reward model that chooses the checkpoint, if one does.
  private Optional<Path> scorer(Workspace workspace, Path parent) throws IOException {
    if (!(kept instanceof Kept.BestReward(var named))) {
      return Optional.empty();
    }
    var folder = workspace.checkpoint(named, "--reward-model", Checkpoint.Kind.REWARD);
    TrainingRun.requireSameTokenizer(parent, folder);
    return Optional.of(folder);
  }

  private static RewardJudge judge(Path scorer, RunOptions options) throws IOException {
    return new RewardJudge(
        Checkpoint.loadRewardModel(scorer, options.precision(), options.device()), JUDGED_PROMPTS);
  }
}
