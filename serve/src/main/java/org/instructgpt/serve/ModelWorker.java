package org.instructgpt.serve;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Sampler;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;

/// A model in memory, on a thread of its own: native memory belongs to the thread that opened its
/// scope, so a model that can be unloaded while others stay needs one.
///
/// Requests are served in the order of their arrival. Between two tokens the worker passes the
/// [TurnLock] on, so that exactly one of all models computes at a time and models that are asked
/// side by side generate a token each in turn.
final class ModelWorker {
  private static final Logger LOG = System.getLogger("org.instructgpt.serve");

  /// Prompts of a request that go through the model together.
  private static final int ROWS = 16;

  /// Is told what becomes of a worker.
  interface Listener {
    /// A request is over.
    void done(ModelWorker worker, GenerationRequest request);

    /// The model cannot be loaded; the worker takes no further requests.
    void broken(ModelWorker worker);

    /// The model's memory is free again.
    void unloaded(ModelWorker worker);
  }

  private final ServedModel model;
  private final Precision precision;
  private final Device device;
  private final TurnLock turns;
  private final Listener listener;

  /// The requests that wait; empty for the end.
  private final LinkedBlockingQueue<Optional<GenerationRequest>> requests =
      new LinkedBlockingQueue<>();

  ModelWorker(
      ServedModel model, Precision precision, Device device, TurnLock turns, Listener listener) {
    this.model = model;
    this.precision = precision;
    this.device = device;
    this.turns = turns;
    this.listener = listener;
  }

  ServedModel model() {
    return model;
  }

  Thread start() {
    return Thread.ofPlatform().name("model-" + model.name()).daemon().start(this::run);
  }

  void add(GenerationRequest request) {
    requests.add(Optional.of(request));
  }

  /// Unloads the model once the requests before this are done.
  void stop() {
    requests.add(Optional.empty());
  }

  private void run() {
    try (var _ = Scope.open()) {
      var tokenizer = Checkpoint.tokenizer(model.folder());
      var gpt = Checkpoint.loadLanguageModel(model.folder(), precision, device);
      if (model.answers()) {
        gpt = gpt.withEnds(model.template().ends(tokenizer));
      }
      var sampler =
          new Sampler(gpt, tokenizer, new Sampler.Settings(1, 1, 0, ROWS, false)).frozen();
      serve(request -> generate(sampler, tokenizer, request));
    } catch (IOException | RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the model " + model.name() + " cannot be loaded", e);
      listener.broken(this);
      serve(request -> request.failed(Failure.of("failed.load", model.name())));
    } finally {
      listener.unloaded(this);
    }
  }

  private void serve(Consumer<GenerationRequest> handler) {
    try {
      for (var next = requests.take(); next.isPresent(); next = requests.take()) {
        try {
          handler.accept(next.get());
        } finally {
          listener.done(this, next.get());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void generate(Sampler sampler, Tokenizer tokenizer, GenerationRequest request) {
    if (!request.wanted()) {
      for (int prompt = 0; prompt < request.prompts().size(); prompt++) {
        request.finished(prompt, Finish.CANCELLED, 0);
      }
      return;
    }
    try {
      var prompts = request.prompts().stream().map(prompt -> ids(tokenizer, prompt)).toList();
      int context = model.shape().context();
      var readable =
          IntStream.range(0, prompts.size())
              .filter(prompt -> prompts.get(prompt).length < context)
              .boxed()
              .toList();
      if (readable.isEmpty()) {
        int shortest = prompts.stream().mapToInt(ids -> ids.length).min().orElse(0);
        request.failed(Failure.of(Failure.LONG, shortest, context - 1));
        return;
      }
      request.started();
      generate(sampler, tokenizer, request, readable.stream().map(prompts::get).toList(), readable);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the model " + model.name() + " broke off", e);
      request.failed(Failure.of("failed.broken", model.name()));
    }
  }

  private int[] ids(Tokenizer tokenizer, String prompt) {
    return model.template().prompt(tokenizer, model.answers() ? prompt : stripBlanks(prompt));
  }

  /// Without the blanks at the end: a model's words bring their own (see
  /// [org.instructgpt.text.PromptTemplate]).
  private static String stripBlanks(String prompt) {
    int end = prompt.length();
    while (end > 0 && (prompt.charAt(end - 1) == ' ' || prompt.charAt(end - 1) == '\t')) {
      end--;
    }
    return prompt.substring(0, end);
  }

  /// @param rows the prompts that the model can read
  /// @param places of those among all prompts of the request
  private void generate(
      Sampler sampler,
      Tokenizer tokenizer,
      GenerationRequest request,
      List<int[]> rows,
      List<Integer> places) {
    var settings = request.settings();
    var texts =
        rows.stream()
            .map(_ -> new StreamedText(tokenizer, sampler::ends, settings.stops(), model.answers()))
            .toList();
    var tokens = new int[rows.size()];
    Sampler.Listener onToken =
        (row, token) -> {
          append(request, places.get(row), texts.get(row).add(token), ++tokens[row]);
          turns.pass();
          return request.wanted() && !texts.get(row).stopped();
        };
    var sampling =
        new Sampler.Settings(
            settings.longest(), settings.temperature(), settings.seed(), ROWS, false);
    List<Sampler.Sampled> sampled;
    turns.acquire();
    try {
      sampled = sampler.with(sampling).nucleus(settings.topP()).sample(rows, 0, onToken);
    } finally {
      turns.release();
    }
    for (int row = 0; row < rows.size(); row++) {
      var text = texts.get(row);
      var one = sampled.get(row);
      append(request, places.get(row), text.end(), one.tokens().length);
      request.finished(places.get(row), finish(one.finish(), text), one.tokens().length);
    }
    for (int prompt = 0; prompt < request.prompts().size(); prompt++) {
      if (!places.contains(prompt)) {
        request.finished(prompt, Finish.FAILED, 0);
      }
    }
  }

  private static void append(GenerationRequest request, int prompt, String text, int tokens) {
    if (!text.isEmpty()) {
      request.appended(prompt, text, tokens);
    }
  }

  private static Finish finish(Sampler.Finish finish, StreamedText text) {
    if (text.stopped()) {
      return Finish.STOP;
    }
    return switch (finish) {
      case STOP -> Finish.COMPLETE;
      case LENGTH -> Finish.LENGTH;
      case ENDED -> Finish.CANCELLED;
    };
  }
}
