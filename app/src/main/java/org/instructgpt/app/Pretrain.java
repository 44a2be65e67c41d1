package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.RunSettings;
import org.instructgpt.sft.PlainText;
import org.instructgpt.sft.Pretraining;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
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
final class Pretrain implements Callable<Integer> {

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

  private final Stop stop;

  Pretrain(Stop stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var recipe = options.recipe("pretrain");
    var shape = recipe.settings("model", GptConfig.paper(GptConfig.Size.XL));
    var preset = Pretraining.Settings.paper(GptConfig.Size.XL);
    var settings = recipe.settings("pretrain", preset);
    var workspace = Workspace.create(options.workspace);
    out.println("reading " + text);
    out.flush();
    var documents = TextFiles.read(text);
    var tokens = tokenizer(documents, shape.vocabulary(), out);
    var training = Corpus.of(documents.training(), tokens, shape.context());
    var validation = Corpus.of(documents.validation(), tokens, shape.context());
    var run =
        new StageRun(workspace, options, "pretrain", options.name("base"), out)
            .with("shape", shape)
            .with("pretrain", settings)
            .with("precision", options.precision())
            .with("training_tokens", training.tokens().count())
            .with("training_hash", Fingerprint.of(training.tokens()))
            .with("validation_tokens", validation.tokens().count());
    try (var _ = Scope.open()) {
      var model = new Gpt(shape, options.precision(), options.device());
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
      return run.run(trainer, loop, List.of(HealthGates.finite()), stop) ? 0 : Stop.STOPPED;
    }
  }

  private Tokenizer tokenizer(TextFiles documents, int vocabulary, PrintWriter out)
      throws IOException {
    if (tokenizer == null) {
      out.println("training a tokenizer of " + vocabulary + " tokens");
      out.flush();
      return BpeTrainer.train(documents.training(), vocabulary);
    }
    return tokenizer.equals("gpt2") ? Tokenizer.gpt2() : Tokenizer.load(Path.of(tokenizer));
  }
}
