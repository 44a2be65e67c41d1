package org.instructgpt.serve;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// What one or more models say to one prompt. It waits here until somebody takes it; there is never
/// more of it than answers have tokens.
public final class CompletionStream {
  /// Why an answer ended.
  public enum Finish {
    /// The model ended it.
    COMPLETE,
    /// It came to one of the stop strings.
    STOP,
    /// It reached the most tokens allowed, or the end of what the model can read.
    LENGTH,
    /// Nobody listened any more.
    CANCELLED,
    /// The model could not go on.
    FAILED
  }

  /// A piece of what happens.
  public sealed interface Piece {
    /// Which of the models speaks, from 0.
    int place();

    /// The model has begun to read the prompt.
    record Begun(int place) implements Piece {}

    /// More text, of whole characters.
    ///
    /// @param tokens of the answer so far
    record Text(int place, String text, int tokens) implements Piece {}

    /// The end of an answer.
    ///
    /// @param tokens of the answer
    record Ended(int place, Finish finish, int tokens) implements Piece {}

    /// The end of an answer that came to nothing.
    ///
    /// @param key of a message in the module's texts
    record Failed(int place, String key, List<Object> arguments) implements Piece {}
  }

  private final LinkedBlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final List<String> models;
  private final GenerationSettings manner;
  private volatile boolean wanted = true;

  CompletionStream(List<String> models, GenerationSettings manner) {
    this.models = List.copyOf(models);
    this.manner = manner;
  }

  /// The models, in the order of their places.
  public List<String> models() {
    return models;
  }

  /// How they were asked to answer.
  public GenerationSettings manner() {
    return manner;
  }

  /// The next piece; empty when none has come in time. After each model's [Piece.Ended] or
  /// [Piece.Failed] there is none.
  public Optional<Piece> next(Duration patience) throws InterruptedException {
    return Optional.ofNullable(pieces.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
  }

  /// Nobody listens any more: the models stop at their next tokens.
  public void cancel() {
    wanted = false;
  }

  /// The work behind it, one for each model.
  List<GenerationRequest> jobs(String prompt) {
    return IntStream.range(0, models.size())
        .<GenerationRequest>mapToObj(place -> new Work(place, prompt))
        .toList();
  }

  private final class Work implements GenerationRequest {
    private final int place;
    private final String prompt;

    Work(int place, String prompt) {
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
    public GenerationSettings manner() {
      return manner;
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
    public void begins() {
      pieces.add(new Piece.Begun(place));
    }

    @Override
    public void says(int row, String text, int tokens) {
      pieces.add(new Piece.Text(place, text, tokens));
    }

    @Override
    public void ends(int row, Finish finish, int tokens) {
      pieces.add(new Piece.Ended(place, finish, tokens));
    }

    @Override
    public void fails(Failure trouble) {
      pieces.add(new Piece.Failed(place, trouble.key(), trouble.arguments()));
    }
  }
}
