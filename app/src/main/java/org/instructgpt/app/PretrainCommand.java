package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.instructgpt.project.PretrainRun;
import org.instructgpt.project.Workspace;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
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
  public Integer call() throws IOException, InterruptedException {
    var started = options.ranks.start(spec, stop);
    if (started.isPresent()) {
      return started.getAsInt();
    }
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var fitted = options.pretraining(out);
    var fresh =
        PretrainRun.of(fitted.recipe(), text.toArray(Path[]::new)).withName(options.name("base"));
    var given = given(fresh.shape().vocabulary());
    var training = given.map(fresh::withTokenizer).orElse(fresh);
    var workspace = new Workspace(options.workspace.folder());
    return StopSignals.status(training.train(workspace, options.run(fitted, out, stop)));
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
}
