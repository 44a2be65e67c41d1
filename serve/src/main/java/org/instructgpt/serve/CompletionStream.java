package org.instructgpt.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.instructgpt.model.ScoredToken;

/// Completions by one or more models, streamed as events. Events wait in a queue until they are
/// taken; there are at most a few more of them than tokens.
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
    /// The place of the completion among those of the stream, from 0.
    int place();

    /// The model has read what the completion goes on from.
    ///
    /// @param input its tokens
    /// @param scores of those from the second on; empty where they were not asked for
    record Started(int place, List<Integer> input, List<ScoredToken> scores) implements Event {}

    /// One more token. One that ends the text is no part of it, and is told only where a text is
    /// wanted [to the letter][CompletionWish#exact] and with log-probabilities.
    ///
    /// @param text what can be shown now, of whole characters; empty while it is held back, and of
    ///   a token that ends the text
    /// @param tokens of the completion so far
    /// @param token with its log-probabilities, where they were asked for
    record Text(int place, String text, int tokens, ScoredToken token) implements Event {}

    /// The end of a completion.
    ///
    /// @param text the end of its text, which had been held back
    /// @param tokens of the completion
    record Finished(int place, String text, Finish finish, int tokens) implements Event {}

    /// The end of a completion that could not be made.
    record Failed(int place, Failure failure) implements Event {}
  }

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final List<String> models = new ArrayList<>();
  private final List<GenerationRequest> requests = new ArrayList<>();
  private volatile boolean wanted = true;

  private CompletionStream() {}

  /// A completion by each of some models.
  static CompletionStream of(List<String> models, RowRequest row) {
    var stream = new CompletionStream();
    models.forEach(model -> stream.add(model, List.of(row)));
    return stream;
  }

  /// Several completions by one model.
  static CompletionStream of(String model, List<RowRequest> rows) {
    var stream = new CompletionStream();
    stream.add(model, rows);
    return stream;
  }

  private void add(String model, List<RowRequest> rows) {
    requests.add(new StreamedRequest(models.size(), model, List.copyOf(rows)));
    rows.forEach(_ -> models.add(model));
  }

  /// The models of the completions, in the order of their places.
  public List<String> models() {
    return List.copyOf(models);
  }

  /// The next event; empty when none has come in time. After each completion's [Event.Finished] or
  /// [Event.Failed] there is none.
  public Optional<Event> next(Duration timeout) throws InterruptedException {
    return Optional.ofNullable(events.poll(timeout.toNanos(), TimeUnit.NANOSECONDS));
  }

  /// Tells the models to stop at their next tokens.
  public void cancel() {
    wanted = false;
  }

  List<GenerationRequest> requests() {
    return List.copyOf(requests);
  }

  private final class StreamedRequest implements GenerationRequest {
    private final int first;
    private final String model;
    private final List<RowRequest> rows;

    /// @param first the place of the first of the rows
    StreamedRequest(int first, String model, List<RowRequest> rows) {
      this.first = first;
      this.model = model;
      this.rows = rows;
    }

    @Override
    public String model() {
      return model;
    }

    @Override
    public List<RowRequest> rows() {
      return rows;
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
    public void started(int row, int[] input, List<ScoredToken> scores) {
      var ids = IntStream.of(input).boxed().toList();
      events.add(new Event.Started(first + row, ids, scores));
    }

    @Override
    public void appended(int row, String text, int tokens, ScoredToken token) {
      events.add(new Event.Text(first + row, text, tokens, token));
    }

    @Override
    public void finished(int row, String text, Finish finish, int tokens) {
      events.add(new Event.Finished(first + row, text, finish, tokens));
    }

    @Override
    public void failed(int row, Failure failure) {
      events.add(new Event.Failed(first + row, failure));
    }
  }
}
