package org.instructgpt.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Count;
import org.instructgpt.model.ProgressLine;
import org.instructgpt.model.ProgressLines;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.model.StopFlag;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What `logprobs`, `score` and `generate` have in common.
@SuppressWarnings("NullAway.Init") // picocli gives required options a value
final class BatchOptions {

  /// Lines in memory at once, as a multiple of the sequences that go through the model together:
  /// enough to find sequences of similar length among them.
  private static final int WINDOW = 8;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A model in Hugging Face's layout.")
  Path model;

  @Mixin private final AdapterOption adapter = new AdapterOption();

  @Option(
      names = "--in",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON lines to read; text as \"prompt\" and \"completion\", or ids as \"..._ids\".")
  Path in;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "JSON lines to write, one for each; put in place when whole.")
  Path out;

  @Mixin final Hardware hardware = new Hardware();

  @Option(
      names = "--batch-size",
      defaultValue = "16",
      paramLabel = "N",
      description = "Sequences that go through the model together (${DEFAULT-VALUE}).")
  int batchSize;

  @Option(
      names = "--frame",
      defaultValue = "auto",
      description =
          "How texts become tokens: framed (separator, end of text), verbatim, or auto: framed for"
              + " models of our own stages (${DEFAULT-VALUE}).")
  JsonLineTokens.Frame frame;

  private ProgressLine progress = ProgressLines.silent();
  private long all;
  private long done;

  /// Takes the adapter, if there is one, together with the model; to be closed.
  AdapterOption.Opened open() throws IOException {
    if (!Files.exists(model)) {
      throw new IllegalArgumentException(
          "--model %s: there is no file or folder of this name; expected a folder with config.json and model.safetensors, such as workspace/models/ppo"
              .formatted(model));
    }
    var opened = adapter.over(model);
    model = opened.path();
    return opened;
  }

  /// The lines to read and write; to be closed.
  JsonLinesBatches lines() throws IOException {
    if (batchSize < 1) {
      throw new IllegalArgumentException("--batch-size: expected at least 1, found " + batchSize);
    }
    return JsonLinesBatches.open(in, out, batchSize * WINDOW);
  }

  /// The tokens that the model reads. Everything else about the model and the machine that can be
  /// known without its weights is checked too.
  JsonLineTokens tokens(Checkpoint.Kind kind) throws IOException {
    requireKind(kind);
    hardware.check();
    return JsonLineTokens.of(model, frame);
  }

  /// From now on `verb` tells how many lines of all are done.
  void follow(String verb, long lines) {
    Terminal.tell("%s: %s, %s".formatted(verb, Count.of(lines, "line"), hardware));
    progress = Terminal.progress(verb, "lines");
    all = lines;
  }

  /// So many lines more are done.
  void advance(long lines, Map<String, Double> metrics) {
    done += lines;
    progress.advance(done, metrics);
  }

  /// Computes all lines to their end, or until told to stop.
  ///
  /// @return the exit status
  int compute(
      JsonLinesBatches lines, StopSignals stop, Function<List<JsonLine>, List<ObjectNode>> answers)
      throws IOException {
    progress.begin(0, all);
    try {
      if (lines.compute(answers, stop.heed()::requested)) {
        return 0;
      }
      progress.say("stopped: nothing was put in the place of " + out);
      return StopSignals.STOPPED;
    } finally {
      progress.end();
    }
  }

  private void requireKind(Checkpoint.Kind wanted) throws IOException {
    var found = Checkpoint.kind(model);
    if (found != wanted) {
      throw new IllegalArgumentException(
          found == Checkpoint.Kind.LANGUAGE
              ? "--model %s holds a language model, but a reward model was expected"
                  .formatted(model)
              : "--model %s holds a reward model, but a language model was expected"
                  .formatted(model));
    }
  }

  /// A scorer of lines that tells its progress and heeds the stop flag; a
  /// [java.util.concurrent.CancellationException] then leaves everything in its place.
  SequenceScorer scorer(StopFlag stop) {
    return SequenceScorer.shortestFirst(batchSize)
        .observed(stop::requested, done -> advance(done, Map.of()));
  }
}
