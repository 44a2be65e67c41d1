package org.instructgpt.project;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.RunSettings;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.sft.PlainText;
import org.instructgpt.sft.Pretraining;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// Trains a small language model on plain text, and its tokenizer unless one is given.
///
/// @param name of the model that is made
/// @param shape of the model
/// @param settings of the training
/// @param text files (`.txt`, `.jsonl` with `text`; also `.gz`) and folders to learn from
/// @param tokenizer of at most the shape's vocabulary; where there is none, one is trained
public record PretrainRun(
    String name,
    GptConfig shape,
    Pretraining.Settings settings,
    List<Path> text,
    Optional<Tokenizer> tokenizer) {
  /// Copies the list.
  public PretrainRun {
    text = List.copyOf(text);
  }

  /// The model `base`, with a tokenizer that is trained on the text.
  public static PretrainRun of(GptConfig shape, Pretraining.Settings settings, Path... text) {
    return new PretrainRun("base", shape, settings, List.of(text), Optional.empty());
  }

  /// The same by a recipe's sections `model` and `pretrain`, over what the paper's 1.3B had.
  ///
  /// @throws IllegalArgumentException naming the key that is wrong and its line
  public static PretrainRun of(Recipe recipe, Path... text) {
    return of(
        recipe.settings("model", GptConfig.paper(GptConfig.Size.XL)),
        recipe.settings("pretrain", Pretraining.Settings.paper(GptConfig.Size.XL)),
        text);
  }

  /// The same under another name.
  public PretrainRun withName(String other) {
    return new PretrainRun(other, shape, settings, text, tokenizer);
  }

  /// The same with a tokenizer that is there already.
  public PretrainRun withTokenizer(Tokenizer given) {
    return new PretrainRun(name, shape, settings, text, Optional.of(given));
  }

  /// Trains in a workspace, which is made where it is missing, or goes on where the run was last
  /// saved.
  ///
  /// @return the folder of the model; empty if the training was stopped before its end
  /// @throws IllegalArgumentException if there is no text, or the name is taken
  public Optional<Path> train(Workspace workspace, RunOptions options) throws IOException {
    var out = options.out();
    Checkpoint.requireSaved(shape);
    if (options.context() > 0) {
      throw new IllegalArgumentException(
          "--context: expected none in pretraining, where it is the shape's (model.context), found "
              + options.context());
    }
    if (options.adapter().isOn()) {
      throw new IllegalArgumentException(
          "adapter.rank: expected 0 in pretraining, which trains the whole model, found "
              + options.adapter().rank());
    }
    var listing = TextListing.of(text);
    var _ = Workspace.create(workspace.root());
    try (var run = TrainingRun.begin(workspace, options, "pretrain", name);
        var _ = Scope.open()) {
      listing.tell(out);
      var documents = TextDocuments.of(listing, options.progress());
      var tokens =
          tokenizer.isPresent()
              ? tokenizer.get()
              : TrainedTokenizer.of(documents, shape.vocabulary(), workspace, out);
      var text = run.learningFrom(TextTokens.of(documents, tokens, workspace, out));
      var training = new Corpus(text.training(), shape.context());
      var validation = new Corpus(text.validation(), shape.context());
      run.with("shape", shape)
          .with("pretrain", settings)
          .with("training_tokens", training.tokens().count())
          .with("training_hash", DataHash.of(training.tokens()))
          .with("validation_tokens", validation.tokens().count());
      var model = new Gpt(shape, options.precision(), options.device());
      model.parameters().train(options.saving());
      model.initialize(Randomness.at(settings.seed(), "initialize", 0));
      var data = new Pretraining.Data(tokens, new PlainText(training, validation));
      var trainer = new Pretraining(model, data, settings, run.lineage(), options.ranks());
      var loop =
          new RunSettings(
              settings.steps(),
              settings.evaluateEvery(),
              settings.checkpointEvery(),
              2,
              RunSettings.Best.lowest("validation_loss"));
      return run.run(trainer, loop, List.of(HealthGates.finite()));
    }
  }
}
