package org.instructgpt.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// Rows that wait, and rows that are being answered, each in its row of the cache: those of one
/// call of a [Sampler], or those that come to a [ContinuousSampler] one by one. A place in the
/// batch whose response has ended goes to the next that waits.
final class Generation implements AutoCloseable {

  private final Gpt model;
  private final GptWeights weights;
  private final Chooser chooser;
  private final ArrayDeque<SampledRow> waiting = new ArrayDeque<>();
  private final List<SampledRow> live = new ArrayList<>();
  private final int slots;
  private final int places;
  private final int threads;
  private final int spared;
  private final int together;
  private final Device device;
  private final DType type;
  private final CachedAttention cache;
  private final boolean vectors;
  private final @Nullable BatchDecoder batch;
  private @Nullable VectorDecoder decoder;

  /// What answers.
  ///
  /// @param weights of the model, for sampling
  /// @param rows how many are answered at a time, at most
  /// @param threads for the work that is not libtorch's
  /// @param spared one of so many places of the batch may be idle before it goes to a row that
  ///   waits; 0 where none may: more passes over prompts, and less waiting
  /// @param bytes the most memory for keys and values; one row is answered in any case
  /// @param together how many tokens of prompts go through the model together, if one prompt does
  ///   not need more; 0 for one prompt at a time, so that what is made of it in float32 does not
  ///   depend on the others: a product's last bits depend on the number of its rows
  record Of(
      Gpt model, GptWeights weights, int rows, int threads, int spared, long bytes, int together) {}

  /// Appends a token to each of the rows, from the logits (B, V) at their ends.
  @FunctionalInterface
  interface Chooser {
    void append(List<SampledRow> rows, Tensor logits);
  }

  /// @param slots the most tokens of a row, its prompt's included
  Generation(Of of, int slots, Chooser chooser) {
    var parameters = of.model.parameters().flat();
    this.model = of.model;
    this.weights = of.weights;
    this.threads = of.threads;
    this.spared = of.spared;
    this.together = of.together;
    this.chooser = chooser;
    this.device = parameters.device();
    this.type = parameters.dtype();
    this.slots = slots;
    boolean batches = of.rows > 1 && BatchDecoder.fits(weights);
    this.vectors = !batches && VectorDecoder.fits(weights);
    var kept =
        batches ? BatchDecoder.cacheType(weights) : CachedAttention.type(model, type, device);
    int head =
        batches || vectors
            ? Padding.of(model.config()).head()
            : model.config().effective().heads().width();
    long fit = of.bytes / CachedAttention.bytes(model.config(), kept, slots, head);
    this.places = (int) Math.max(1, Math.min(fit, of.rows));
    this.cache = new CachedAttention(model.config(), kept, device, places, slots, head);
    this.batch = batches ? new BatchDecoder(model.config(), weights, cache, threads) : null;
  }

  /// Answers all rows.
  static void run(Of of, List<SampledRow> rows, Chooser chooser) {
    int slots = rows.stream().mapToInt(row -> row.prompt().length + row.limit()).max().orElse(0);
    try (var generation = new Generation(of, slots, chooser)) {
      rows.forEach(generation::add);
      while (generation.step()) {
        // until all are answered
      }
    }
  }

  /// Lets a row wait for its place.
  void add(SampledRow row) {
    waiting.add(row);
  }

  /// How many rows are answered at a time, at most.
  int places() {
    return places;
  }

  /// A token for each row of the batch, then the first of each row that begins in a free place.
  ///
  /// @return whether there are rows that are not answered yet
  boolean step() {
    if (!live.isEmpty()) {
      boolean alone = live.size() == 1 && vectors;
      if (alone && decoder == null) {
        decoder = new VectorDecoder(model.config(), weights, cache, threads);
      }
      try (var _ = Scope.open()) {
        step(alone ? decoder : null);
      }
    }
    refill();
    return !live.isEmpty();
  }

  /// Takes ended rows out once they are more than may be idle, and begins others in their places.
  private void refill() {
    while (hasRoom()) {
      int[] free = IntStream.range(0, live.size()).filter(i -> live.get(i).finished()).toArray();
      if (waiting.isEmpty()) {
        shrink();
        return;
      }
      int[] rows =
          IntStream.concat(Arrays.stream(free), IntStream.range(live.size(), places)).toArray();
      try (var _ = Scope.open()) {
        begin(rows);
      }
    }
  }

  private boolean hasRoom() {
    long ended = live.stream().filter(SampledRow::finished).count();
    return live.size() < places && !waiting.isEmpty()
        || (spared == 0 ? ended > 0 || live.isEmpty() : spared * ended >= live.size());
  }

  /// Puts rows from the end of the batch in the places of those that have ended.
  private void shrink() {
    for (int i = live.size() - 1; i >= 0; i--) {
      if (live.get(i).finished()) {
        var last = live.removeLast();
        if (i < live.size()) {
          cache.copyRow(live.size(), i, last.cached());
          live.set(i, last);
        }
      }
    }
  }

  /// Begins waiting rows at free places, as many as fit into one pass.
  private void begin(int[] free) {
    var begun = new ArrayList<SampledRow>();
    int tokens = 0;
    while (begun.size() < free.length && !waiting.isEmpty()) {
      var row = waiting.getFirst();
      boolean again = !begun.isEmpty() && Arrays.equals(row.prompt(), begun.getLast().prompt());
      if (!begun.isEmpty() && !again && tokens + row.prompt().length > together) {
        break;
      }
      begun.add(waiting.removeFirst());
      tokens += again ? 0 : row.prompt().length;
      int place = free[begun.size() - 1];
      if (place < live.size()) {
        live.set(place, row);
      } else {
        live.add(row);
      }
    }
    var prompts = begun.stream().map(SampledRow::prompt).toList();
    var prefill = Prefill.of(prompts, Arrays.copyOf(free, begun.size()), slots);
    var causal =
        new CausalAttention(model.config(), prefill.packing(), model.precision(), type, device);
    var hidden = hidden(prefill.tokens(), prefill.positions(), cache.fill(prefill, causal));
    // Once for rows of one prompt: they share its last token.
    int[] ends = Arrays.stream(prefill.last()).distinct().toArray();
    var logits =
        model.logits(weights.unembedding(), hidden.indexSelect(0, Tensor.of(ends).to(device)));
    int[] of = Arrays.stream(prefill.last()).map(end -> indexOf(ends, end)).toArray();
    chooser.append(
        begun, ends.length == of.length ? logits : logits.indexSelect(0, Tensor.of(of).to(device)));
  }

  private static int indexOf(int[] all, int one) {
    return IntStream.range(0, all.length).filter(i -> all[i] == one).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    if (batch != null) {
      batch.close();
    }
    if (decoder != null) {
      decoder.close();
    }
  }

  /// One token for each row of the batch.
  ///
  /// @param alone decodes the only row, if it is the only one
  private void step(@Nullable VectorDecoder alone) {
    if (alone != null) {
      var row = live.getFirst();
      chooser.append(live, alone.logits(row.lastToken(), row.cached()));
      return;
    }
    int[] tokens = live.stream().mapToInt(SampledRow::lastToken).toArray();
    int[] lengths = live.stream().mapToInt(SampledRow::cached).toArray();
    if (batch != null) {
      chooser.append(live, batch.logits(tokens, lengths));
      return;
    }
    cache.next(lengths);
    append(live, hidden(tokens, lengths, cache));
  }

  private Tensor hidden(int[] tokens, int[] positions, Attention attention) {
    var at = Tensor.of(positions).to(device);
    var input = model.embed(weights, Tensor.of(tokens).to(device), at);
    return model.blocks(weights, input, at, attention, Dropout.NONE);
  }

  private void append(List<SampledRow> rows, Tensor hidden) {
    chooser.append(rows, model.logits(weights.unembedding(), hidden));
  }
}
