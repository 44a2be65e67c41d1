package org.instructgpt.studio;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.instructgpt.files.Json;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.Ranking;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;

/// One's own history in the playground: prompts, answers, feedback on the answers, deletion.
final class HistoryPages {
  private static final int A_PAGE = 20;
  private static final int LONGEST_NOTE = 2000;

  /// Parameters of one query: databases limit their number.
  private static final int MOST_PARAMETERS = 500;

  private static final ObjectMapper JSON = Json.LENIENT;
  private final PlaygroundServices services;
  private final AnswerOpinions opinions;

  HistoryPages(PlaygroundServices services) {
    this.services = services;
    this.opinions = AnswerOpinions.of(services);
  }

  /// Thumbs up, 1, thumbs down, -1, or neither, 0.
  record Verdict(int verdict) {}

  /// The answer as it should have been.
  record Rewrite(String text) {}

  /// What is wrong with an answer.
  record Report(String note) {}

  void list(Exchange exchange) {
    var account = exchange.account().id();
    int number = FormFields.page(exchange);
    var turns = services.history().turns(account, A_PAGE + 1, number * A_PAGE);
    boolean more = turns.size() > A_PAGE;
    var models =
        services.engine().models().all().stream()
            .collect(Collectors.toMap(ServedModel::name, m -> m));
    var page =
        new HistoryPage(
            more ? turns.subList(0, A_PAGE) : turns,
            services.history().count(account),
            number,
            more,
            models,
            said(turns),
            hidden(exchange));
    exchange.page("history.title", "history", Map.of("page", page));
  }

  /// What was said of the answers of these turns, by id.
  private Map<String, Ranking> said(List<PlaygroundHistory.Turn> turns) {
    var prompts = turns.stream().map(PlaygroundHistory.Turn::prompt).toList();
    return services.store().read(handle -> services.feedback().about(handle, prompts));
  }

  private Set<String> hidden(Exchange exchange) {
    var account = exchange.account().id();
    return services.store().read(handle -> new ArenaVotes(handle).hidden(account, exchange.now()));
  }

  /// The whole history as JSON lines.
  void download(Exchange exchange) throws IOException {
    var account = exchange.account().id();
    var hidden = hidden(exchange);
    exchange.download(
        "my-prompts.jsonl",
        "application/jsonl; charset=utf-8",
        out -> {
          for (int from = 0; ; from += A_PAGE) {
            var turns = services.history().turns(account, A_PAGE, from);
            var said = said(turns);
            for (var turn : turns) {
              var json = json(turn, said, hidden.contains(turn.id()));
              out.write((json + "\n").getBytes(StandardCharsets.UTF_8));
            }
            if (turns.size() < A_PAGE) {
              return;
            }
          }
        });
  }

  /// @param hidden whether the models are not told yet
  private static ObjectNode json(
      PlaygroundHistory.Turn turn, Map<String, Ranking> said, boolean hidden) {
    var json = JSON.createObjectNode();
    json.put("id", turn.id());
    json.put("asked_at", turn.asked().toString());
    json.put("prompt", turn.text());
    json.set("settings", JSON.valueToTree(turn.settings()));
    var answers = json.putArray("answers");
    for (var answer : turn.answers()) {
      var one = answers.addObject();
      if (!hidden) {
        one.put("model", answer.model());
        one.put("weights_sha256", answer.weights());
      }
      one.put("text", answer.text());
      answer.finish().ifPresent(finish -> one.put("finish", finish.name()));
      one.put("tokens", answer.tokens());
      answer.verdict().ifPresent(verdict -> one.put("verdict", verdict));
      answer.report().ifPresent(report -> one.put("report", report));
      AnswerOpinions.rewritten(said, turn.id(), answer.place())
          .ifPresent(better -> one.put("better", better));
    }
    var vote = said.get(AnswerOpinions.voteId(turn.id()));
    if (vote != null) {
      json.set("vote", vote(vote, hidden));
    }
    return json;
  }

  private static ArrayNode vote(Ranking vote, boolean hidden) {
    var ranked = JSON.createArrayNode();
    for (int i = 0; i < vote.outputs().size(); i++) {
      var one = ranked.addObject();
      if (!hidden) {
        one.put("model", vote.outputs().get(i).model());
      }
      one.put("text", vote.outputs().get(i).text());
      one.put("rank", vote.ranks().get(i));
    }
    return ranked;
  }

  /// How much the person saw of each answer of a turn that was stopped, in the answers' order.
  record SeenAnswers(List<SeenText.Seen> answers) {}

  /// Cuts stopped answers to what the person saw, so that feedback is about text that was read.
  void saw(Exchange exchange) {
    var seen = exchange.json(SeenAnswers.class).answers();
    if (seen.isEmpty()
        || seen.size() > PlaygroundQuestion.MOST_MODELS
        || seen.stream().anyMatch(each -> each.characters() < 0 || each.tokens() < 0)) {
      throw ApiError.invalid("answers", "refusal.seen", PlaygroundQuestion.MOST_MODELS);
    }
    var account = exchange.account().id();
    if (!services.history().saw(account, exchange.path("turn"), seen)) {
      throw ApiError.missing();
    }
    exchange.answer(Map.of("turn", exchange.path("turn")));
  }

  void judge(Exchange exchange) {
    int verdict = exchange.json(Verdict.class).verdict();
    if (verdict < -1 || verdict > 1) {
      throw ApiError.invalid("verdict", "refusal.verdict");
    }
    var kept = verdict == 0 ? OptionalInt.empty() : OptionalInt.of(verdict);
    if (!opinions.thumb(
        exchange.account().id(), exchange.path("turn"), place(exchange), kept, exchange.now())) {
      throw ApiError.missing();
    }
    exchange.answer(Map.of("verdict", verdict));
  }

  /// Stores a better answer that the person wrote.
  void rewrite(Exchange exchange) {
    var text = exchange.json(Rewrite.class).text();
    if (!opinions.rewrite(
        exchange.account().id(), exchange.path("turn"), place(exchange), text, exchange.now())) {
      throw ApiError.missing();
    }
    exchange.answer(Map.of("text", text.stripTrailing()));
  }

  void forgetRewrite(Exchange exchange) {
    if (!opinions.forgetRewrite(exchange.account().id(), exchange.path("turn"), place(exchange))) {
      throw ApiError.missing();
    }
    exchange.redirect("/playground/history", "history.better.deleted");
  }

  void report(Exchange exchange) {
    var note = exchange.json(Report.class).note().strip();
    if (note.isEmpty() || note.length() > LONGEST_NOTE) {
      throw ApiError.invalid("note", "refusal.note", LONGEST_NOTE);
    }
    if (!services
        .history()
        .report(exchange.account().id(), exchange.path("turn"), place(exchange), note)) {
      throw ApiError.missing();
    }
    exchange.answer(Map.of("note", note));
  }

  private static int place(Exchange exchange) {
    var place = exchange.path("place");
    if (!place.matches("[0-3]")) {
      throw ApiError.missing();
    }
    return Integer.parseInt(place);
  }

  void askDelete(Exchange exchange) {
    var prompt =
        services
            .history()
            .prompt(exchange.account().id(), exchange.path("turn"))
            .orElseThrow(ApiError::missing);
    ask(exchange, Set.of(prompt), "/playground/history/" + exchange.path("turn") + "/delete");
  }

  void askDeleteAll(Exchange exchange) {
    var prompts = services.history().prompts(exchange.account().id());
    ask(exchange, prompts, "/playground/history/delete");
  }

  /// How much is deleted together with prompts.
  ///
  /// @param own better answers and votes of the person
  private record Dependents(int answers, int own, int demonstrations, int rankings, int ratings) {}

  private Dependents dependents(Set<String> prompts) {
    return new Dependents(
        count("serve_answer a JOIN serve_turn t ON t.id = a.turn WHERE t.prompt", prompts),
        count("collect_feedback WHERE id NOT LIKE 'thumbs-%' AND prompt_id", prompts),
        count("demonstration WHERE prompt_id", prompts),
        count("ranking WHERE prompt_id", prompts),
        count("rating WHERE prompt_id", prompts));
  }

  private int count(String from, Set<String> prompts) {
    List<String> all = List.copyOf(prompts);
    return services
        .store()
        .read(handle -> {
          int count = 0;
          for (int at = 0; at < all.size(); at += MOST_PARAMETERS) {
            count +=
                handle
                    .createQuery("SELECT COUNT(*) FROM " + from + " IN (<all>)")
                    .bindList("all", all.subList(at, Math.min(at + MOST_PARAMETERS, all.size())))
                    .mapTo(Integer.class)
                    .one();
          }
          return count;
        });
  }

  /// Asks for confirmation, with what else is deleted.
  private void ask(Exchange exchange, Set<String> prompts, String action) {
    var dependents = dependents(prompts);
    exchange.confirm(
        new Exchange.Confirmation(
            exchange.text("history.ask.title", prompts.size()),
            List.of(
                exchange.text("history.ask.answers", dependents.answers()),
                exchange.text("history.ask.own", dependents.own()),
                exchange.text(
                    "history.ask.given",
                    dependents.demonstrations(),
                    dependents.rankings(),
                    dependents.ratings()),
                exchange.text("history.ask.never")),
            action,
            Map.of(),
            exchange.text("history.delete"),
            "/playground/history"));
  }

  void delete(Exchange exchange) {
    var prompt =
        services
            .history()
            .prompt(exchange.account().id(), exchange.path("turn"))
            .orElseThrow(ApiError::missing);
    erase(exchange, Set.of(prompt));
    exchange.redirect("/playground/history", "history.deleted");
  }

  void deleteAll(Exchange exchange) {
    var prompts = services.history().prompts(exchange.account().id());
    if (!prompts.isEmpty()) {
      erase(exchange, prompts);
    }
    exchange.redirect("/playground/history", "history.deleted");
  }

  /// Deletes prompts and everything that refers to them in all modules, with entries of the audit
  /// log in the same transaction.
  private void erase(Exchange exchange, Set<String> prompts) {
    List<Erasable> modules = new ArrayList<>(services.modules());
    modules.add((handle, _, gone) -> {
      gone.forEach(prompt ->
          services.audit().append(handle, exchange.account().id(), "deleted-prompt", prompt));
      return 0;
    });
    services.store().erase(Set.of(), prompts, modules);
  }
}
