package org.instructgpt.studio;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.instructgpt.collect.Intake.Consent;
import org.instructgpt.records.Ids;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.CompletionStream.Piece;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.studio.PlaygroundPage.Choice;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.EventSink;
import org.instructgpt.web.Exchange;

/// The playground itself: the notice, the question, and the answers while they are made.
///
/// Nothing is stored without consent, and nothing is answered that could not be stored: the prompt
/// and its turn are on disk before the first word is sent, each answer when it is complete.
final class PlaygroundApi {
  /// Prompts of one account that may be under way at the same time.
  private static final int AT_ONCE = 2;

  private static final long SEEDS = 1_000_000_000;
  private static final Duration HEARTBEAT = Duration.ofMillis(250);
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);
  private static final Duration BUSY = Duration.ofSeconds(5);

  private final Playground.Ground ground;
  private final ExamplePrompts examples;
  private final Consents consents;
  private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

  PlaygroundApi(Playground.Ground ground) {
    this.ground = ground;
    this.examples = new ExamplePrompts(ground.store());
    this.consents =
        new Consents(ground.store(), ground.intake(), ground.audit(), ground.consequences());
  }

  void page(Exchange exchange) {
    if (consent(exchange).isEmpty()) {
      exchange.redirect("/playground/notice");
      return;
    }
    var again = exchange.query("again").flatMap(turn -> turn(exchange, turn));
    var models = ground.speaker().models();
    var wanted =
        again
            .map(turn -> turn.answers().stream().map(PlaygroundHistory.Answer::model).toList())
            .or(() -> exchange.query("model").map(List::of))
            .orElseGet(() -> pair(models.all()));
    var choices =
        models.all().stream()
            .filter(ServedModel::speaks)
            .map(model ->
                new Choice(
                    model.name(),
                    model.stage(),
                    model.answers(),
                    CountNumbers.count(model.shape().parameters()),
                    wanted.contains(model.name())))
            .toList();
    var page =
        new PlaygroundPage(
            choices,
            again.map(PlaygroundHistory.Turn::text).orElse(""),
            examples.some(ground.random()),
            again.map(PlaygroundHistory.Turn::manner).orElse(PlaygroundQuestion.USUAL));
    exchange.page("playground.title", "playground", Map.of("page", page));
  }

  private Optional<PlaygroundHistory.Turn> turn(Exchange exchange, String id) {
    return ground.history().turn(exchange.account().id(), id);
  }

  /// The picture of the project: the model that was trained most, beside the base model that it was
  /// made from.
  private List<String> pair(List<ServedModel> all) {
    var best = all.stream().filter(ServedModel::answers).reduce((_, later) -> later);
    var aligned =
        all.stream().filter(model -> model.name().equals("ppo-ptx")).findFirst().or(() -> best);
    if (aligned.isEmpty()) {
      return all.stream().filter(ServedModel::speaks).limit(1).map(ServedModel::name).toList();
    }
    var line = ground.speaker().models().line(aligned.get());
    return line.size() == 1
        ? List.of(aligned.get().name())
        : List.of(line.getFirst().name(), aligned.get().name());
  }

  void notice(Exchange exchange) {
    var notice = ConsentNotice.of(ground.speaker().models());
    var consent = consent(exchange);
    exchange.page(
        "notice.title",
        "notice",
        Map.of(
            "version", notice.version(),
            "kinds", notice.kinds(),
            "accepted", consent.isPresent(),
            "since", consent.map(Consent::at),
            "terms", ground.intake().terms(exchange.account().id()),
            "withdrawn", consents.withdrawn(exchange.account().id())));
  }

  void accept(Exchange exchange) {
    if (exchange.field("accept").isEmpty()) {
      throw ApiError.invalid("accept", "refusal.accept");
    }
    agree(exchange, exchange.form("version"));
    exchange.redirect("/playground", "notice.thanks");
  }

  /// What a program shows to those for whom it asks.
  private record Words(String version, boolean accepted, List<String> text) {}

  /// What a program sends when they agreed.
  private record Agreement(String version) {}

  /// The notice for programs.
  void words(Exchange exchange) {
    var text = new ArrayList<>(List.of(exchange.text("notice.lede")));
    for (int i = 1; i <= ConsentNotice.POINTS; i++) {
      text.add(exchange.text("notice." + i + ".title") + " " + exchange.text("notice." + i));
    }
    var version = ConsentNotice.of(ground.speaker().models()).version();
    exchange.answer(new Words(version, consent(exchange).isPresent(), text));
  }

  void agree(Exchange exchange) {
    agree(exchange, exchange.json(Agreement.class).version());
    words(exchange);
  }

  private void agree(Exchange exchange, String version) {
    var notice = ConsentNotice.of(ground.speaker().models());
    if (!version.equals(notice.version())) {
      throw ApiError.conflict("refusal.notice-changed");
    }
    consents.give(exchange.account().id(), version, exchange.now());
  }

  /// Takes the consent back, on the page.
  void withdraw(Exchange exchange) {
    consents.withdraw(exchange.account().id(), exchange.account().id(), exchange.now());
    exchange.redirect("/playground/notice", "consent.withdrawn.done");
  }

  /// The same for programs.
  void takeBack(Exchange exchange) {
    var account = exchange.account().id();
    exchange.answer(consents.withdraw(account, account, exchange.now()));
  }

  /// What the account has agreed to, if that covers what can be asked now.
  private Optional<Consent> consent(Exchange exchange) {
    var notice = ConsentNotice.of(ground.speaker().models());
    return ground.intake().consent(exchange.account().id()).filter(notice::isCoveredBy);
  }

  /// Answers as they are made, as server-sent events.
  void ask(Exchange exchange) throws IOException, InterruptedException {
    ask(exchange, exchange::events, _ -> {});
  }

  /// All answers at once, when the last is complete: for programs.
  void askWhole(Exchange exchange) throws IOException, InterruptedException {
    ask(exchange, Unheard::new, turn -> exchange.answer(Answered.of(turn)));
  }

  /// What is answered to a program.
  private record Answered(String turn, long seed, List<Said> answers) {
    private record Said(String model, String text, Optional<Finish> finish, int tokens) {}

    static Answered of(PlaygroundHistory.Turn turn) {
      var answers =
          turn.answers().stream()
              .map(each -> new Said(each.model(), each.text(), each.finish(), each.tokens()))
              .toList();
      return new Answered(turn.id(), turn.manner().seed(), answers);
    }
  }

  /// Nobody listens while the answers are made.
  private record Unheard() implements EventSink {
    @Override
    public void send(String event, Object json) {}

    @Override
    public boolean gone() {
      return false;
    }

    @Override
    public boolean ending() {
      return false;
    }

    @Override
    public void close() {}
  }

  @FunctionalInterface
  private interface Listening {
    EventSink open() throws IOException;
  }

  private void ask(Exchange exchange, Listening listening, Consumer<PlaygroundHistory.Turn> last)
      throws IOException, InterruptedException {
    var account = exchange.account().id();
    var question = exchange.json(PlaygroundQuestion.class);
    question.check(ground.speaker().models());
    var consent = consent(exchange).orElseThrow(() -> ApiError.forbidden("refusal.notice-first"));
    if (underWay.merge(account, 1, Integer::sum) > AT_ONCE) {
      leave(account);
      throw ApiError.tooMany(BUSY, "refusal.one-at-a-time", AT_ONCE);
    }
    try {
      var turn = answer(exchange, question, consent, listening);
      ground.history().turn(account, turn).ifPresent(last);
    } finally {
      leave(account);
    }
  }

  private void leave(String account) {
    underWay.computeIfPresent(account, (_, count) -> count == 1 ? null : count - 1);
  }

  /// @return the turn's id
  private String answer(
      Exchange exchange, PlaygroundQuestion question, Consent consent, Listening listening)
      throws IOException, InterruptedException {
    var manner = question.manner(seed());
    CompletionStream speech;
    try {
      speech = ground.speaker().speak(question.models(), question.prompt(), manner);
    } catch (InferenceEngine.Full _) {
      throw ApiError.tooMany(BUSY, "refusal.full");
    }
    try {
      var turn = keep(exchange, question, manner, consent);
      try (var events = listening.open()) {
        new Telling(exchange, events, speech, turn).tell();
      }
      return turn;
    } finally {
      speech.cancel();
    }
  }

  private long seed() {
    synchronized (ground.random()) {
      return ground.random().nextLong(SEEDS);
    }
  }

  /// Stores the prompt, its consent and the turn in one transaction.
  private String keep(
      Exchange exchange, PlaygroundQuestion question, GenerationSettings manner, Consent consent) {
    var account = exchange.account().id();
    var now = exchange.now();
    var prompt = ground.intake().prompt(account, Optional.empty(), question.prompt(), now);
    String id;
    synchronized (ground.random()) {
      id = Ids.fresh(now, ground.random());
    }
    var names = question.models();
    var answers =
        IntStream.range(0, names.size())
            .mapToObj(place -> unanswered(place, names.get(place)))
            .toList();
    var turn =
        new PlaygroundHistory.Turn(
            id, account, prompt.id(), question.prompt(), now, manner, answers);
    var _ =
        ground
            .store()
            .write(handle -> {
              var _ = ground.intake().add(handle, prompt, consent);
              ground.history().begin(handle, turn);
              ground.audit().append(handle, account, "asked", id);
              return id;
            })
            .join();
    return id;
  }

  private PlaygroundHistory.Answer unanswered(int place, String name) {
    var weights = ground.speaker().models().find(name).map(ModelPages::weights).orElse("");
    return new PlaygroundHistory.Answer(
        place, name, weights, "", Optional.empty(), 0, OptionalInt.empty(), Optional.empty());
  }

  /// What is sent.
  private record Turn(String id, List<String> models, long seed) {}

  private record Begun(int place) {}

  /// @param tokens of the answer so far
  private record Text(int place, String text, int tokens) {}

  /// @param millis since the model began to read the prompt; 0 where it did not
  private record Ended(int place, Finish finish, int tokens, long millis) {}

  private record Failed(int place, String message) {}

  /// One answer under way to one visitor.
  private final class Telling {
    private final Exchange exchange;
    private final EventSink events;
    private final CompletionStream speech;
    private final String turn;
    private final List<SentAnswer> sent;
    private int open;

    Telling(Exchange exchange, EventSink events, CompletionStream speech, String turn) {
      this.exchange = exchange;
      this.events = events;
      this.speech = speech;
      this.turn = turn;
      open = speech.models().size();
      sent = speech.models().stream().map(_ -> new SentAnswer()).toList();
    }

    void tell() throws InterruptedException {
      events.send("turn", new Turn(turn, speech.models(), speech.manner().seed()));
      while (open > 0 && !events.gone()) {
        speech.next(HEARTBEAT).ifPresent(this::pass);
      }
      speech.cancel();
      while (open > 0) { // what was sent until nobody listened is kept, what came later is not
        var piece = speech.next(LAST_WORDS);
        if (piece.isEmpty()) {
          return;
        }
        pass(piece.get());
      }
      events.send("done", Map.of("id", turn));
    }

    private void pass(Piece piece) {
      switch (piece) {
        case Piece.Begun(int place) -> {
          sent.get(place).begin(ground.nanos().getAsLong());
          events.send("begun", new Begun(place));
        }
        case Piece.Text(int place, String text, int tokens) -> {
          events.send("text", new Text(place, text, tokens));
          sent.get(place).add(text, tokens, !events.gone());
        }
        case Piece.Ended(int place, Finish finish, int tokens) -> {
          long millis = sent.get(place).millis(ground.nanos().getAsLong());
          end(place, finish, tokens);
          events.send("ended", new Ended(place, finish, tokens, millis));
        }
        case Piece.Failed(int place, String key, List<Object> arguments) -> {
          end(place, Finish.FAILED, 0);
          events.send("failed", new Failed(place, exchange.text(key, arguments.toArray())));
        }
      }
    }

    private void end(int place, Finish finish, int tokens) {
      open--;
      var said = sent.get(place);
      ground
          .history()
          .complete(
              turn,
              place,
              said.text(),
              said.isLost() ? Finish.CANCELLED : finish,
              said.isLost() ? said.tokens() : tokens);
    }
  }
}
