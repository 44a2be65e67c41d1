package org.instructgpt.studio;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.instructgpt.collect.Intake;
import org.instructgpt.collect.Intake.Consent;
import org.instructgpt.records.Ids;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.studio.PlaygroundPage.Choice;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.EventSink;
import org.instructgpt.web.Exchange;

/// The playground's page and its requests: a prompt to one or more models, answered as a stream or
/// at once.
///
/// Nothing is stored without consent, and nothing is answered that could not be stored: the prompt
/// and its turn are on disk before the first token is sent, each answer when it is complete.
final class PlaygroundApi {
  /// The most prompts of one account that are answered at the same time.
  private static final int AT_ONCE = 2;

  private static final long SEEDS = 1_000_000_000;
  private static final Duration BUSY = Duration.ofSeconds(5);

  private final PlaygroundServices services;
  private final ExamplePrompts examples;
  private final ConsentPages consents;
  private final Map<String, Integer> running = new ConcurrentHashMap<>();

  PlaygroundApi(PlaygroundServices services, ConsentPages consents) {
    this.services = services;
    this.examples = new ExamplePrompts(services.store());
    this.consents = consents;
  }

  void page(Exchange exchange) {
    if (consents.consent(exchange).isEmpty()) {
      exchange.redirect("/playground/notice");
      return;
    }
    var again = exchange.query("again").flatMap(turn -> turn(exchange, turn));
    var models = services.engine().models();
    var wanted =
        again
            .map(turn -> turn.answers().stream().map(PlaygroundHistory.Answer::model).toList())
            .or(() -> exchange.query("model").map(List::of))
            .orElseGet(() -> pair(models.all()));
    var choices =
        models.all().stream()
            .filter(ServedModel::generates)
            .map(model ->
                new Choice(
                    model.name(),
                    model.stage(),
                    model.answers(),
                    PageNumbers.count(model.shape().parameters()),
                    wanted.contains(model.name())))
            .toList();
    var page =
        new PlaygroundPage(
            choices,
            again.map(PlaygroundHistory.Turn::text).orElse(""),
            examples.some(services.random()),
            again.map(PlaygroundHistory.Turn::settings).orElse(PlaygroundQuestion.DEFAULTS));
    exchange.page("playground.title", "playground", Map.of("page", page));
  }

  private Optional<PlaygroundHistory.Turn> turn(Exchange exchange, String id) {
    return services.history().turn(exchange.account().id(), id);
  }

  /// The models that are selected at first: the one that was trained furthest, beside the base
  /// model that it was made from.
  private List<String> pair(List<ServedModel> all) {
    var best = all.stream().filter(ServedModel::answers).reduce((_, later) -> later);
    var aligned =
        all.stream().filter(model -> model.name().equals("ppo-ptx")).findFirst().or(() -> best);
    if (aligned.isEmpty()) {
      return all.stream().filter(ServedModel::generates).limit(1).map(ServedModel::name).toList();
    }
    var line = services.engine().models().line(aligned.get());
    return line.size() == 1
        ? List.of(aligned.get().name())
        : List.of(line.getFirst().name(), aligned.get().name());
  }

  /// Answers as server-sent events while the models generate.
  void ask(Exchange exchange) throws IOException, InterruptedException {
    ask(exchange, exchange::events, _ -> {});
  }

  /// Answers with JSON when the last model is done, for programs.
  void askAtOnce(Exchange exchange) throws IOException, InterruptedException {
    ask(exchange, NoEvents::new, turn -> exchange.answer(Answered.of(turn)));
  }

  /// The JSON for programs.
  private record Answered(String turn, long seed, List<ModelAnswer> answers) {
    private record ModelAnswer(String model, String text, Optional<Finish> finish, int tokens) {}

    static Answered of(PlaygroundHistory.Turn turn) {
      var answers =
          turn.answers().stream()
              .map(each -> new ModelAnswer(each.model(), each.text(), each.finish(), each.tokens()))
              .toList();
      return new Answered(turn.id(), turn.settings().seed(), answers);
    }
  }

  /// Discards events, where nobody listens while the models generate.
  private record NoEvents() implements EventSink {
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
  private interface EventSource {
    EventSink open() throws IOException;
  }

  private void ask(Exchange exchange, EventSource source, Consumer<PlaygroundHistory.Turn> last)
      throws IOException, InterruptedException {
    var account = exchange.account().id();
    var question = exchange.json(PlaygroundQuestion.class);
    question.check(services.engine().models());
    var consent =
        consents.consent(exchange).orElseThrow(() -> ApiError.forbidden("refusal.notice-first"));
    if (running.merge(account, 1, Integer::sum) > AT_ONCE) {
      release(account);
      throw ApiError.tooMany(BUSY, "refusal.one-at-a-time", AT_ONCE);
    }
    try {
      var turn = answer(exchange, question, consent, source);
      services.history().turn(account, turn).ifPresent(last);
    } finally {
      release(account);
    }
  }

  private void release(String account) {
    running.computeIfPresent(account, (_, count) -> count == 1 ? null : count - 1);
  }

  /// @return the turn's id
  private String answer(
      Exchange exchange, PlaygroundQuestion question, Consent consent, EventSource source)
      throws IOException, InterruptedException {
    var settings = question.settings(seed());
    CompletionStream completion;
    try {
      completion = services.engine().stream(question.models(), question.text(), settings);
    } catch (InferenceEngine.Overloaded _) {
      throw ApiError.tooMany(BUSY, "refusal.full");
    }
    try {
      var turn = keep(exchange, question, settings, consent);
      try (var events = source.open()) {
        new AnswerStream(services, exchange, events, completion, turn, settings).send();
      }
      return turn;
    } finally {
      completion.cancel();
    }
  }

  private long seed() {
    synchronized (services.random()) {
      return services.random().nextLong(SEEDS);
    }
  }

  /// Stores the prompt, its consent and the turn in one transaction.
  private String keep(
      Exchange exchange,
      PlaygroundQuestion question,
      GenerationSettings settings,
      Consent consent) {
    var account = exchange.account().id();
    var now = exchange.now();
    var prompt = services.intake().prompt(account, Optional.empty(), question.text(), now);
    String id;
    synchronized (services.random()) {
      id = Ids.fresh(now, services.random());
    }
    var names = question.models();
    var answers =
        IntStream.range(0, names.size())
            .mapToObj(place -> unanswered(place, names.get(place)))
            .toList();
    var turn =
        new PlaygroundHistory.Turn(
            id, account, prompt.id(), question.text(), now, settings, answers);
    try {
      return services
          .store()
          .writeNow(handle -> {
            var _ = services.intake().add(handle, prompt, consent);
            services.history().begin(handle, turn);
            services.audit().append(handle, account, "asked", id);
            return id;
          });
    } catch (Intake.NoConsent _) { // withdrawn since it was looked up
      throw ApiError.forbidden("refusal.notice-first");
    }
  }

  private PlaygroundHistory.Answer unanswered(int place, String name) {
    var weights = services.engine().models().find(name).map(ModelPages::weights).orElse("");
    return new PlaygroundHistory.Answer(
        place, name, weights, "", Optional.empty(), 0, OptionalInt.empty(), Optional.empty());
  }
}
