package org.instructgpt.model;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Scores given responses to prompts, a batch at a time and without gradients: rewards under a
/// [ScalarModel], log-probabilities under a [Gpt]. Results are in the order of the examples.
///
/// Which examples share a batch is the caller's choice, since it decides which of them share their
/// prompt, and since sums in another order differ in their last bits.
public final class SequenceScorer {
  private final Batching batching;
  private final BooleanSupplier stop;
  private final IntConsumer progress;

  /// Splits examples into batches of indices.
  private interface Batching {
    List<List<Integer>> batches(List<EncodedExample> examples);
  }

  private SequenceScorer(Batching batching, BooleanSupplier stop, IntConsumer progress) {
    this.batching = batching;
    this.stop = stop;
    this.progress = progress;
  }

  private SequenceScorer(Batching batching) {
    this(batching, () -> false, _ -> {});
  }

  /// Batches of so many examples, as they come.
  public static SequenceScorer inOrder(int rows) {
    return new SequenceScorer(
        examples -> ofRows(IntStream.range(0, examples.size()).boxed().toList(), rows));
  }

  /// Batches of so many examples of similar length, the shortest first; those of one prompt stand
  /// together.
  public static SequenceScorer shortestFirst(int rows) {
    return new SequenceScorer(examples ->
        ofRows(byPrompt(examples, Comparator.comparingInt(EncodedExample::length)), rows));
  }

  /// Batches of examples of similar length, the longest first; those of one prompt stand together.
  ///
  /// @param tokens the most tokens of a batch, a prompt that its examples share counted once; an
  ///   example that needs more is a batch by itself
  public static SequenceScorer longestFirst(int tokens) {
    return new SequenceScorer(examples -> {
      var longest = Comparator.comparingInt(EncodedExample::length).reversed();
      var batches = new ArrayList<List<Integer>>();
      int used = 0;
      EncodedExample before = null;
      for (int i : byPrompt(examples, longest)) {
        var example = examples.get(i);
        boolean shares = before != null && Arrays.equals(before.prompt(), example.prompt());
        used += shares ? example.response().length : example.length();
        if (batches.isEmpty() || used > tokens) {
          batches.add(new ArrayList<>());
          used = example.length();
        }
        batches.getLast().add(i);
        before = example;
      }
      return batches;
    });
  }

  /// The same scorer, which reports its progress and can be stopped.
  ///
  /// @param stop looked at before each batch; ends the scoring by a [CancellationException]
  /// @param progress takes the number of examples of each batch that is done
  public SequenceScorer observed(BooleanSupplier stop, IntConsumer progress) {
    return new SequenceScorer(batching, stop, progress);
  }

  /// The reward of each response.
  public double[] rewards(ScalarModel model, List<EncodedExample> examples) {
    var device = model.parameters().flat().device();
    return Arrays.stream(score(examples, device, model::rewards, _ -> 1))
        .mapToDouble(values -> values[0])
        .toArray();
  }

  /// The natural log-probabilities of each response's tokens at temperature 1.
  public List<double[]> logProbs(Gpt model, List<EncodedExample> examples) {
    var device = model.parameters().flat().device();
    return List.of(
        score(
            examples,
            device,
            batch -> LogProbs.ofResponses(model, batch, 1, Dropout.NONE),
            example -> example.response().length));
  }

  /// The indices of the examples, batch by batch, in the order in which they are scored.
  List<List<Integer>> batches(List<EncodedExample> examples) {
    return batching.batches(examples);
  }

  /// @param compute the values of a batch, row after row
  /// @param length how many of them are an example's
  private double[][] score(
      List<EncodedExample> examples,
      Device device,
      Function<Sequences, Tensor> compute,
      ToIntFunction<EncodedExample> length) {
    var scores = new double[examples.size()][];
    for (var batch : batches(examples)) {
      if (stop.getAsBoolean()) {
        throw new CancellationException("stopped");
      }
      double[] values = values(batch.stream().map(examples::get).toList(), device, compute);
      int from = 0;
      for (int example : batch) {
        int to = from + length.applyAsInt(examples.get(example));
        scores[example] = Arrays.copyOfRange(values, from, to);
        from = to;
      }
      progress.accept(batch.size());
    }
    return scores;
  }

  private static double[] values(
      List<EncodedExample> rows, Device device, Function<Sequences, Tensor> compute) {
    try (var _ = Scope.open()) {
      return Scope.constant(() -> compute.apply(Sequences.of(rows, device)).doubles());
    }
  }

  /// The indices of the examples in the given order, but those of one prompt next to each other, at
  /// the place of the first of them: what they share is computed once ([Sequences]).
  private static List<Integer> byPrompt(
      List<EncodedExample> examples, Comparator<EncodedExample> order) {
    var prompts = new LinkedHashMap<IntBuffer, List<Integer>>();
    IntStream.range(0, examples.size())
        .boxed()
        .sorted(Comparator.comparing(examples::get, order))
        .forEach(i ->
            prompts
                .computeIfAbsent(IntBuffer.wrap(examples.get(i).prompt()), _ -> new ArrayList<>())
                .add(i));
    return prompts.values().stream().flatMap(List::stream).toList();
  }

  private static List<List<Integer>> ofRows(List<Integer> order, int rows) {
    var batches = new ArrayList<List<Integer>>();
    for (int from = 0; from < order.size(); from += rows) {
      batches.add(order.subList(from, Math.min(order.size(), from + rows)));
    }
    return batches;
  }
}
