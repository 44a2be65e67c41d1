package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.instructgpt.text.PaddedRows;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Engine;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// Samples responses to many prompts of different lengths at once.
///
/// Plain sampling from the whole distribution: no top-k or repetition penalty, since in RL the
/// sampled distribution must be the one whose log-probabilities are trained (docs/specification.md
/// 7.4); a playground may ask for a [nucleus][#nucleus]. Every row draws from a stream of its own
/// that depends on the seed, the row's number and the position alone, so the response to a prompt
/// does not depend on the other prompts of its batch. Rows that have ended leave the batch when a
/// quarter of it has; until then what is computed for them is unused.
public final class Sampler {
  private final Gpt model;
  private final Set<Integer> ends;
  private final int vocabulary;
  private final Settings settings;
  private final Gpt.@Nullable Weights held;
  private final TokenChoice choice;

  /// How to sample.
  ///
  /// @param maxNewTokens the greatest number of tokens of a response, end of text included
  /// @param temperature the logits' divisor; 0 takes the likeliest token
  /// @param seed of the rows' random streams
  /// @param rows how many prompts go through the model together
  /// @param logProbs whether the responses' log-probabilities are wanted
  public record Settings(
      int maxNewTokens, double temperature, long seed, int rows, boolean logProbs) {
    /// Checks the ranges.
    public Settings {
      if (maxNewTokens < 1 || rows < 1) {
        throw new IllegalArgumentException(
            "max new tokens and rows must be at least 1, but are %d and %d"
                .formatted(maxNewTokens, rows));
      }
      if (!(temperature >= 0) || Double.isInfinite(temperature)) {
        throw new IllegalArgumentException(
            "temperature must be 0 (greedy) or positive, but is " + temperature);
      }
    }
  }

  /// Why a response ended.
  public enum Finish {
    /// With the end-of-text token, or another that ends a text in this model; it is its last.
    STOP,
    /// At the greatest number of tokens or at the end of the context.
    LENGTH,
    /// Because the [Listener] ended it.
    ENDED
  }

  /// Is called with every token when it is chosen, and may end its row there.
  @FunctionalInterface
  public interface Listener {
    /// A token for one of the prompts.
    ///
    /// @param place of the prompt in the list, from 0
    /// @param token its next id, a final end of text included
    /// @return whether the row goes on; if not, the token is its last
    boolean goesOn(int place, int token);
  }

  /// A response.
  ///
  /// @param tokens its ids, a final end of text included
  /// @param logProbs natural log-probabilities of the ids under the model at temperature 1, empty
  ///   if not wanted
  /// @param finish why it ended
  public record Sampled(int[] tokens, float[] logProbs, Finish finish) {}

  /// A sampler of `model` that chooses only ids of `tokenizer`: a vocabulary that was rounded up
  /// has rows that no text stands for, which a model gives a little probability all the same. The
  /// log-probabilities are those among all rows.
  public Sampler(Gpt model, Tokenizer tokenizer, Settings settings) {
    this(model, ends(model, tokenizer.endOfText()), tokenizer.vocabularySize(), settings, null, 1);
  }

  /// A sampler of `model` that chooses any id.
  ///
  /// @param endOfText the id that ends a response, besides those of the model; -1 for none
  public Sampler(Gpt model, int endOfText, Settings settings) {
    this(model, ends(model, endOfText), model.config().vocabulary(), settings, null, 1);
  }

  private Sampler(
      Gpt model,
      Set<Integer> ends,
      int vocabulary,
      Settings settings,
      Gpt.@Nullable Weights held,
      double nucleus) {
    this.model = model;
    this.ends = ends;
    this.vocabulary = vocabulary;
    this.settings = settings;
    this.held = held;
    this.choice = new TokenChoice(settings.temperature, nucleus);
  }

  private static Set<Integer> ends(Gpt model, int endOfText) {
    var ends = new TreeSet<>(model.ends());
    ends.add(endOfText);
    return ends;
  }

  /// Whether a token ends a response.
  public boolean ends(int token) {
    return ends.contains(token);
  }

  /// A sampler that converts the weights once, for all its calls, where they must be converted: for
  /// a model that is not being trained. They belong to the caller's scope.
  public Sampler frozen() {
    var weights = Scope.constant(() -> model.samplingWeights());
    return new Sampler(model, ends, vocabulary, settings, weights, choice.nucleus());
  }

  /// The same with other settings, of the same weights.
  public Sampler with(Settings other) {
    return new Sampler(model, ends, vocabulary, other, held, choice.nucleus());
  }

  /// One that draws from the fewest tokens, the likeliest first, that hold `mass` of the
  /// probability ("top p"; Holtzman et al. 2020, arXiv 1904.09751): for people who read the answer,
  /// never for RL.
  ///
  /// @param mass above 0; 1 for the whole distribution
  public Sampler nucleus(double mass) {
    if (!(mass > 0 && mass <= 1)) {
      throw new IllegalArgumentException("top p must be above 0 and at most 1, but is " + mass);
    }
    return new Sampler(model, ends, vocabulary, settings, held, mass);
  }

  /// A response to each prompt, in the prompts' order.
  ///
  /// @param prompts ids, each at least one token and shorter than the context
  /// @param firstRow the number of the first prompt, for its random stream
  /// @throws IllegalArgumentException for an empty prompt or one that leaves no room in the context
  public List<Sampled> sample(List<int[]> prompts, long firstRow) {
    return sample(prompts, firstRow, (_, _) -> true);
  }

  /// The same, with a listener that gets each token as soon as it is chosen: between two calls of
  /// `listener` for a row lies one pass of the model over all rows that have not ended.
  ///
  /// @param listener called on this thread; what it throws ends the sampling
  public List<Sampled> sample(List<int[]> prompts, long firstRow, Listener listener) {
    int context = model.config().context();
    for (int i = 0; i < prompts.size(); i++) {
      int length = prompts.get(i).length;
      if (length == 0 || length >= context) {
        throw new IllegalArgumentException(
            "prompt %d has %d tokens, but must have at least 1 and fewer than the model's context of %d"
                .formatted(firstRow + i + 1, length, context));
      }
    }
    // Prompts of similar length share a batch, so that little of it is padding.
    var order =
        IntStream.range(0, prompts.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> prompts.get(i).length))
            .toList();
    var results = new Sampled[prompts.size()];
    Scope.constant(() -> {
      try (var _ = Scope.open()) {
        var weights = held == null ? model.samplingWeights() : held;
        for (int from = 0; from < order.size(); from += settings.rows) {
          var some = order.subList(from, Math.min(order.size(), from + settings.rows));
          // For each token, every parameter multiplies and adds once a row.
          double operations = 2.0 * model.config().parameters() * some.size();
          Engine.threadsFor(
              operations,
              model.precision(),
              () -> {
                try (var _ = Scope.open()) {
                  answer(weights, rows(prompts, some, firstRow), listener, results);
                }
              });
        }
      }
    });
    return Arrays.asList(results);
  }

  private List<SampledRow> rows(List<int[]> prompts, List<Integer> places, long firstRow) {
    int width = places.stream().mapToInt(place -> prompts.get(place).length).max().orElse(0);
    return places.stream()
        .map(place -> row(place, firstRow + place, prompts.get(place), width))
        .toList();
  }

  private SampledRow row(int place, long number, int[] prompt, int width) {
    return new SampledRow(
        place,
        prompt,
        width - prompt.length,
        Randomness.mix(settings.seed, number),
        Math.min(settings.maxNewTokens, model.config().context() - prompt.length),
        settings.logProbs);
  }

  /// Answers the rows' prompts and puts the responses at their places in `results`.
  private void answer(
      Gpt.Weights weights, List<SampledRow> rows, Listener listener, Sampled[] results) {
    var padded = PaddedRows.left(rows.stream().map(row -> row.prompt()).toList(), 0);
    int width = padded.width();
    int room = rows.stream().mapToInt(r -> r.limit()).max().orElse(0);
    int[] pads = rows.stream().mapToInt(r -> r.pad()).toArray();
    var device = model.parameters().flat().device();
    var cache =
        new CachedAttention(
            model.config(), weights.unembedding().dtype(), device, pads, width + room);
    var live = new ArrayList<>(rows);
    var tokens = padded.tokens();
    for (int slot = 0; !live.isEmpty(); slot = slot == 0 ? width : slot + 1) {
      int[] input = tokens;
      int at = slot;
      try (var _ = Scope.open()) {
        tokens = step(weights, cache, live, input, at);
      }
      live.forEach(row -> row.passTo(listener));
      retire(live, cache);
      if (live.size() < tokens.length) {
        tokens = live.stream().mapToInt(SampledRow::lastToken).toArray();
      }
    }
    rows.forEach(row -> results[row.place()] = row.result());
  }

  /// One pass over `input` (row-major, the same number of tokens for each live row) from `slot` on,
  /// and a token for each row.
  private int[] step(
      Gpt.Weights weights, CachedAttention cache, List<SampledRow> live, int[] input, int slot) {
    int b = live.size();
    int t = input.length / b;
    cache.startAt(slot);
    var hidden = model.blocks(weights, embed(weights, live, input, slot), cache, Dropout.NONE);
    var last = hidden.view(b, t, -1).select(1, t - 1);
    var logits = model.logits(weights.unembedding(), last);
    boolean rounded = vocabulary < model.config().vocabulary();
    var draws = new float[b];
    for (int i = 0; i < b; i++) {
      draws[i] = live.get(i).draw();
    }
    var next = choice.choose(rounded ? logits.narrow(1, 0, vocabulary) : logits, draws);
    float[] logProbs = settings.logProbs ? logProbs(logits, next) : new float[0];
    for (int i = 0; i < b; i++) {
      var row = live.get(i);
      if (row.finished()) {
        continue; // still in the batch, but its response is complete
      }
      row.append(next[i], ends(next[i]), settings.logProbs ? logProbs[i] : 0);
    }
    return next;
  }

  /// Tokens and positions of `input` as vectors (B*T, C).
  private Tensor embed(Gpt.Weights weights, List<SampledRow> live, int[] input, int slot) {
    if (input.length == 1) { // a view of the two vectors needs no index made for it
      var token = weights.token().narrow(0, input[0], 1);
      return token.add(weights.position().narrow(0, slot - live.getFirst().pad(), 1));
    }
    int t = input.length / live.size();
    var positions = new int[input.length];
    for (int i = 0; i < input.length; i++) {
      // Padding stands at the first position; a row that is complete but still in the batch, while
      // shorter prompts go on, stays at the last: what is computed for either is unused.
      int position = slot + i % t - live.get(i / t).pad();
      positions[i] = Math.clamp(position, 0, model.config().context() - 1);
    }
    var device = weights.token().device();
    return weights
        .token()
        .embedding(Tensor.of(input).to(device))
        .add(weights.position().embedding(Tensor.of(positions).to(device)));
  }

  private static float[] logProbs(Tensor logits, int[] chosen) {
    var ids = Tensor.of(chosen, chosen.length, 1).to(logits.device());
    return logits.logSoftmax(-1).gather(1, ids).floats();
  }

  /// Takes finished rows out once they are a quarter of the batch or all of it.
  private static void retire(List<SampledRow> live, CachedAttention cache) {
    int[] going = IntStream.range(0, live.size()).filter(i -> !live.get(i).finished()).toArray();
    if (going.length == 0) {
      live.clear();
    } else if (going.length <= 0.75 * live.size()) {
      cache.keepRows(Tensor.of(going).to(cache.device()));
      var kept = Arrays.stream(going).mapToObj(live::get).toList();
      live.clear();
      live.addAll(kept);
    }
  }
}
