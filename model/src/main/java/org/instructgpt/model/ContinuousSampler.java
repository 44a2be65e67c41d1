package org.instructgpt.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Answers prompts that come at any time, each with settings of its own, in one batch: continuous
/// batching (Yu et al. 2022, "Orca"). What comes while others are answered joins them at the next
/// token, and what has ended makes room at once.
///
/// In float32 a prompt's response depends on its own settings alone, whatever is answered beside
/// it. In bfloat16 the products' rounding depends on how many rows there are, which now and then
/// makes another token the one that is drawn.
///
/// Memory for keys and values is taken at the beginning, and belongs to the scope that is open
/// then. Not thread-safe.
public final class ContinuousSampler implements AutoCloseable {
  private final Gpt model;
  private final Sampler sampler;
  private final int vocabulary;
  private final Generation generation;
  private final int slots;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final Map<Integer, Live> live = new HashMap<>();
  private int begun;

  /// How a prompt is answered.
  ///
  /// @param prompt ids, at least one
  /// @param maxNewTokens the greatest number of tokens of the response, end of text included; fewer
  ///   where there is no room for more
  /// @param temperature the logits' divisor; 0 takes the likeliest token
  /// @param nucleus as of [Sampler#nucleus]; 1 for the whole distribution
  /// @param stream seed of the response's own random numbers
  /// @param adjustment of the logits, before all others
  /// @param alternatives of how many of the likeliest tokens, at each place, the log-probabilities
  ///   are wanted beside that of the token itself; -1 for none of either
  public record Request(
      int[] prompt,
      int maxNewTokens,
      double temperature,
      double nucleus,
      long stream,
      LogitAdjustment adjustment,
      int alternatives) {
    boolean wantsLogProbs() {
      return alternatives >= 0;
    }
  }

  /// Is told what becomes of a request.
  public interface Listener {
    /// Whether the response is still wanted; asked before it begins.
    boolean wanted();

    /// The model begins to read the prompt.
    void begun();

    /// The next token, a final end of text included.
    ///
    /// @return whether the response goes on; if not, the token is its last
    boolean token(ScoredToken token);

    /// There are no more tokens.
    void ended(Sampler.Finish finish);
  }

  private record Waiting(Request request, Listener listener) {}

  private record Live(Request request, Listener listener) {}

  /// @param of the sampler's model, and how many are answered at a time
  /// @param vocabulary how many of the model's ids may be chosen
  ContinuousSampler(Sampler sampler, Generation.Of of, int vocabulary, int slots) {
    this.model = of.model();
    this.sampler = sampler;
    this.vocabulary = vocabulary;
    this.slots = slots;
    this.generation = new Generation(of, slots, this::append);
  }

  /// The most tokens of a prompt and its response together.
  public int slots() {
    return slots;
  }

  /// How many are answered at a time, at most: as many as asked for, or fewer where their keys and
  /// values would need more memory than they were given.
  public int places() {
    return generation.places();
  }

  /// How many requests are not over.
  public int size() {
    return live.size() + waiting.size();
  }

  /// Takes a request; it begins at one of the next steps.
  ///
  /// @param listener called on the thread that calls [#step]
  /// @throws IllegalArgumentException if the prompt is empty or leaves no room for a token
  public void add(Request request, Listener listener) {
    int length = request.prompt.length;
    if (length == 0 || length >= slots) {
      throw new IllegalArgumentException(
          "expected a prompt of 1 to %d tokens, found one of %d".formatted(slots - 1, length));
    }
    waiting.add(new Waiting(request, listener));
  }

  /// A token for every request that is being answered, and the first of those that begin.
  ///
  /// @return whether there are requests that are not over
  public boolean step() {
    while (!waiting.isEmpty() && live.size() < places()) {
      begin(waiting.remove());
    }
    Scope.constant(() -> {
      boolean _ = generation.step();
    });
    return size() > 0;
  }

  private void begin(Waiting next) {
    if (!next.listener.wanted()) {
      next.listener.ended(Sampler.Finish.ENDED);
      return;
    }
    next.listener.begun();
    var request = next.request;
    int limit = Math.min(request.maxNewTokens, slots - request.prompt.length);
    generation.add(new SampledRow(begun, request.prompt, request.stream, limit, false));
    live.put(begun++, new Live(request, next.listener));
  }

  private void append(List<SampledRow> rows, Tensor logits) {
    var places = new ArrayList<Integer>(); // of rows that go on
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.get(i).finished()) {
        places.add(i);
      }
    }
    var all = vocabulary < model.config().vocabulary() ? logits.narrow(1, 0, vocabulary) : logits;
    int[] next = choose(rows, all, places);
    var scored = scored(rows, logits, places, next);
    for (int i : places) {
      rows.get(i).append(next[i], sampler.ends(next[i]), 0);
    }
    for (int i : places) {
      tell(rows.get(i), scored.get(i));
    }
  }

  private void tell(SampledRow row, ScoredToken token) {
    var listener = of(row).listener;
    row.passTo(_ -> listener.token(token));
    if (row.finished()) {
      live.remove(row.place());
      listener.ended(Sampler.finish(row));
    }
  }

  private Live of(SampledRow row) {
    return Objects.requireNonNull(live.get(row.place()));
  }

  /// A token for each of `places`: those that are chosen in one way together.
  private int[] choose(List<SampledRow> rows, Tensor logits, List<Integer> places) {
    var groups = new LinkedHashMap<TokenChoice, List<Integer>>();
    var next = new int[rows.size()];
    for (int i : places) {
      var request = of(rows.get(i)).request;
      var choice = new TokenChoice(request.temperature, request.nucleus);
      if (request.adjustment.isNone()) {
        groups.computeIfAbsent(choice, _ -> new ArrayList<>()).add(i);
      } else {
        var row = rows.get(i);
        float[] changed = logits.narrow(0, i, 1).floats();
        request.adjustment.apply(changed, row.tokens());
        next[i] = choice.choose(Tensor.of(changed, 1, changed.length), new float[] {row.draw()})[0];
      }
    }
    groups.forEach((choice, some) -> {
      var draws = new float[some.size()];
      for (int i = 0; i < draws.length; i++) {
        draws[i] = rows.get(some.get(i)).draw();
      }
      int[] chosen = choice.choose(some(logits, some), draws);
      for (int i = 0; i < chosen.length; i++) {
        next[some.get(i)] = chosen[i];
      }
    });
    return next;
  }

  private static Tensor some(Tensor logits, List<Integer> rows) {
    if (rows.size() == logits.size(0)) {
      return logits;
    }
    int[] index = rows.stream().mapToInt(i -> i).toArray();
    return logits.indexSelect(0, Tensor.of(index).to(logits.device()));
  }

  /// The tokens with their log-probabilities at temperature 1, where they are wanted: of the model
  /// as it is, before any adjustment.
  private List<ScoredToken> scored(
      List<SampledRow> rows, Tensor logits, List<Integer> places, int[] next) {
    var scored = new ArrayList<>(Arrays.stream(next).mapToObj(ScoredToken::unscored).toList());
    for (int i : places) {
      var request = of(rows.get(i)).request;
      if (request.wantsLogProbs()) {
        // Row by row: the last bits of libtorch's logarithms depend on how many rows there are.
        float[] logProbs = logits.narrow(0, i, 1).logSoftmax(-1).floats();
        scored.set(i, ScoredToken.of(logProbs, 0, logProbs.length, next[i], request.alternatives));
      }
    }
    return scored;
  }

  /// The random stream of one of several responses to a prompt.
  public static long stream(long seed, int response) {
    return Randomness.mix(seed, response);
  }

  @Override
  public void close() {
    generation.close();
  }
}
