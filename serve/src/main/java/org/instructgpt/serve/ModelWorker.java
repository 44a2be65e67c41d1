package org.instructgpt.serve;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Sampler;
import org.instructgpt.torch.Scope;

/// A model in memory, on a thread of its own: native memory belongs to the thread that opened its
/// scope, so a model that can be unloaded while others stay needs one.
///
/// Requests are taken in the order of their arrival, between two tokens, and answered together
/// ([ModelService]). Between two tokens the worker also passes the [TurnLock] on, so that exactly
/// one of all models computes at a time and models that are asked side by side generate a token
/// each in turn.
final class ModelWorker {
  private static final Logger LOG = System.getLogger("org.instructgpt.serve");

  /// Is told what becomes of a worker.
  interface Listener {
    /// A request is over.
    void done(ModelWorker worker, ModelRequest request);

    /// The model cannot be loaded; the worker takes no further requests.
    void broken(ModelWorker worker);

    /// The model's memory is free again.
    void unloaded(ModelWorker worker);
  }

  private final ServedModel model;
  private final InferenceEngine.Settings settings;
  private final TurnLock turns;
  private final Listener listener;

  /// The requests that wait; empty for the end.
  private final LinkedBlockingQueue<Optional<ModelRequest>> requests = new LinkedBlockingQueue<>();

  private boolean stopping;

  ModelWorker(
      ServedModel model, InferenceEngine.Settings settings, TurnLock turns, Listener listener) {
    this.model = model;
    this.settings = settings;
    this.turns = turns;
    this.listener = listener;
  }

  ServedModel model() {
    return model;
  }

  Thread start() {
    return Thread.ofPlatform().name("model-" + model.name()).daemon().start(this::run);
  }

  void add(ModelRequest request) {
    requests.add(Optional.of(request));
  }

  /// Unloads the model once the requests before this are done.
  void stop() {
    requests.add(Optional.empty());
  }

  private void run() {
    try (var _ = Scope.open()) {
      Loaded loaded;
      try {
        loaded = load();
      } catch (IOException | RuntimeException | Error e) {
        LOG.log(Level.ERROR, "the model " + model.name() + " cannot be loaded", e);
        listener.broken(this);
        refuseAll();
        return;
      }
      while (!stopping) {
        try (var _ = Scope.open();
            var service = loaded.open()) {
          serve(service);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      listener.unloaded(this);
    }
  }

  /// A model whose weights are in memory.
  @FunctionalInterface
  private interface Loaded {
    /// What answers requests to it; its memory beside the weights belongs to the scope that is
    /// open.
    ModelService open();
  }

  private Loaded load() throws IOException {
    var tokenizer = Checkpoint.tokenizer(model.folder());
    if (!model.generates()) {
      var rewards =
          Checkpoint.loadRewardModel(model.folder(), settings.precision(), settings.device());
      return () -> new ScoringService(model, rewards, tokenizer, this::over);
    }
    var gpt = Checkpoint.loadLanguageModel(model.folder(), settings.precision(), settings.device());
    var answering = model.answers() ? gpt.withEnds(model.template().ends(tokenizer)) : gpt;
    // How each completion is sampled comes with its request.
    var sampler =
        new Sampler(answering, tokenizer, new Sampler.Settings(1, 1, 0, 1, false)).frozen();
    return () -> {
      var batch = sampler.continuous(settings.rows(), settings.slots(), settings.cacheBytes());
      return new LanguageService(model, answering, tokenizer, sampler, batch, this::over);
    };
  }

  private void over(ModelRequest request) {
    listener.done(this, request);
  }

  private void refuseAll() throws InterruptedException {
    for (var next = requests.take(); next.isPresent(); next = requests.take()) {
      next.get().failed(Failure.notLoaded(model.name()));
      over(next.get());
    }
  }

  /// Serves until the worker is to stop, or the model breaks off.
  private void serve(ModelService service) throws InterruptedException {
    try {
      while (!stopping) {
        add(service, requests.take());
        if (service.busy()) {
          compute(service);
        }
      }
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the model " + model.name() + " broke off", e);
      service.fail(Failure.broken(model.name()));
    }
  }

  /// Until nothing is left to do.
  private void compute(ModelService service) {
    turns.acquire();
    try {
      while (service.step()) {
        turns.pass();
        for (var next = requests.poll(); next != null; next = requests.poll()) {
          add(service, next);
        }
      }
    } finally {
      turns.release();
    }
  }

  private void add(ModelService service, Optional<ModelRequest> next) {
    if (next.isEmpty()) {
      stopping = true;
    } else {
      service.add(next.get());
    }
  }
}
