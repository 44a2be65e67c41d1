package org.instructgpt.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.files.Json;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.serve.CompletionStream.Event;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.Failure;

/// One request for completions on its way: the events of the models become answers, whole or in
/// parts.
final class Answering {
  private static final Duration PAUSE = Duration.ofMillis(250);

  /// What comes within this time after a part was sent is sent together.
  private static final Duration TOGETHER = Duration.ofMillis(20);

  private final CompletionStream stream;
  private final AnswerFormat format;
  private final Head head;
  private final Limits limits;
  private final Consumer<List<Answer>> whole;
  private final List<Answer> answers;
  private final List<Boolean> opened;
  private OptionalInt firstTokenMillis = OptionalInt.empty();

  /// What all parts of an answer have in common.
  ///
  /// @param created in seconds since 1970
  /// @param copies how many completions of each input are answered with
  /// @param best how many were made
  /// @param usage whether a stream ends with the numbers of tokens
  record Head(String id, long created, String model, int copies, int best, boolean usage) {}

  /// @param nanos a monotonic clock
  /// @param began by it
  /// @param most how long the request may take
  record Limits(LongSupplier nanos, long began, Duration most) {
    boolean over() {
      return nanos.getAsLong() - began > most.toNanos();
    }

    int millis() {
      return (int) ((nanos.getAsLong() - began) / 1_000_000);
    }
  }

  /// @param whole called with the completions that are answered with when all are whole, before the
  ///   end is sent
  Answering(
      CompletionStream stream,
      AnswerFormat format,
      Head head,
      Limits limits,
      Consumer<List<Answer>> whole) {
    this.stream = stream;
    this.format = format;
    this.head = head;
    this.limits = limits;
    this.whole = whole;
    this.answers = stream.models().stream().map(_ -> new Answer()).toList();
    this.opened = new ArrayList<>(answers.stream().map(_ -> false).toList());
  }

  /// The whole answer.
  ///
  /// @throws ApiRefusal if a completion cannot be made, or not in time
  ObjectNode whole() throws InterruptedException {
    try {
      while (answers.stream().anyMatch(answer -> !answer.isOver())) {
        next().ifPresent(event -> answers.get(event.place()).add(event));
        refuseIfFailed();
      }
      if (answers.stream().anyMatch(Answer::isCancelled)) {
        throw ApiRefusal.closing();
      }
      var chosen = chosen();
      whole.accept(chosen);
      var json = json(format.object(false));
      var choices = json.putArray("choices");
      for (var answer : chosen) {
        choices.add(format.choice(choices.size(), answer));
      }
      json.set("usage", usage());
      return json;
    } finally {
      stream.cancel();
    }
  }

  /// The completions that are answered with: of each input the likeliest.
  private List<Answer> chosen() {
    if (head.best == head.copies) {
      return answers;
    }
    var chosen = new ArrayList<Answer>();
    for (int from = 0; from < answers.size(); from += head.best) {
      answers.subList(from, from + head.best).stream()
          .sorted(Comparator.comparingDouble(Answer::mean).reversed())
          .limit(head.copies)
          .forEach(chosen::add);
    }
    return chosen;
  }

  private Optional<Event> next() throws InterruptedException {
    if (limits.over()) {
      throw ApiRefusal.tooSlow(limits.most);
    }
    var event = stream.next(PAUSE);
    if (firstTokenMillis.isEmpty()
        && event.isPresent()
        && !(event.get() instanceof Event.Started)) {
      firstTokenMillis = OptionalInt.of(limits.millis());
    }
    return event;
  }

  private void refuseIfFailed() {
    for (var answer : answers) {
      var failure = answer.failure();
      if (failure != null) {
        throw refusal(failure);
      }
    }
  }

  private ApiRefusal refusal(Failure failure) {
    return switch (failure.key()) {
      case Failure.LONG -> ApiRefusal.tooLong(format.input(), failure.explanation());
      case Failure.INPUT -> ApiRefusal.invalid(format.input(), failure.explanation());
      default -> ApiRefusal.fault(failure.explanation());
    };
  }

  /// What opens the connection for a stream, once there is something to send.
  @FunctionalInterface
  interface Opening {
    OutputStream open() throws IOException;
  }

  /// Sends the answer while it is made.
  ///
  /// @param opening called when the first token is there: what fails before is refused
  /// @throws ApiRefusal as of [#whole], before anything was sent
  void send(Opening opening) throws InterruptedException, IOException {
    try {
      var early = new ArrayList<Event>();
      while (early.stream().allMatch(Event.Started.class::isInstance)) {
        next()
            .ifPresent(event -> {
              early.add(event);
              answers.get(event.place()).add(event);
            });
        refuseIfFailed();
      }
      var out = new EventWriter(opening.open());
      try {
        for (int place = 0; format.opensFirst() && place < answers.size(); place++) {
          open(place, out);
        }
        early.forEach(event -> write(event, out));
        sendRest(out);
      } catch (ApiRefusal broken) {
        out.error(broken);
      }
    } finally {
      stream.cancel();
    }
  }

  private void sendRest(EventWriter out) throws InterruptedException {
    while (answers.stream().anyMatch(answer -> !answer.isOver()) && !out.gone()) {
      long sent = limits.nanos.getAsLong();
      var event = next();
      if (event.isEmpty()) {
        out.ping();
        continue;
      }
      var some = new ArrayList<Event>();
      while (event.isPresent()) {
        some.add(event.get());
        long left = TOGETHER.toNanos() - (limits.nanos.getAsLong() - sent);
        event = stream.next(Duration.ofNanos(Math.max(0, left)));
      }
      some.forEach(each -> answers.get(each.place()).add(each));
      refuseIfFailed();
      write(some, out);
    }
    if (!out.gone()) {
      whole.accept(answers);
    }
    if (head.usage) {
      var json = json(format.object(true));
      json.putArray("choices");
      json.set("usage", usage());
      out.data(json);
    }
    out.done();
  }

  /// Sends events; what a completion says in several that follow each other, in one part.
  private void write(List<Event> events, EventWriter out) {
    var joined = new LinkedHashMap<Integer, List<Event.Text>>();
    for (var event : events) {
      if (event instanceof Event.Text text) {
        joined.computeIfAbsent(text.place(), _ -> new ArrayList<>()).add(text);
      } else {
        Optional.ofNullable(joined.remove(event.place())).ifPresent(said -> part(said, out));
        write(event, out);
      }
    }
    joined.values().forEach(said -> part(said, out));
  }

  private void part(List<Event.Text> said, EventWriter out) {
    int place = said.getFirst().place();
    open(place, out);
    var text = said.stream().map(Event.Text::text).collect(Collectors.joining());
    if (!text.isEmpty() || format.sendsTokens()) {
      var tokens = said.stream().map(Event.Text::token).toList();
      out.data(part(format.part(place, text, tokens)));
    }
  }

  private void write(Event event, EventWriter out) {
    int place = event.place();
    switch (event) {
      case Event.Started _, Event.Failed _ -> {}
      case Event.Text text -> part(List.of(text), out);
      case Event.Finished(_, String text, Finish finish, _) -> {
        open(place, out);
        if (finish == Finish.CANCELLED) {
          throw ApiRefusal.closing();
        }
        if (!text.isEmpty()) {
          out.data(part(format.part(place, text, List.of())));
        }
        out.data(part(format.closing(place, finish)));
      }
    }
  }

  private void open(int place, EventWriter out) {
    if (!opened.get(place)) {
      opened.set(place, true);
      format.opening(place, answers.get(place)).ifPresent(choice -> out.data(part(choice)));
    }
  }

  private ObjectNode part(ObjectNode choice) {
    var json = json(format.object(true));
    json.putArray("choices").add(choice);
    if (head.usage) {
      json.putNull("usage");
    }
    return json;
  }

  private ObjectNode json(String object) {
    return Json.LENIENT
        .createObjectNode()
        .put("id", head.id)
        .put("object", object)
        .put("created", head.created)
        .put("model", head.model);
  }

  private ObjectNode usage() {
    return usage(promptTokens(), generatedTokens());
  }

  static ObjectNode usage(int prompt, int generated) {
    return Json.LENIENT
        .createObjectNode()
        .put("prompt_tokens", prompt)
        .put("completion_tokens", generated)
        .put("total_tokens", prompt + generated);
  }

  /// Of all inputs, each once.
  int promptTokens() {
    return IntStream.range(0, answers.size())
        .filter(place -> place % head.best == 0)
        .map(place -> answers.get(place).input().size())
        .sum();
  }

  int generatedTokens() {
    return answers.stream().mapToInt(Answer::generated).sum();
  }

  /// After what time the first token was there.
  OptionalInt firstTokenMillis() {
    return firstTokenMillis;
  }
}
