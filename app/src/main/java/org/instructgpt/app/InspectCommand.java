package org.instructgpt.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.instructgpt.checkpoint.Adapters;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.files.Json;
import org.instructgpt.gguf.GgufInspection;
import org.instructgpt.model.Lineage;
import org.instructgpt.project.Provenance;
import org.instructgpt.project.Workspace;
import org.instructgpt.recipe.ResolvedSettings;
import org.instructgpt.records.Census;
import org.instructgpt.records.Importer;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `instructgpt inspect`: what a folder holds.
@Command(
    name = "inspect",
    description = {
      "Tells what a checkpoint, a workspace, a file of feedback or a GGUF file is, and only reads.",
      "Shape and lineage of a model; models, runs and records of a workspace; formats and records"
          + " of a file; metadata and tensors of a GGUF file."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class InspectCommand implements Callable<Integer> {

  private static final ObjectMapper JSON = Json.LENIENT;

  @Parameters(paramLabel = "PATH", description = "The folder or file.")
  private Path folder;

  @Mixin private ImportOptions options;
  @Mixin private final AdapterOption adapter = new AdapterOption();

  @Spec private @Nullable CommandSpec spec;
  private final InstantSource clock;

  InspectCommand(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    if (!Files.exists(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    if (adapter.isGiven() && !Checkpoint.isIn(folder)) {
      throw new IllegalArgumentException(
          "--adapter: expected a model's folder for it, found %s, which is none".formatted(folder));
    }
    if (Files.isRegularFile(folder) && folder.toString().endsWith(".gguf")) {
      GgufInspection.lines(folder).forEach(out::println);
      return 0;
    }
    var foreign = Checkpoint.unsupportedLayout(folder);
    if (foreign.isPresent()) {
      throw new IllegalArgumentException(foreign.get());
    }
    if (Checkpoint.isIn(folder)) {
      try (var opened = adapter.over(folder)) {
        folder = opened.path();
        checkpoint(out);
      }
    } else if (new Workspace(folder).isThere()) {
      workspace(new Workspace(folder), out);
    } else if (!Files.isDirectory(folder)) {
      return file(out);
    } else {
      throw new IllegalArgumentException(
          folder
              + " is no checkpoint and no workspace: expected a folder with config.json,"
              + " model.safetensors and tokenizer.json, or one with feedback.db");
    }
    return 0;
  }

  private static void workspace(Workspace workspace, PrintWriter out) throws IOException {
    out.println(workspace.root() + ": a workspace");
    if (workspace.hasStore()) {
      var census = Store.census(workspace.placeAsItIs());
      var parts = census.bySplit();
      var all =
          new Store.Counts(
              census.labelers(),
              sum(parts, Census.Given::prompts),
              sum(parts, Census.Given::demonstrations),
              sum(parts, Census.Given::rankings),
              sum(parts, Census.Given::ratings));
      out.print(ResolvedSettings.of(all).table());
      for (var split : Split.values()) {
        var given = Objects.requireNonNull(parts.get(split));
        out.println(
            "  %s: %s, %s, %s"
                .formatted(
                    split.name().toLowerCase(Locale.ROOT),
                    Count.of(given.prompts(), "prompt"),
                    Count.of(given.demonstrations(), "demonstration"),
                    Count.of(given.rankings(), "ranking")));
      }
    }
    list("models", workspace.root().resolve("models"), out);
    list("runs", workspace.runs(), out);
  }

  private static long sum(Map<Split, Census.Given> parts, ToLongFunction<Census.Given> what) {
    return parts.values().stream().mapToLong(what).sum();
  }

  private static void list(String what, Path folder, PrintWriter out) throws IOException {
    if (Files.isDirectory(folder)) {
      try (var entries = Files.list(folder)) {
        out.println(
            entries
                .map(entry -> String.valueOf(entry.getFileName()))
                .filter(name -> !name.startsWith("."))
                .sorted()
                .collect(Collectors.joining(", ", "  " + what + ": ", "")));
      }
    }
  }

  /// Reads the file into a store that is thrown away, so that what is told is what an import would
  /// do.
  private int file(PrintWriter out) throws IOException {
    var scratch = Files.createTempDirectory("instructgpt-inspect");
    try (var store = Store.open(scratch.resolve("feedback.db"))) {
      var settings = options.settings(clock.instant(), false);
      return ImportOptions.tell(out, new Importer(store, settings).read(folder));
    } finally {
      AtomicFiles.delete(scratch);
    }
  }

  private void checkpoint(PrintWriter out) throws IOException {
    var kind = Checkpoint.kind(folder);
    out.println(
        folder + ": " + (kind == Checkpoint.Kind.REWARD ? "a reward model" : "a language model"));
    out.print(ResolvedSettings.of(Checkpoint.shape(folder)).table());
    Adapters.base(folder).ifPresent(base -> out.println("an adapter (LoRA) over " + base));
    var weights = Checkpoint.weights(folder);
    out.println(
        "tensors: %d with %s numbers"
            .formatted(
                weights.tensors(),
                weights.numbers().entrySet().stream()
                    .map(entry -> entry.getValue() + " " + entry.getKey())
                    .collect(Collectors.joining(", "))));
    var tokens = JsonLineTokens.of(folder, JsonLineTokens.Frame.AUTO);
    var tokenizer = tokens.tokenizer();
    out.println(
        tokenizer == null
            ? "tokenizer: none"
            : "tokenizer: %s, end of text %d, padding %d; texts are %s"
                .formatted(
                    Count.of(tokenizer.vocabularySize(), "id"),
                    tokenizer.endOfText(),
                    tokenizer.pad(),
                    tokens.isFramed()
                        ? "framed by " + tokens.template().description()
                        : "taken as they are"));
    lineage(out);
  }

  private void lineage(PrintWriter out) throws IOException {
    var lineage = Lineage.read(folder);
    if (lineage.isEmpty()) {
      out.println("lineage: none; made by another program");
      return;
    }
    if (Files.exists(folder.resolve(Provenance.RETRAIN))) {
      out.println("retrain due: it learned from what has been erased, see " + Provenance.RETRAIN);
    }
    var sums = lineage.path("sha256");
    lineage.remove("sha256");
    out.println("lineage:");
    out.println(
        JSON.writerWithDefaultPrettyPrinter()
            .writeValueAsString(lineage)
            .indent(2)
            .stripTrailing());
    for (var sum : sums.properties()) {
      out.println("  " + sum.getKey() + ": " + state(sum.getKey(), sum.getValue()));
    }
  }

  private String state(String name, JsonNode sum) throws IOException {
    var file = folder.resolve(name);
    if (!Files.exists(file)) {
      return "MISSING";
    }
    return Lineage.sha256(file).equals(sum.asText())
        ? "as it was written"
        : "CHANGED since it was written";
  }
}
