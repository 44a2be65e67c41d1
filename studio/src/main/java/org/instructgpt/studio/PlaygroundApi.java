package org.instructgpt.studio;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.studio.PlaygroundPage.Choice;
import org.instructgpt.web.EventSink;
import org.instructgpt.web.Exchange;

/// The playground's page and its requests: a prompt to one or more models, answered as a stream or
/// at once.
///
/// What is asked is stored and answered by the [TurnRunner].
final class PlaygroundApi {
  private final PlaygroundServices services;
  private final ExamplePrompts examples;
  private final ConsentPages consents;
  private final TurnRunner turns;

  PlaygroundApi(PlaygroundServices services, ConsentPages consents, TurnRunner turns) {
    this.services = services;
    this.examples = new ExamplePrompts(services.store());
    this.consents = consents;
    this.turns = turns;
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
            .filter(turn -> !ArenaVotes.hidden(services.store(), turn, exchange.now()))
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
    var question = exchange.json(PlaygroundQuestion.class);
    var _ = turns.run(exchange, question, false, exchange::events);
  }

  /// Answers with JSON when the last model is done, for programs.
  void askAtOnce(Exchange exchange) throws IOException, InterruptedException {
    var question = exchange.json(PlaygroundQuestion.class);
    var turn = turns.run(exchange, question, false, NoEvents::new);
    turn(exchange, turn).ifPresent(answered -> exchange.answer(Answered.of(answered)));
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
}
