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
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.jspecify.annotations.Nullable;

/// Makes the models of a workspace speak.
///
/// A model is loaded when it is first asked and stays until the memory is wanted for another, the
/// one that was asked longest ago going first; a model that was trained anew meanwhile is loaded
/// anew. What is asked beyond a bound is [refused][Full] at once rather than queued for ever. One
/// model computes at a time, a token each in turn (see [ModelWorker]), so a short answer does not
/// wait for a long one of another model. An answer that nobody listens to ends at its next token.
///
/// All methods may be called from any thread.
public final class InferenceEngine implements AutoCloseable {
  /// What the machine gives.
  ///
  /// @param bytes the most memory for weights, as they are on disk; one model is always held
  /// @param waiting the most answers under way or waiting
  public record Settings(long bytes, int waiting, Precision precision, Device device) {
    /// Checks the ranges.
    public Settings {
      if (bytes < 0 || waiting < 1) {
        throw new IllegalArgumentException(
            "bytes must be at least 0 and waiting at least 1, but are %d and %d"
                .formatted(bytes, waiting));
      }
    }
  }

  /// Too much is asked at once, or the end has come.
  public static final class Full extends RuntimeException {
    private static final long serialVersionUID = 1;

    Full(String message) {
      super(message);
    }
  }

  private final ModelCatalog models;
  private final Settings settings;
  private final TurnLock baton = new TurnLock();

  // All below is guarded by this.
  /// The models in memory, the one asked longest ago first.
  private final SequencedMap<String, ModelWorker> voices = new LinkedHashMap<>(8, 0.75f, true);

  /// The threads of those and of models on their way out, whose memory still counts.
  private final Map<ModelWorker, Thread> threads = new HashMap<>();

  /// How many jobs of each are not over; none that is idle.
  private final Map<ModelWorker, Integer> busy = new HashMap<>();

  /// Jobs of models for which there is no room yet.
  private final Deque<GenerationRequest> waiting = new ArrayDeque<>();

  private final Set<GenerationRequest> underWay = new HashSet<>();
  private final CompletableFuture<Void> silence = new CompletableFuture<>();
  private boolean closed;

  /// A speaker for the checkpoints in a folder; none is loaded yet.
  ///
  /// @param models holds a folder for each
  public InferenceEngine(Path models, Settings settings) {
    this.models = new ModelCatalog(models);
    this.settings = settings;
  }

  private final ModelWorker.Owner owner =
      new ModelWorker.Owner() {
        @Override
        public void done(ModelWorker voice, GenerationRequest job) {
          InferenceEngine.this.done(voice, job);
        }

        @Override
        public void broken(ModelWorker voice) {
          InferenceEngine.this.broken(voice);
        }

        @Override
        public void gone(ModelWorker voice) {
          InferenceEngine.this.gone(voice);
        }
      };

  /// The names of all models that can be asked, those first that others were made from.
  public List<String> names() {
    return models.all().stream().filter(ServedModel::speaks).map(ServedModel::name).toList();
  }

  public ModelCatalog models() {
    return models;
  }

  /// The answers of several models to one prompt: all or none are taken on.
  ///
  /// @throws IllegalArgumentException when there is no such model, or it is a reward model
  /// @throws Full when too much is asked already
  public CompletionStream speak(List<String> names, String prompt, GenerationSettings manner) {
    var speech = new CompletionStream(names, manner);
    admit(speech.jobs(prompt));
    return speech;
  }

  /// What a model answered to one of many prompts.
  ///
  /// @param finish why it ended there; `FAILED`, with the empty text, where the prompt was longer
  ///   than the model can read
  public record Answer(String text, CompletionStream.Finish finish) {}

  /// An answer to each of many prompts, in their order; repeat a prompt for more answers to it. One
  /// that is longer than the model can read fails alone. The future may be cancelled.
  ///
  /// @throws IllegalArgumentException when there is no such model, or it is a reward model
  /// @throws Full when too much is asked already
  public CompletableFuture<List<Answer>> answers(
      String model, List<String> prompts, GenerationSettings manner) {
    var batch = new BatchRequest(model, prompts, manner);
    admit(List.of(batch));
    return batch.answers();
  }

  private synchronized void admit(List<? extends GenerationRequest> jobs) {
    for (var job : jobs) {
      if (!models.find(job.model()).map(ServedModel::speaks).orElse(false)) {
        throw new IllegalArgumentException("there is no language model " + job.model());
      }
    }
    if (closed) {
      throw new Full("the end has come: nothing more is taken on");
    }
    if (underWay.size() + jobs.size() > settings.waiting) {
      throw new Full(
          "%d answers are under way, and at most %d may be"
              .formatted(underWay.size(), settings.waiting));
    }
    underWay.addAll(jobs);
    waiting.addAll(jobs);
    place();
  }

  /// Gives the waiting jobs to their models as far as memory allows.
  private void place() {
    for (var jobs = waiting.iterator(); jobs.hasNext(); ) {
      var job = jobs.next();
      var model = models.find(job.model());
      if (model.isEmpty()) {
        jobs.remove();
        job.fails(Failure.of("failed.gone", job.model()));
        over(job);
        continue;
      }
      var voice = voice(model.get());
      if (voice != null) {
        jobs.remove();
        busy.merge(voice, 1, Integer::sum);
        voice.add(job);
      }
    }
  }

  /// The model in memory; null where there is no room for it until others are done or gone.
  private @Nullable ModelWorker voice(ServedModel model) {
    var there = voices.get(model.name());
    if (there != null && there.model().made().equals(model.made())) {
      return there;
    }
    if (there != null) {
      dismiss(there);
    }
    long free = settings.bytes - model.bytes() - bytes(voices.values());
    for (var idle = idlest(); free < 0 && idle.isPresent(); idle = idlest()) {
      free += idle.get().model().bytes();
      dismiss(idle.get());
    }
    if (!threads.isEmpty() && bytes(threads.keySet()) + model.bytes() > settings.bytes) {
      return null;
    }
    var voice = new ModelWorker(model, settings, baton, owner);
    voices.put(model.name(), voice);
    threads.put(voice, voice.start());
    return voice;
  }

  private Optional<ModelWorker> idlest() {
    return voices.values().stream().filter(voice -> !busy.containsKey(voice)).findFirst();
  }

  private static long bytes(Collection<ModelWorker> voices) {
    return voices.stream().mapToLong(voice -> voice.model().bytes()).sum();
  }

  private void dismiss(ModelWorker voice) {
    if (voices.remove(voice.model().name(), voice)) {
      voice.leave();
    }
  }

  private void over(GenerationRequest job) {
    underWay.remove(job);
    if (closed && underWay.isEmpty()) {
      silence.complete(null);
    }
  }

  private synchronized void done(ModelWorker voice, GenerationRequest job) {
    busy.computeIfPresent(voice, (_, count) -> count == 1 ? null : count - 1);
    over(job);
    place();
  }

  private synchronized void broken(ModelWorker voice) {
    dismiss(voice);
  }

  private synchronized void gone(ModelWorker voice) {
    threads.remove(voice);
    place();
  }

  /// Takes nothing more on, lets what is under way end, for at most this long, cuts off what has
  /// not, and frees the memory.
  public void close(Duration grace) {
    synchronized (this) {
      closed = true;
      if (underWay.isEmpty()) {
        silence.complete(null);
      }
    }
    try {
      silence.get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException _) {
      // what is not over now is cut off
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    List<Thread> last;
    synchronized (this) {
      underWay.forEach(GenerationRequest::cancel);
      List.copyOf(voices.values()).forEach(this::dismiss);
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

  /// Whether the end has come.
  public synchronized boolean closed() {
    return closed;
  }

  /// The same without any grace.
  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
