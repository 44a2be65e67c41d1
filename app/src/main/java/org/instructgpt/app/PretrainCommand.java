package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.instructgpt.files.Count;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.RunSettings;
import org.instructgpt.project.DataHash;
import org.instructgpt.project.TextFiles;
import org.instructgpt.project.TextListing;
import org.instructgpt.project.TrainingRun;
import org.instructgpt.project.Workspace;
import org.instructgpt.sft.PlainText;
import org.instructgpt.sft.Pretraining;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt pretrain`: a language model from plain text.
@Command(
    name = "pretrain",
    description = {
      "Trains a small language model on plain text, and its tokenizer unless one is given.",
      "Stopped or killed, the same command goes on where the run was last saved."
    },
    mixinStandardHelpOptions = true)
final class PretrainCommand implements Callable<Integer> {

  @Mixin private final StageOptions options = new StageOptions();

  @Option(
      names = "--text",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files (.txt, .jsonl with \"text\"; also .gz) and folders to learn from.")
  private List<Path> text = new ArrayList<>();

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description = "A tokenizer.json, or gpt2; without it one is trained on the text.")
  private @Nullable String tokenizer;

  @Spec private @Nullable CommandSpec spec;

  private final StopSignals stop;

  PretrainCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var recipe = options.recipe("pretrain");
    var shape = recipe.settings("model", GptConfig.paper(GptConfig.Size.XL));
    var preset = Pretraining.Settings.paper(GptConfig.Size.XL);
    var settings = recipe.settings("pretrain", preset);
    var listing = TextListing.of(text);
    var given = given(shape.vocabulary());
    var workspace = Workspace.create(options.workspace.folder());
    try (var run =
            TrainingRun.begin(workspace, options.run(out, stop), "pretrain", options.name("base"));
        var _ = Scope.open()) {
      var documents = TextFiles.read(listing, out, Terminal::progress);
      var tokens = given.isPresent() ? given.get() : trained(documents, shape.vocabulary(), out);
      out.println("turning the text into tokens");
      out.flush();
      var training = Corpus.of(documents.training(), tokens, shape.context());
      var validation = Corpus.of(documents.validation(), tokens, shape.context());
      run.with("shape", shape)
          .with("pretrain", settings)
          .with("training_tokens", training.tokens().count())
          .with("training_hash", DataHash.of(training.tokens()))
          .with("validation_tokens", validation.tokens().count());
      var model = new Gpt(shape, options.hardware.precision(), options.hardware.device());
      model.initialize(Randomness.at(settings.seed(), "initialize", 0));
      var trainer =
          new Pretraining(
              model, tokens, new PlainText(training, validation), run.lineage(), settings);
      var loop =
          new RunSettings(
              settings.steps(),
              settings.evaluateEvery(),
              settings.checkpointEvery(),
              2,
              RunSettings.Best.lowest("validation_loss"));
      return run.run(trainer, loop, List.of(HealthGates.finite())) ? 0 : StopSignals.STOPPED;
    }
  }

  /// The tokenizer that a flag names.
  private Optional<Tokenizer> given(int vocabulary) throws IOException {
    if (tokenizer == null) {
      return Optional.empty();
    }
    if (!tokenizer.equals("gpt2") && !Files.exists(Path.of(tokenizer))) {
      throw new IllegalArgumentException(
          "--tokenizer %s: expected a tokenizer.json, the folder of a model, or gpt2, found no such file"
              .formatted(tokenizer));
    }
    var given = tokenizer.equals("gpt2") ? Tokenizers.gpt2() : Tokenizers.load(Path.of(tokenizer));
    if (given.vocabularySize() > vocabulary) {
      throw new IllegalArgumentException(
          "--tokenizer %s: it has %d ids, but the model's vocabulary is %d; give it at least as many with --set model.vocabulary=%d"
              .formatted(tokenizer, given.vocabularySize(), vocabulary, given.vocabularySize()));
    }
    return Optional.of(given);
  }

  private static Tokenizer trained(TextFiles documents, int vocabulary, PrintWriter out) {
    out.println("training a tokenizer of " + Count.of(vocabulary, "token"));
    out.flush();
    return BpeTrainer.train(documents.training(), vocabulary);
  }
}
