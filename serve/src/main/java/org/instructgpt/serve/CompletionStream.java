package org.instructgpt.serve;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Completions of one prompt by one or more models, streamed as events. Events wait in a queue
/// until they are taken; there are at most a few more of them than tokens.
public final class CompletionStream {
  /// Why a completion ended.
  public enum Finish {
    /// The model generated its end of text.
    COMPLETE,
    /// The text reached one of the stop strings.
    STOP,
    /// The completion has the most tokens allowed, or fills the model's context.
    LENGTH,
    /// The caller no longer waited.
    CANCELLED,
    /// The model could not go on.
    FAILED
  }

  /// Something that happened to one of the completions.
  public sealed interface Event {
    /// The place of its model in [CompletionStream#models], from 0.
    int place();

    /// The model has begun to read the prompt.
    record Started(int place) implements Event {}

    /// More text, of whole characters.
    ///
    /// @param tokens of the completion so far
    record Text(int place, String text, int tokens) implements Event {}

    /// The end of a completion.
    ///
    /// @param tokens of the completion
    record Finished(int place, Finish finish, int tokens) implements Event {}

    /// The end of a completion that could not be made.
    ///
    /// @param key of a message in the studio's texts
    record Failed(int place, String key, List<Object> arguments) implements Event {}
  }

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final List<String> models;
  private final GenerationSettings settings;
  private volatile boolean wanted = true;

  CompletionStream(List<String> models, GenerationSettings settings) {
    this.models = List.copyOf(models);
    this.settings = settings;
  }

  /// The models, in the order of their places.
  public List<String> models() {
    return models;
  }

  public GenerationSettings settings() {
    return settings;
  }

  /// The next event; empty when none has come in time. After each model's [Event.Finished] or
  /// [Event.Failed] there is none.
  public Optional<Event> next(Duration timeout) throws InterruptedException {
    return Optional.ofNullable(events.poll(timeout.toMillis(), TimeUnit.MILLISECONDS));
  }

  /// Tells the models to stop at their next tokens.
  public void cancel() {
    wanted = false;
  }

  /// A request to each model.
  List<GenerationRequest> requests(String prompt) {
    return IntStream.range(0, models.size())
        .<GenerationRequest>mapToObj(place -> new StreamedRequest(place, prompt))
        .toList();
  }

  private final class StreamedRequest implements GenerationRequest {
    private final int place;
    private final String prompt;

    StreamedRequest(int place, String prompt) {
      this.place = place;
      this.prompt = prompt;
    }

    @Override
    public String model() {
      return models.get(place);
    }

    @Override
    public List<String> prompts() {
      return List.of(prompt);
    }

    @Override
    public GenerationSettings settings() {
      return settings;
    }

    @Override
    public boolean wanted() {
      return wanted;
    }

    @Override
    public void cancel() {
      wanted = false;
    }

    @Override
    public void started() {
      events.add(new Event.Started(place));
    }

    @Override
    public void appended(int prompt, String text, int tokens) {
      events.add(new Event.Text(place, text, tokens));
    }

    @Override
    public void finished(int prompt, Finish finish, int tokens) {
      events.add(new Event.Finished(place, finish, tokens));
    }

    @Override
    public void failed(Failure failure) {
      events.add(new Event.Failed(place, failure.key(), failure.arguments()));
    }
  }
}
