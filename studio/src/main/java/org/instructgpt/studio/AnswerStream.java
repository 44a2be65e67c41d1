package org.instructgpt.studio;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.serve.CompletionStream.Event;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.Failure;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.web.EventSink;
import org.instructgpt.web.Exchange;

/// Sends the answers of one turn as events while models generate them, and stores each answer when
/// it is complete.
final class AnswerStream {
  private static final Duration HEARTBEAT = Duration.ofMillis(250);

  /// How long the last events of a cancelled answer are waited for.
  private static final Duration LAST_EVENTS = Duration.ofSeconds(5);

  private final PlaygroundServices services;
  private final Exchange exchange;
  private final EventSink events;
  private final CompletionStream completion;
  private final String turn;
  private final long seed;
  private final List<SentAnswer> sent;
  private int open;

  AnswerStream(
      PlaygroundServices services,
      Exchange exchange,
      EventSink events,
      CompletionStream completion,
      String turn,
      GenerationSettings settings) {
    this.services = services;
    this.exchange = exchange;
    this.events = events;
    this.completion = completion;
    this.turn = turn;
    this.seed = settings.seed();
    open = completion.models().size();
    sent = completion.models().stream().map(_ -> new SentAnswer()).toList();
  }

  /// Sends until all answers have ended or the client has disconnected, and stores what was sent.
  void send() throws InterruptedException {
    events.send("turn", new Turn(turn, completion.models(), seed));
    while (open > 0 && !events.gone()) {
      completion.next(HEARTBEAT).ifPresent(this::handle);
    }
    completion.cancel();
    while (open > 0) { // what was sent before the client disconnected is stored, nothing after that
      var event = completion.next(LAST_EVENTS);
      if (event.isEmpty()) {
        return;
      }
      handle(event.get());
    }
    events.send("done", Map.of("id", turn));
  }

  private void handle(Event event) {
    switch (event) {
      case Event.Started(int place, var _, var _) -> {
        sent.get(place).begin(services.nanos().getAsLong());
        events.send("begun", new Begun(place));
      }
      case Event.Text(int place, String text, int tokens, var _) -> text(place, text, tokens);
      case Event.Finished(int place, String text, Finish finish, int tokens) -> {
        text(place, text, tokens);
        long millis = sent.get(place).millis(services.nanos().getAsLong());
        end(place, finish, tokens);
        events.send("ended", new Ended(place, finish, tokens, millis));
      }
      case Event.Failed(int place, Failure failure) -> {
        end(place, Finish.FAILED, 0);
        var message = exchange.text(failure.key(), failure.arguments().toArray());
        events.send("failed", new Failed(place, message));
      }
    }
  }

  private void text(int place, String text, int tokens) {
    if (!text.isEmpty()) {
      events.send("text", new Text(place, text, tokens));
      sent.get(place).add(text, tokens, !events.gone());
    }
  }

  private void end(int place, Finish finish, int tokens) {
    open--;
    var answer = sent.get(place);
    services
        .history()
        .complete(
            turn,
            place,
            answer.text(),
            answer.isLost() ? Finish.CANCELLED : finish,
            answer.isLost() ? answer.tokens() : tokens);
  }

  /// The events, with their JSON.
  private record Turn(String id, List<String> models, long seed) {}

  private record Begun(int place) {}

  /// @param tokens of the answer so far
  private record Text(int place, String text, int tokens) {}

  /// @param millis since the model began to read the prompt; 0 where it never began
  private record Ended(int place, Finish finish, int tokens, long millis) {}

  private record Failed(int place, String message) {}
}
