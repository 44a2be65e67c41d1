package org.instructgpt.studio;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.instructgpt.collect.Intake;
import org.instructgpt.collect.Intake.Consent;
import org.instructgpt.records.Ids;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.EventSink;
import org.instructgpt.web.Exchange;

/// Answers questions of the playground and the arena: checks a question, stores it as a turn, and
/// sends the answers as events while models generate them.
///
/// Nothing is stored without consent, and nothing is answered that could not be stored: the prompt
/// and its turn are on disk before the first token is sent, each answer when it is complete.
final class TurnRunner {
  /// The most prompts of one account that are answered at the same time.
  private static final int AT_ONCE = 2;

  private static final long SEEDS = 1_000_000_000;
  private static final Duration BUSY = Duration.ofSeconds(5);

  private final PlaygroundServices services;
  private final ConsentPages consents;
  private final Map<String, Integer> running = new ConcurrentHashMap<>();

  TurnRunner(PlaygroundServices services, ConsentPages consents) {
    this.services = services;
    this.consents = consents;
  }

  /// Opens the answer to which events are added, once nothing is left that could be refused.
  @FunctionalInterface
  interface EventSource {
    EventSink open() throws IOException;
  }

  /// Runs until all answers have ended.
  ///
  /// @param blind whether the events hide which model answers, until a vote in the arena
  /// @return the turn's id
  String run(Exchange exchange, PlaygroundQuestion question, boolean blind, EventSource source)
      throws IOException, InterruptedException {
    var account = exchange.account().id();
    question.check(services.engine().models());
    var consent =
        consents.consent(exchange).orElseThrow(() -> ApiError.forbidden("refusal.notice-first"));
    if (running.merge(account, 1, Integer::sum) > AT_ONCE) {
      release(account);
      throw ApiError.tooMany(BUSY, "refusal.one-at-a-time", AT_ONCE);
    }
    try {
      return answer(exchange, question, consent, blind, source);
    } finally {
      release(account);
    }
  }

  private void release(String account) {
    running.computeIfPresent(account, (_, count) -> count == 1 ? null : count - 1);
  }

  private String answer(
      Exchange exchange,
      PlaygroundQuestion question,
      Consent consent,
      boolean blind,
      EventSource source)
      throws IOException, InterruptedException {
    var settings = question.settings(seed());
    CompletionStream completion;
    try {
      completion = services.engine().stream(question.models(), question.text(), settings);
    } catch (InferenceEngine.Overloaded _) {
      throw ApiError.tooMany(BUSY, "refusal.full");
    }
    try {
      var turn = keep(exchange, question, settings, consent, blind);
      try (var events = source.open()) {
        new AnswerStream(services, exchange, events, completion, turn, blind).send(settings.seed());
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
      Consent consent,
      boolean blind) {
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
            if (blind) {
              new ArenaVotes(handle).begin(id);
            }
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
