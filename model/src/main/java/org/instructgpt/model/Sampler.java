package org.instructgpt.model;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
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
/// does not depend on the other prompts of its batch, but for the last bits of products that
/// libtorch computes of more rows: of all in bfloat16, of the prompts in float32. Rows that have
/// ended make room for others when they are a quarter of the batch; until then what is computed for
/// them is unused. A prompt that is asked for several responses is computed once.
public final class Sampler {
  /// The most bytes of keys and values; with long rows fewer of them are answered at a time.
  public static final long CACHE_BYTES = 4L << 30;

  /// How many tokens of prompts go through the model together, if one prompt does not need more.
  public static final int PREFILL_TOKENS = 1 << 13;

  /// A quarter of the places of a batch may be idle before others are begun in them.
  private static final int SPARED = 4;

  private final Gpt model;
  private final Set<Integer> ends;
  private final int vocabulary;
  private final Settings settings;
  private final @Nullable GptWeights held;
  private final TokenChoice choice;
  private final boolean exact;

  /// How to sample.
  ///
  /// @param maxNewTokens the greatest number of tokens of a response, end of text included
  /// @param temperature the logits' divisor; 0 takes the likeliest token
  /// @param seed of the rows' random streams
  /// @param rows how many responses are made at a time, at most
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
    this(model, ends(model, tokenizer.endOfText()), tokenizer.vocabularySize(), settings);
  }

  /// A sampler of `model` that chooses any id.
  ///
  /// @param endOfText the id that ends a response, besides those of the model; -1 for none
  public Sampler(Gpt model, int endOfText, Settings settings) {
    this(model, ends(model, endOfText), model.config().vocabulary(), settings);
  }

  private Sampler(Gpt model, Set<Integer> ends, int vocabulary, Settings settings) {
    this(model, ends, vocabulary, settings, null, 1, false);
  }

  private Sampler(
      Gpt model,
      Set<Integer> ends,
      int vocabulary,
      Settings settings,
      @Nullable GptWeights held,
      double nucleus,
      boolean exact) {
    this.model = model;
    this.ends = ends;
    this.vocabulary = vocabulary;
    this.settings = settings;
    this.held = held;
    this.choice = new TokenChoice(settings.temperature, nucleus);
    this.exact = exact;
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
    return new Sampler(model, ends, vocabulary, settings, weights, choice.nucleus(), exact);
  }

  /// The same with other settings, of the same weights.
  public Sampler with(Settings other) {
    return new Sampler(model, ends, vocabulary, other, held, choice.nucleus(), exact);
  }

  /// One whose logits are a product of full precision, whatever that of the others: for
  /// reinforcement learning, where what is sampled must have the log-probability that
  /// [LogProbs#exactOfResponses] gives it. In bfloat16 the rounding of a logit near 100 is up to a
  /// quarter of a nat.
  public Sampler exact() {
    return new Sampler(model, ends, vocabulary, settings, held, choice.nucleus(), true);
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
    return new Sampler(model, ends, vocabulary, settings, held, mass, exact);
  }

  /// A sampler for prompts that come one by one, of the same weights; settings come with them.
  ///
  /// @param rows how many are answered at a time, at most
  /// @param slots the most tokens of a prompt and its response; the model's context, if that is
  ///   less
  /// @param bytes the most memory for keys and values, which may mean fewer rows
  public ContinuousSampler continuous(int rows, int slots, long bytes) {
    var of = new Generation.Of(model, weights(), rows, Engine.threads(), 0, bytes, 0);
    return new ContinuousSampler(this, of, vocabulary, Math.min(slots, model.config().context()));
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
    if (prompts.isEmpty()) {
      return List.of();
    }
    var rows = rows(prompts, firstRow);
    Scope.constant(() -> {
      try (var _ = Scope.open()) {
        var weights = weights();
        int together = Math.min(settings.rows, rows.size());
        int threads = Engine.threads();
        Runnable generation =
            () ->
                Generation.run(
                    new Generation.Of(
                        model, weights, together, threads, SPARED, CACHE_BYTES, PREFILL_TOKENS),
                    rows,
                    (some, logits) -> append(some, logits, listener));
        if (together == 1 ? VectorDecoder.fits(weights) : BatchDecoder.fits(weights)) {
          generation.run();
        } else {
          // For each token, every parameter multiplies and adds once a row.
          double operations = 2.0 * model.config().parameters() * together;
          Engine.threadsFor(operations, model.precision(), generation);
        }
      }
    });
    var results = new Sampled[prompts.size()];
    rows.forEach(row -> results[row.place()] = result(row));
    return Arrays.asList(results);
  }

  /// Why a row has ended.
  static Finish finish(SampledRow row) {
    var other = row.endedByListener() ? Finish.ENDED : Finish.LENGTH;
    return row.stopped() ? Finish.STOP : other;
  }

  private GptWeights weights() {
    var weights = held == null ? model.samplingWeights() : held;
    return exact ? weights.exact() : weights;
  }

  private static Sampled result(SampledRow row) {
    return new Sampled(row.tokens(), row.logProbs(), finish(row));
  }

  /// The rows in the order in which they are begun: the shortest prompts first, equal ones
  /// together.
  private List<SampledRow> rows(List<int[]> prompts, long firstRow) {
    return IntStream.range(0, prompts.size())
        .boxed()
        .sorted(
            Comparator.<Integer>comparingInt(i -> prompts.get(i).length)
                .thenComparing(prompts::get, Arrays::compare))
        .map(i ->
            new SampledRow(
                i,
                prompts.get(i),
                Randomness.mix(settings.seed, firstRow + i),
                Math.min(settings.maxNewTokens, model.config().context() - prompts.get(i).length),
                settings.logProbs))
        .toList();
  }

  /// Chooses a token for each of the rows from its logits (B, V), and tells the listener.
  private void append(List<SampledRow> rows, Tensor logits, Listener listener) {
    boolean rounded = vocabulary < model.config().vocabulary();
    var draws = new float[rows.size()];
    for (int i = 0; i < draws.length; i++) {
      draws[i] = rows.get(i).draw();
    }
    int[] next = choice.choose(rounded ? logits.narrow(1, 0, vocabulary) : logits, draws);
    float[] logProbs = settings.logProbs ? logProbs(logits, next) : new float[0];
    for (int i = 0; i < next.length; i++) {
      var row = rows.get(i);
      if (!row.finished()) { // else it is only still in the batch
        row.append(next[i], ends(next[i]), settings.logProbs ? logProbs[i] : 0);
      }
    }
    rows.forEach(row -> row.passTo(token -> listener.goesOn(row.place(), token)));
  }

  private static float[] logProbs(Tensor logits, int[] chosen) {
    var ids = Tensor.of(chosen, chosen.length, 1).to(logits.device());
    return logits.logSoftmax(-1).gather(1, ids).floats();
  }
}
