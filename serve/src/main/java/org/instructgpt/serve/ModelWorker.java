package org.instructgpt.serve;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.instructgpt.model.Checkpoint;
import org.instructgpt.model.Sampler;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Scope;

/// A model in memory, on a thread of its own: native memory belongs to the thread that opened its
/// scope, so a model that can be let go while others stay needs one.
///
/// It does its jobs in the order of their arrival. Between two tokens it hands the baton on, so
/// that of all the models exactly one computes at a time and each that has something to say is
/// heard in turn: answers side by side grow side by side.
final class ModelWorker {
  private static final Logger LOG = System.getLogger("org.instructgpt.serve");

  /// Rows of a batch that go through the model together.
  private static final int ROWS = 16;

  /// Who is told.
  interface Owner {
    /// A job is over.
    void done(ModelWorker voice, GenerationRequest job);

    /// The model cannot be loaded, and no more jobs are for it.
    void broken(ModelWorker voice);

    /// The model's memory is free again.
    void gone(ModelWorker voice);
  }

  private final ServedModel model;
  private final InferenceEngine.Settings settings;
  private final TurnLock baton;
  private final Owner owner;
  private final LinkedBlockingQueue<Optional<GenerationRequest>> jobs = new LinkedBlockingQueue<>();

  ModelWorker(ServedModel model, InferenceEngine.Settings settings, TurnLock baton, Owner owner) {
    this.model = model;
    this.settings = settings;
    this.baton = baton;
    this.owner = owner;
  }

  ServedModel model() {
    return model;
  }

  Thread start() {
    return Thread.ofPlatform().name("voice-" + model.name()).daemon().start(this::live);
  }

  void add(GenerationRequest job) {
    jobs.add(Optional.of(job));
  }

  /// Lets the model go when the jobs before this are done.
  void leave() {
    jobs.add(Optional.empty());
  }

  private void live() {
    try (var _ = Scope.open()) {
      var tokenizer = Checkpoint.tokenizer(model.folder());
      var gpt =
          Checkpoint.loadLanguageModel(model.folder(), settings.precision(), settings.device());
      var sampler =
          new Sampler(gpt, tokenizer, new Sampler.Settings(1, 1, 0, ROWS, false)).frozen();
      serve(job -> speak(sampler, tokenizer, job));
    } catch (IOException | RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the model " + model.name() + " cannot be loaded", e);
      owner.broken(this);
      serve(job -> job.fails(Failure.of("failed.load", model.name())));
    } finally {
      owner.gone(this);
    }
  }

  private interface Work {
    void on(GenerationRequest job);
  }

  private void serve(Work work) {
    try {
      for (var job = jobs.take(); job.isPresent(); job = jobs.take()) {
        try {
          work.on(job.get());
        } finally {
          owner.done(this, job.get());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void speak(Sampler sampler, Tokenizer tokenizer, GenerationRequest job) {
    if (!job.wanted()) {
      cancel(job);
      return;
    }
    try {
      var prompts = new ArrayList<int[]>();
      for (var prompt : job.prompts()) {
        prompts.add(model.framing().prompt(tokenizer, model.answers() ? prompt : bare(prompt)));
      }
      int context = model.shape().context();
      var places =
          IntStream.range(0, prompts.size())
              .filter(place -> prompts.get(place).length < context)
              .boxed()
              .toList();
      if (places.isEmpty()) {
        int shortest = prompts.stream().mapToInt(ids -> ids.length).min().orElse(0);
        job.fails(Failure.of(Failure.LONG, shortest, context - 1));
        return;
      }
      job.begins();
      say(sampler, tokenizer, job, places.stream().map(prompts::get).toList(), places);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the model " + model.name() + " broke off", e);
      job.fails(Failure.of("failed.broken", model.name()));
    }
  }

  /// Without the blanks at the end: a model's words bring their own (see [Framing]).
  private static String bare(String prompt) {
    int end = prompt.length();
    while (end > 0 && (prompt.charAt(end - 1) == ' ' || prompt.charAt(end - 1) == '\t')) {
      end--;
    }
    return prompt.substring(0, end);
  }

  /// @param prompts those that the model can read
  /// @param places where they stand among all of the job
  private void say(
      Sampler sampler,
      Tokenizer tokenizer,
      GenerationRequest job,
      List<int[]> prompts,
      List<Integer> places) {
    var manner = job.manner();
    var transcripts =
        prompts.stream()
            .map(_ -> new StreamedText(tokenizer, sampler::ends, manner.stops(), model.answers()))
            .toList();
    var how =
        new Sampler.Settings(manner.longest(), manner.temperature(), manner.seed(), ROWS, false);
    var tokens = new int[prompts.size()];
    Sampler.Listener listener =
        (row, token) -> {
          tell(job, places.get(row), transcripts.get(row).add(token), ++tokens[row]);
          baton.pass();
          return job.wanted() && !transcripts.get(row).stopped();
        };
    List<Sampler.Sampled> sampled;
    baton.take();
    try {
      sampled = sampler.with(how).nucleus(manner.topP()).sample(prompts, 0, listener);
    } finally {
      baton.drop();
    }
    for (int row = 0; row < prompts.size(); row++) {
      var transcript = transcripts.get(row);
      var one = sampled.get(row);
      tell(job, places.get(row), transcript.end(), one.tokens().length);
      job.ends(places.get(row), finish(one.finish(), transcript), one.tokens().length);
    }
    for (int place = 0; place < job.prompts().size(); place++) {
      if (!places.contains(place)) {
        job.ends(place, Finish.FAILED, 0);
      }
    }
  }

  private static void tell(GenerationRequest job, int place, String text, int tokens) {
    if (!text.isEmpty()) {
      job.says(place, text, tokens);
    }
  }

  private static Finish finish(Sampler.Finish finish, StreamedText transcript) {
    if (transcript.stopped()) {
      return Finish.STOP;
    }
    return switch (finish) {
      case STOP -> Finish.COMPLETE;
      case LENGTH -> Finish.LENGTH;
      case ENDED -> Finish.CANCELLED;
    };
  }

  private static void cancel(GenerationRequest job) {
    for (int place = 0; place < job.prompts().size(); place++) {
      job.ends(place, Finish.CANCELLED, 0);
    }
  }
}
