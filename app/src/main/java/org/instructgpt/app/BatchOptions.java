package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.instructgpt.model.StopFlag;
import org.instructgpt.text.Framed;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
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
      description = "A checkpoint in Hugging Face's GPT-2 layout.")
  Path model;

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

  @Option(
      names = "--precision",
      defaultValue = "auto",
      paramLabel = "P",
      description = "float32, bfloat16, or auto: what the processor does fast (${DEFAULT-VALUE}).")
  String precision;

  @Option(names = "--device", defaultValue = "cpu", description = "cpu or cuda (${DEFAULT-VALUE}).")
  String device;

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
  LineTokens.Frame frame;

  /// The lines to read and write.
  Lines lines() {
    if (batchSize < 1) {
      throw new IllegalArgumentException("--batch-size: expected at least 1, found " + batchSize);
    }
    return new Lines(in, out, batchSize * WINDOW);
  }

  /// The tokens that the model reads.
  LineTokens tokens() throws IOException {
    return LineTokens.of(model, frame);
  }

  Precision precision() {
    return Precision.named(precision);
  }

  Device device() {
    return Device.named(device);
  }

  /// Computes sequences of similar length together, so that little of a batch is padding.
  ///
  /// @param stop looked at before each batch
  /// @param compute the results of at most [#batchSize] sequences, in their order
  /// @return the results in the order of `sequences`
  /// @throws CancellationException when the process has to end; [Lines] then puts nothing in place
  <T> List<T> together(
      List<Framed> sequences, StopFlag stop, Function<List<Framed>, List<T>> compute) {
    var order =
        IntStream.range(0, sequences.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> sequences.get(i).length()))
            .toList();
    var results = new TreeMap<Integer, T>();
    for (int from = 0; from < order.size(); from += batchSize) {
      if (stop.requested()) {
        throw new CancellationException("stopped");
      }
      var some = order.subList(from, Math.min(order.size(), from + batchSize));
      var computed = compute.apply(some.stream().map(sequences::get).toList());
      for (int i = 0; i < some.size(); i++) {
        results.put(some.get(i), computed.get(i));
      }
    }
    return new ArrayList<>(results.values());
  }
}
