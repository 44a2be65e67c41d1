package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.instructgpt.checkpoint.Adapters;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.model.Lineage;
import org.instructgpt.project.OutputFile;
import org.instructgpt.project.Workspace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `instructgpt convert`: a model of another layout in the workspace, in Hugging Face's.
@Command(
    name = "convert",
    description = {
      "Brings a model from a folder into the workspace, in Hugging Face's layout and float32.",
      "For models as Meta or llama2.c keep them, and any other that is read. Nothing is computed but"
          + " the type of the numbers."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class ConvertCommand implements Callable<Integer> {

  @Parameters(paramLabel = "DIR", description = "The folder of the model.")
  private Path source;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "NAME",
      description = "What the model is called in the workspace.")
  private String to;

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    var target = new Workspace(workspace.folder()).model(to);
    var kind = Checkpoint.kind(source);
    Checkpoint.requireReadable(source); // before anything is written
    var _ = Checkpoint.tokenizer(source);
    if (Files.exists(target)) {
      throw new IllegalArgumentException(
          "%s is there already: name another place with --to NAME, or delete it first"
              .formatted(target));
    }
    OutputFile.requireOutside(target, "--workspace " + workspace.folder(), source);
    var _ = Workspace.create(workspace.folder());
    var parents = Map.of("source", Lineage.Parent.of(source));
    var stage = Lineage.read(source).path("stage").asText("convert");
    var lineage = new Lineage(stage, Map.of(), parents);
    AtomicFiles.writeFolder(target, made -> Adapters.merge(source, lineage, made));
    tell(target, kind);
    return 0;
  }

  private void tell(Path target, Checkpoint.Kind kind) throws IOException {
    var numbers = Checkpoint.weights(target).numbers().values();
    Objects.requireNonNull(spec)
        .commandLine()
        .getOut()
        .println(
            "%s: a %s of %s in Hugging Face's layout"
                .formatted(
                    target,
                    kind == Checkpoint.Kind.REWARD ? "reward model" : "language model",
                    Count.of(numbers.stream().mapToLong(Long::longValue).sum(), "parameter")));
  }
}
