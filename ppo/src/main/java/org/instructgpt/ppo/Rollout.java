package org.instructgpt.ppo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.Sequences;
import org.instructgpt.torch.Device;

/// The responses of one iteration, laid out as the updates will read them.
///
/// The batch is split into minibatches, and these into the parts that go through a network
/// together, *before* anything is computed from it. Old log-probabilities, the reference's, values
/// and scores then come from the very tensors that the updates use, part by part, so that the first
/// minibatch's probability ratio is 1 to the bit (docs/specification.md 7.5).
///
/// Values of rows or response tokens are kept in arrays over the whole batch, in the order of the
/// parts: rows (B) and tokens (N), row after row.
///
/// @param minibatches in the order of their updates
/// @param responses the rows (B)
record Rollout(List<Minibatch> minibatches, List<Response> responses) {

  /// A prompt and the policy's response.
  ///
  /// @param ended whether the last token is end of text
  /// @param group counts the prompts of the batch: responses to one prompt that are compared with
  ///   each other have the same
  record Response(int[] prompt, int[] tokens, boolean ended, int group) {
    Response(int[] prompt, Sampler.Sampled sampled, int group) {
      this(prompt, sampled.tokens(), sampled.finish() == Sampler.Finish.STOP, group);
    }

    int length() {
      return prompt.length + tokens.length;
    }
  }

  /// Rows that go through a network together.
  ///
  /// @param rows where they are in the batch's rows
  /// @param tokens where their response tokens are in the batch's
  record Part(Sequences batch, IndexRange rows, IndexRange tokens) {}

  /// The rows of one update, in parts.
  record Minibatch(List<Part> parts) {
    IndexRange tokens() {
      return new IndexRange(parts.getFirst().tokens().from(), parts.getLast().tokens().to());
    }
  }

  /// Splits a batch. The token ids belong to the scope that is open.
  ///
  /// @param order a random order of the responses: minibatches take from it what comes next
  static Rollout of(
      List<Response> sampled, int[] order, int minibatchSize, int microBatchSize, Device device) {
    var shuffled = IntStream.of(order).mapToObj(sampled::get).toList();
    var minibatches = new ArrayList<Minibatch>();
    var rows = new ArrayList<Response>();
    int tokens = 0;
    for (var some : chunks(shuffled, minibatchSize)) {
      var parts = new ArrayList<Part>();
      // Within a minibatch order means nothing: rows of similar length share a part.
      var byLength = some.stream().sorted(Comparator.comparingInt(Response::length)).toList();
      for (var few : chunks(byLength, microBatchSize)) {
        var part = part(few, rows.size(), tokens, device);
        parts.add(part);
        rows.addAll(few);
        tokens = part.tokens().to();
      }
      minibatches.add(new Minibatch(parts));
    }
    return new Rollout(minibatches, rows);
  }

  private static Part part(List<Response> few, int row, int token, Device device) {
    var batch =
        Sequences.of(
            few.stream().map(Response::prompt).toList(),
            few.stream().map(Response::tokens).toList(),
            device);
    return new Part(
        batch,
        new IndexRange(row, row + few.size()),
        new IndexRange(token, token + batch.responseTokens()));
  }

  private static <T> List<List<T>> chunks(List<T> all, int size) {
    return IntStream.iterate(0, from -> from < all.size(), from -> from + size)
        .mapToObj(from -> all.subList(from, Math.min(all.size(), from + size)))
        .toList();
  }

  /// All parts in order.
  Stream<Part> parts() {
    return minibatches.stream().flatMap(minibatch -> minibatch.parts().stream());
  }

  /// The number N of response tokens.
  int tokens() {
    return minibatches.getLast().tokens().to();
  }

  /// Which prompt of the batch each row answers.
  int[] groups() {
    return responses.stream().mapToInt(Response::group).toArray();
  }

  /// The sum (B) of each row's numbers.
  ///
  /// @param ofTokens a number for each response token (N)
  double[] toResponses(double[] ofTokens) {
    var sums = new double[responses.size()];
    int n = 0;
    for (int b = 0; b < sums.length; b++) {
      int end = n + responses.get(b).tokens().length;
      for (; n < end; n++) {
        sums[b] += ofTokens[n];
      }
    }
    return sums;
  }

  /// The number of each row for all its response tokens (N).
  ///
  /// @param ofResponses a number for each row (B)
  double[] toTokens(double[] ofResponses) {
    var numbers = new double[tokens()];
    int n = 0;
    for (int b = 0; b < ofResponses.length; b++) {
      int end = n + responses.get(b).tokens().length;
      Arrays.fill(numbers, n, end, ofResponses[b]);
      n = end;
    }
    return numbers;
  }

  /// The number of response tokens of each row.
  int[] lengths() {
    return responses.stream().mapToInt(response -> response.tokens().length).toArray();
  }
}
