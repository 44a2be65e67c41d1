package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.instructgpt.checkpoint.Adapters;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.model.Lineage;
import org.instructgpt.project.Workspace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--adapter`: a LoRA adapter of another program, over the model that the command names.
final class AdapterOption {
  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description =
          "A LoRA adapter over the model, in the layout of Hugging Face's PEFT. Adapters that were trained"
              + " here name their model themselves.")
  private @Nullable Path adapter;

  /// A model's folder as a command reads it; what was made for it is deleted when it is closed.
  ///
  /// @param path of the model with its adapter
  record Opened(Path path, boolean temporary) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (temporary) {
        AtomicFiles.delete(path);
      }
    }
  }

  boolean isGiven() {
    return adapter != null;
  }

  /// The model with the adapter, for a command that only reads.
  Opened over(Path model) throws IOException {
    if (adapter == null) {
      return new Opened(model, false);
    }
    var joined = Files.createTempDirectory("instructgpt-adapter");
    try {
      Adapters.join(model, adapter, joined);
      return new Opened(joined, true);
    } catch (IOException | RuntimeException refused) {
      AtomicFiles.delete(joined);
      throw refused;
    }
  }

  /// A model that is an adapter, or in a layout that is only read, as a whole one in Hugging Face's
  /// layout, for a command that hands it on.
  ///
  /// @param beside what it makes, where there is room
  static Opened merged(Path model, Path beside) throws IOException {
    if (Checkpoint.isWhole(model)) {
      return new Opened(model, false);
    }
    var place = Objects.requireNonNull(beside.toAbsolutePath().getParent());
    var merged = Files.createTempDirectory(place, ".merged-");
    try {
      Adapters.merge(model, Lineage.of(model), merged);
      return new Opened(merged, true);
    } catch (IOException | RuntimeException refused) {
      AtomicFiles.delete(merged);
      throw refused;
    }
  }

  /// The model with the adapter as a model of the workspace, which what is trained from it goes on
  /// needing.
  ///
  /// @param from a name in the workspace or a folder
  String over(Workspace workspace, String from, PrintWriter out) throws IOException {
    return adapter == null ? from : adopt(workspace, from, "--from", adapter, out);
  }

  /// The same for any flags.
  static String adopt(Workspace workspace, String from, String flag, Path adapter, PrintWriter out)
      throws IOException {
    var name = workspace.adopt(workspace.checkpoint(from, flag), adapter);
    out.println(
        "the adapter %s over %s is the model %s of the workspace".formatted(adapter, from, name));
    return name;
  }
}
