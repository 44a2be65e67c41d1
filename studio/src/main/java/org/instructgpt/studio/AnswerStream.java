package org.instructgpt.studio;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.serve.CompletionStream.Event;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.Failure;
import org.instructgpt.serve.ServedModel;
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
  private final boolean blind;
  private final List<SentAnswer> sent;
  private int open;

  /// @param turn its id
  /// @param blind whether the events are to hide which model answers: no names, no counts, no times
  AnswerStream(
      PlaygroundServices services,
      Exchange exchange,
      EventSink events,
      CompletionStream completion,
      String turn,
      boolean blind) {
    this.services = services;
    this.exchange = exchange;
    this.events = events;
    this.completion = completion;
    this.turn = turn;
    this.blind = blind;
    open = completion.models().size();
    sent = completion.models().stream().map(_ -> new SentAnswer()).toList();
  }

  /// Sends until all answers have ended or the client has disconnected, and stores what was sent.
  ///
  /// @param seed of the answers, which the first event tells
  void send(long seed) throws InterruptedException {
    var names = blind ? ArenaVotes.NAMES : completion.models();
    events.send("turn", new Turn(turn, names, seed));
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
        var html = html(place);
        events.send(
            "ended",
            blind
                ? new Ended(place, finish, 0, 0, html)
                : new Ended(place, finish, tokens, millis, html));
      }
      case Event.Failed(int place, Failure failure) -> {
        end(place, Finish.FAILED, 0);
        var message =
            blind
                ? exchange.text("arena.failed")
                : exchange.text(failure.key(), failure.arguments().toArray());
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

  /// The answer rendered as Markdown; empty for a base model's, which continues a text.
  private Optional<String> html(int place) {
    return services
        .engine()
        .models()
        .find(completion.models().get(place))
        .filter(ServedModel::answers)
        .flatMap(_ -> AnswerMarkdown.html(sent.get(place).text()));
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
  /// @param html the answer as a page shows it, where its text has any formatting
  private record Ended(int place, Finish finish, int tokens, long millis, Optional<String> html) {}

  private record Failed(int place, String message) {}
}
