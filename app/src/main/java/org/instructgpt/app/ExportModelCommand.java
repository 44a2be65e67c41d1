package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.instructgpt.checkpoint.FolderExport;
import org.instructgpt.cost.Bytes;
import org.instructgpt.files.Count;
import org.instructgpt.gguf.GgufExport;
import org.instructgpt.project.OutputFile;
import org.instructgpt.project.Provenance;
import org.instructgpt.project.Workspace;
import org.instructgpt.torch.DType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt export-model`: a model for other programs.
@Command(
    name = "export-model",
    description = {
      "Hands a model on to other programs.",
      "hf: a folder in Hugging Face's layout, for transformers and vLLM. gguf: one file, for"
          + " llama.cpp and Ollama. What the other program cannot do of the model is refused, or"
          + " said."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required options a value
final class ExportModelCommand implements Callable<Integer> {

  /// Whom a model is for.
  enum To {
    HF,
    GGUF
  }

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description = "A model of the workspace, or a folder elsewhere.")
  private String model;

  @Option(names = "--to", required = true, description = "${COMPLETION-CANDIDATES}.")
  private To to;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "PLACE",
      description = "A folder (hf) or a file (gguf) that is not there yet.")
  private Path out;

  @Mixin private final AdapterOption adapter = new AdapterOption();

  @Option(
      names = "--type",
      description = {
        "float32, float16, bfloat16, or q8_0 (gguf alone).",
        "Left out: hf keeps each tensor's, gguf takes that of most numbers."
      })
  private @Nullable String type;

  @Option(
      names = "--shard-size",
      defaultValue = "5G",
      paramLabel = "BYTES",
      description = "The most that a file of weights holds, with hf (${DEFAULT-VALUE}).")
  private String shardSize;

  @Spec private @Nullable CommandSpec spec;
  private final StopSignals stop;

  ExportModelCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    var folder = new Workspace(workspace.folder()).checkpoint(model, "--model");
    if (to == To.HF) {
      OutputFile.checkFolder(out, "--out " + out);
      OutputFile.requireOutside(out, "--out " + out, folder);
    } else {
      OutputFile.check(out, "--out");
    }
    var told = Objects.requireNonNull(spec).commandLine().getOut();
    List<String> notes;
    try (var opened = adapter.over(folder);
        var whole = AdapterOption.merged(opened.path(), out)) {
      notes = to == To.HF ? folder(whole.path(), told) : file(whole.path(), told);
      if (whole.temporary()) {
        told.println(
            "note: what was read is an adapter or in another layout; it was made a whole model first, in float32");
      }
    } catch (CancellationException e) {
      told.println("stopped: nothing was put in the place of " + out);
      told.flush();
      return StopSignals.STOPPED;
    }
    if (Files.exists(folder.resolve(Provenance.RETRAIN))) {
      told.printf(
          "note: the model learned from what has been erased since (%s): train it again before it"
              + " is handed on%n",
          Provenance.RETRAIN);
    }
    notes.forEach(note -> told.println("note: " + note));
    told.flush();
    return 0;
  }

  private List<String> folder(Path folder, PrintWriter told) throws IOException {
    long most = shardBytes();
    var dtype = wanted(List.of(DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16));
    var report = FolderExport.write(folder, dtype, most, out, stop.heed()::requested);
    told.printf(
        "%s: %s, %s, %s in %s%n",
        out,
        report.type().name().toLowerCase(Locale.ROOT),
        Count.of(report.tensors(), "tensor"),
        Count.of(report.bytes(), "byte"),
        Count.of(report.files().size(), "file"));
    return report.notes();
  }

  private List<String> file(Path folder, PrintWriter told) throws IOException {
    var report =
        GgufExport.write(
            folder, wanted(List.of(GgufExport.Type.values())), out, stop.heed()::requested);
    told.printf(
        "%s: %s, %s, %s, read back%n",
        out,
        report.type().name().toLowerCase(Locale.ROOT),
        Count.of(report.tensors(), "tensor"),
        Count.of(report.bytes(), "byte"));
    return report.notes();
  }

  private <E extends Enum<E>> Optional<E> wanted(List<E> known) {
    if (type == null) {
      return Optional.empty();
    }
    return Optional.of(
        known.stream()
            .filter(each -> each.name().equalsIgnoreCase(type))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "--type: expected one of %s with --to %s, found %s"
                        .formatted(
                            known.stream()
                                .map(each -> each.name().toLowerCase(Locale.ROOT))
                                .toList(),
                            to.name().toLowerCase(Locale.ROOT),
                            type))));
  }

  private long shardBytes() {
    try {
      long bytes = (long) Bytes.parse(shardSize);
      if (bytes < 1) {
        throw new IllegalArgumentException("expected at least a byte, found " + shardSize);
      }
      return bytes;
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--shard-size: " + refused.getMessage(), refused);
    }
  }
}
