package org.instructgpt.studio;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;

/// The arena: one prompt, the answers of two models whose names are hidden, and a vote for the
/// better one.
///
/// The server draws the two, each pair and each side with the same chance, and tells their names
/// after the vote.
final class ArenaPages {
  private static final int LEAST = 2;

  /// The most tokens of an answer: whole answers are compared better than cut ones.
  private static final int LONGEST = 256;

  private final PlaygroundServices services;
  private final ConsentPages consents;
  private final TurnRunner turns;
  private final AnswerOpinions opinions;

  ArenaPages(PlaygroundServices services, ConsentPages consents, TurnRunner turns) {
    this.services = services;
    this.consents = consents;
    this.turns = turns;
    this.opinions = AnswerOpinions.of(services);
  }

  /// What is asked.
  private record ArenaPrompt(String prompt) {}

  /// The word of an [ArenaVotes.Vote].
  private record ArenaVote(String vote) {}

  /// The models of a turn after the vote, by place.
  private record Revealed(List<RevealedModel> models) {}

  /// @param stage its name is the key of a text under `stage.`
  private record RevealedModel(String name, ServedModel.Stage stage, String kind) {}

  void page(Exchange exchange) {
    if (consents.consent(exchange).isEmpty()) {
      exchange.redirect("/playground/notice");
      return;
    }
    exchange.page("arena.title", "arena", Map.of("models", answering().size()));
  }

  /// The models that answer rather than continue a text.
  private List<String> answering() {
    return services.engine().models().all().stream()
        .filter(ServedModel::answers)
        .map(ServedModel::name)
        .toList();
  }

  /// Answers as server-sent events, which do not tell the models.
  void ask(Exchange exchange) throws IOException, InterruptedException {
    var prompt = exchange.json(ArenaPrompt.class).prompt();
    var names = answering();
    if (names.size() < LEAST) {
      throw ApiError.conflict("arena.few", names.size());
    }
    var question =
        new PlaygroundQuestion(
            prompt,
            Optional.empty(),
            pair(names),
            Optional.of(LONGEST),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    var _ = turns.run(exchange, question, true, exchange::events);
  }

  /// Two different names; every ordered pair has the same chance.
  private List<String> pair(List<String> names) {
    int first;
    int second;
    synchronized (services.random()) {
      first = services.random().nextInt(names.size());
      second = services.random().nextInt(names.size() - 1);
    }
    return List.of(names.get(first), names.get(second < first ? second : second + 1));
  }

  /// Stores the vote on a turn of the arena, which counts once, and tells the models.
  void vote(Exchange exchange) {
    var vote = vote(exchange.json(ArenaVote.class).vote());
    var models =
        opinions
            .vote(exchange.account().id(), exchange.path("turn"), vote, exchange.now())
            .orElseThrow(ApiError::missing);
    exchange.answer(new Revealed(models.stream().map(name -> revealed(exchange, name)).toList()));
  }

  private static ArenaVotes.Vote vote(String word) {
    try {
      return ArenaVotes.Vote.valueOf(word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException _) {
      throw ApiError.invalid("vote", "refusal.vote");
    }
  }

  private RevealedModel revealed(Exchange exchange, String name) {
    var stage =
        services
            .engine()
            .models()
            .find(name)
            .map(ServedModel::stage)
            .orElse(ServedModel.Stage.OTHER);
    return new RevealedModel(name, stage, exchange.text("stage." + stage));
  }
}
