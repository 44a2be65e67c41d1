package org.instructgpt.serve;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.jspecify.annotations.Nullable;

/// Serves the models of a folder.
///
/// A model is loaded when it is first asked and stays until its memory is needed for another, the
/// least recently asked going first; a model whose weights have changed meanwhile is loaded anew.
/// Requests beyond a bound are [refused][Overloaded] at once rather than queued for ever. One model
/// computes at a time, a token each in turn (see [ModelWorker]), so a short answer does not wait
/// for a long one of another model. A completion that nobody waits for ends at its next token.
///
/// All methods may be called from any thread.
public final class InferenceEngine implements AutoCloseable {
  /// Limits and placement of the models.
  ///
  /// @param bytes the most memory for weights, by their size on disk; one model is always held
  /// @param waiting the most completions under way or waiting, a batch counting for one
  /// @param rows how many completions a model makes at a time, at most
  /// @param slots the most tokens of a prompt and its completion; the model's context, if that is
  ///   less
  /// @param cacheBytes the most memory for the keys and values of a model's completions; fewer are
  ///   made at a time where it does not hold more
  public record Settings(
      long bytes,
      int waiting,
      int rows,
      int slots,
      long cacheBytes,
      Precision precision,
      Device device) {
    private static final int ROWS = 16;
    private static final int SLOTS = 4096;
    private static final long CACHE_BYTES = 1L << 30;

    /// Checks the ranges.
    public Settings {
      if (bytes < 0 || waiting < 1 || rows < 1 || slots < 2) {
        throw new IllegalArgumentException(
            "bytes must be at least 0, waiting and rows at least 1 and slots at least 2, but are %d, %d, %d and %d"
                .formatted(bytes, waiting, rows, slots));
      }
    }

    /// For a studio: 16 completions of 4,096 tokens at a time, with 1 GiB for keys and values.
    public Settings(long bytes, int waiting, Precision precision, Device device) {
      this(bytes, waiting, ROWS, SLOTS, CACHE_BYTES, precision, device);
    }
  }

  /// Too many requests are under way, or the server is shutting down.
  public static final class Overloaded extends RuntimeException {
    private static final long serialVersionUID = 1;

    Overloaded(String message) {
      super(message);
    }
  }

  private final ModelCatalog models;
  private final Settings settings;
  private final TurnLock turns = new TurnLock();

  // All below is guarded by this.
  /// The models in memory, the least recently asked first.
  private final SequencedMap<String, ModelWorker> workers = new LinkedHashMap<>(8, 0.75f, true);

  /// The threads of those and of models that are being unloaded, whose memory still counts.
  private final Map<ModelWorker, Thread> threads = new HashMap<>();

  /// How many requests of each are not over; none that is idle.
  private final Map<ModelWorker, Integer> busy = new HashMap<>();

  /// Requests to models for which there is no memory yet.
  private final Deque<ModelRequest> waiting = new ArrayDeque<>();

  private final Set<ModelRequest> underWay = new HashSet<>();

  /// How many completions those are.
  private int completions;

  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private boolean closed;

  /// An engine for the checkpoints in a folder; none is loaded yet.
  ///
  /// @param models holds a folder for each
  public InferenceEngine(Path models, Settings settings) {
    this(ModelCatalog.in(models), settings);
  }

  /// An engine for certain checkpoints; none is loaded yet.
  public InferenceEngine(ModelCatalog models, Settings settings) {
    this.models = models;
    this.settings = settings;
  }

  private final ModelWorker.Listener listener =
      new ModelWorker.Listener() {
        @Override
        public void done(ModelWorker worker, ModelRequest request) {
          InferenceEngine.this.done(worker, request);
        }

        @Override
        public void broken(ModelWorker worker) {
          InferenceEngine.this.broken(worker);
        }

        @Override
        public void unloaded(ModelWorker worker) {
          InferenceEngine.this.unloaded(worker);
        }
      };

  /// The names of all models that can be asked, parents before the models trained from them.
  public List<String> names() {
    return models.all().stream().filter(ServedModel::generates).map(ServedModel::name).toList();
  }

  public ModelCatalog models() {
    return models;
  }

  /// Streams the completions of one prompt by several models: all or none are admitted.
  ///
  /// @throws IllegalArgumentException when there is no such model, or it is a reward model
  /// @throws Overloaded when too many requests are under way already
  public CompletionStream stream(List<String> names, String prompt, GenerationSettings settings) {
    var row = RowRequest.plain(new ModelInput.Text(prompt), settings, 0);
    var stream = CompletionStream.of(names, row);
    admit(stream.requests());
    return stream;
  }

  /// Streams completions by one model: [CompletionWish#copies] of each input, those of one input
  /// next to each other.
  ///
  /// @throws IllegalArgumentException when there is no such model, or it is a reward model
  /// @throws Overloaded when too many requests are under way already
  public CompletionStream stream(String model, List<ModelInput> inputs, CompletionWish wish) {
    var stream = CompletionStream.of(model, wish.rows(inputs));
    admit(stream.requests());
    return stream;
  }

  /// The rewards of answers under a reward model. The future may be cancelled; it fails with a
  /// [ModelFailedException].
  ///
  /// @param prompts one for each answer
  /// @throws IllegalArgumentException when there is no such model, or it is none that scores
  /// @throws Overloaded when too many requests are under way already
  public CompletableFuture<Rewards> rewards(
      String model, List<ModelInput> prompts, List<String> answers) {
    var pairs =
        IntStream.range(0, answers.size())
            .mapToObj(i -> new ScoreRequest.Pair(prompts.get(i), answers.get(i)))
            .toList();
    var request = new ScoreRequest(model, pairs);
    admit(List.of(request));
    return request.rewards();
  }

  /// Completes each of many prompts, in their order; repeat a prompt for more completions of it.
  /// One that is longer than the model can read fails alone. The future may be cancelled.
  ///
  /// @throws IllegalArgumentException when there is no such model, or it is a reward model
  /// @throws Overloaded when too many requests are under way already
  public CompletableFuture<List<Completion>> complete(
      String model, List<String> prompts, GenerationSettings settings) {
    var rows =
        IntStream.range(0, prompts.size())
            .mapToObj(i -> RowRequest.plain(new ModelInput.Text(prompts.get(i)), settings, i))
            .toList();
    var batch = new BatchRequest(model, rows);
    admit(List.of(batch));
    return batch.completions();
  }

  private synchronized void admit(List<? extends ModelRequest> requests) {
    for (var request : requests) {
      boolean scores = request instanceof ScoreRequest;
      if (models.find(request.model()).filter(model -> model.generates() != scores).isEmpty()) {
        throw new IllegalArgumentException(
            "there is no %s model %s".formatted(scores ? "reward" : "language", request.model()));
      }
    }
    if (closed) {
      throw new Overloaded("the server is shutting down");
    }
    int more = requests.stream().mapToInt(InferenceEngine::completions).sum();
    if (completions > 0 && completions + more > settings.waiting) {
      throw new Overloaded(
          "%d answers are under way, and at most %d may be"
              .formatted(completions, settings.waiting));
    }
    completions += more;
    underWay.addAll(requests);
    waiting.addAll(requests);
    assign();
  }

  /// How many it counts for: a batch for one, since its prompts wait for each other.
  private static int completions(ModelRequest request) {
    return request instanceof GenerationRequest it && !(request instanceof BatchRequest)
        ? it.rows().size()
        : 1;
  }

  /// Gives the waiting requests to their models as far as memory allows.
  private void assign() {
    for (var requests = waiting.iterator(); requests.hasNext(); ) {
      var request = requests.next();
      var model = models.find(request.model());
      if (model.isEmpty()) {
        requests.remove();
        request.failed(Failure.gone(request.model()));
        over(request);
        continue;
      }
      var worker = worker(model.get());
      if (worker != null) {
        requests.remove();
        busy.merge(worker, 1, Integer::sum);
        worker.add(request);
      }
    }
  }

  /// The model in memory; null where there is no room for it until others are done or unloaded.
  private @Nullable ModelWorker worker(ServedModel model) {
    var loaded = workers.get(model.name());
    if (loaded != null && loaded.model().made().equals(model.made())) {
      return loaded;
    }
    if (loaded != null) {
      unload(loaded);
    }
    long free = settings.bytes - model.bytes() - bytes(workers.values());
    for (var idle = idlest(); free < 0 && idle.isPresent(); idle = idlest()) {
      free += idle.get().model().bytes();
      unload(idle.get());
    }
    if (!threads.isEmpty() && bytes(threads.keySet()) + model.bytes() > settings.bytes) {
      return null;
    }
    var worker = new ModelWorker(model, settings, turns, listener);
    workers.put(model.name(), worker);
    threads.put(worker, worker.start());
    return worker;
  }

  private Optional<ModelWorker> idlest() {
    return workers.values().stream().filter(worker -> !busy.containsKey(worker)).findFirst();
  }

  private static long bytes(Collection<ModelWorker> workers) {
    return workers.stream().mapToLong(worker -> worker.model().bytes()).sum();
  }

  private void unload(ModelWorker worker) {
    if (workers.remove(worker.model().name(), worker)) {
      worker.stop();
    }
  }

  private void over(ModelRequest request) {
    underWay.remove(request);
    completions -= completions(request);
    if (closed && underWay.isEmpty()) {
      drained.complete(null);
    }
  }

  private synchronized void done(ModelWorker worker, ModelRequest request) {
    busy.computeIfPresent(worker, (_, count) -> count == 1 ? null : count - 1);
    over(request);
    assign();
  }

  private synchronized void broken(ModelWorker worker) {
    unload(worker);
  }

  private synchronized void unloaded(ModelWorker worker) {
    threads.remove(worker);
    assign();
  }

  /// Admits no further requests, lets those under way end for at most this long, cancels the rest
  /// and frees the memory.
  public void close(Duration grace) {
    synchronized (this) {
      closed = true;
      if (underWay.isEmpty()) {
        drained.complete(null);
      }
    }
    try {
      drained.get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException _) {
      // what is not over now is cancelled
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    List<Thread> last;
    synchronized (this) {
      underWay.forEach(ModelRequest::cancel);
      List.copyOf(workers.values()).forEach(this::unload);
      last = List.copyOf(threads.values());
    }
    try {
      for (var thread : last) {
        thread.join();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// How many completions are under way or waiting, a batch counting for one.
  public synchronized int underWay() {
    return completions;
  }

  /// Whether [#close] was called.
  public synchronized boolean closed() {
    return closed;
  }

  /// Closes without any grace.
  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
