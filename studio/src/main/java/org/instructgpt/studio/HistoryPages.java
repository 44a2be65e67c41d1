package org.instructgpt.studio;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.instructgpt.records.Erasable;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;

/// Everybody's own history: what they asked, what they thought of the answers, and its end.
final class HistoryPages {
  private static final int A_PAGE = 20;
  private static final int LONGEST_NOTE = 2000;

  /// Databases take so many parameters at once and no more.
  private static final int TOGETHER = 500;

  private static final ObjectMapper JSON = new ObjectMapper();
  private final Playground.Ground ground;

  HistoryPages(Playground.Ground ground) {
    this.ground = ground;
  }

  /// A thumb up, 1, or down, -1, or none any more, 0.
  record Verdict(int verdict) {}

  /// What is wrong with an answer.
  record Report(String note) {}

  void list(Exchange exchange) {
    var account = exchange.account().id();
    int number = page(exchange);
    var turns = ground.history().turns(account, A_PAGE + 1, number * A_PAGE);
    boolean more = turns.size() > A_PAGE;
    var models =
        ground.speaker().models().all().stream()
            .collect(Collectors.toMap(ServedModel::name, m -> m));
    var page =
        new HistoryPage(
            more ? turns.subList(0, A_PAGE) : turns,
            ground.history().count(account),
            number,
            more,
            models);
    exchange.page("history.title", "history", Map.of("page", page));
  }

  /// Which page is asked for, from 0.
  static int page(Exchange exchange) {
    return exchange
        .query("page")
        .filter(number -> number.matches("[0-9]{1,5}"))
        .map(Integer::parseInt)
        .orElse(0);
  }

  /// All of one's own as JSON lines.
  void download(Exchange exchange) throws IOException {
    var account = exchange.account().id();
    exchange.download(
        "my-prompts.jsonl",
        "application/jsonl; charset=utf-8",
        out -> {
          for (int from = 0; ; from += A_PAGE) {
            var turns = ground.history().turns(account, A_PAGE, from);
            for (var turn : turns) {
              out.write((json(turn) + "\n").getBytes(StandardCharsets.UTF_8));
            }
            if (turns.size() < A_PAGE) {
              return;
            }
          }
        });
  }

  private static ObjectNode json(PlaygroundHistory.Turn turn) {
    var json = JSON.createObjectNode();
    json.put("id", turn.id());
    json.put("asked_at", turn.asked().toString());
    json.put("prompt", turn.text());
    json.set("settings", JSON.valueToTree(turn.manner()));
    var answers = json.putArray("answers");
    for (var answer : turn.answers()) {
      var one = answers.addObject();
      one.put("model", answer.model());
      one.put("weights_sha256", answer.weights());
      one.put("text", answer.text());
      answer.finish().ifPresent(finish -> one.put("finish", finish.name()));
      one.put("tokens", answer.tokens());
      answer.verdict().ifPresent(verdict -> one.put("verdict", verdict));
      answer.report().ifPresent(report -> one.put("report", report));
    }
    return json;
  }

  /// How much was seen of each answer of a turn that was stopped, by their places.
  record Sighted(List<SeenText.Seen> answers) {}

  /// What was said beyond what a person saw who stopped an answer is not kept, so that a thumb
  /// judges what was seen.
  void saw(Exchange exchange) {
    var seen = exchange.json(Sighted.class).answers();
    if (seen.isEmpty()
        || seen.size() > PlaygroundQuestion.MOST_MODELS
        || seen.stream().anyMatch(each -> each.characters() < 0 || each.tokens() < 0)) {
      throw ApiError.invalid("answers", "refusal.seen", PlaygroundQuestion.MOST_MODELS);
    }
    var account = exchange.account().id();
    if (!ground.history().saw(account, exchange.path("turn"), seen)) {
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
    if (!ground
        .history()
        .judge(exchange.account().id(), exchange.path("turn"), place(exchange), kept)) {
      throw ApiError.missing();
    }
    exchange.answer(Map.of("verdict", verdict));
  }

  void report(Exchange exchange) {
    var note = exchange.json(Report.class).note().strip();
    if (note.isEmpty() || note.length() > LONGEST_NOTE) {
      throw ApiError.invalid("note", "refusal.note", LONGEST_NOTE);
    }
    if (!ground
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

  void askForget(Exchange exchange) {
    var prompt =
        ground
            .history()
            .prompt(exchange.account().id(), exchange.path("turn"))
            .orElseThrow(ApiError::missing);
    ask(exchange, Set.of(prompt), "/playground/history/" + exchange.path("turn") + "/delete");
  }

  void askForgetAll(Exchange exchange) {
    var prompts = ground.history().prompts(exchange.account().id());
    ask(exchange, prompts, "/playground/history/delete");
  }

  /// What hangs on prompts, in numbers.
  private record Hanging(int answers, int demonstrations, int rankings, int ratings) {}

  private Hanging hanging(Set<String> prompts) {
    return new Hanging(
        count("serve_answer a JOIN serve_turn t ON t.id = a.turn WHERE t.prompt", prompts),
        count("demonstration WHERE prompt_id", prompts),
        count("ranking WHERE prompt_id", prompts),
        count("rating WHERE prompt_id", prompts));
  }

  private int count(String from, Set<String> prompts) {
    List<String> all = List.copyOf(prompts);
    return ground
        .store()
        .read(handle -> {
          int count = 0;
          for (int at = 0; at < all.size(); at += TOGETHER) {
            count +=
                handle
                    .createQuery("SELECT COUNT(*) FROM " + from + " IN (<all>)")
                    .bindList("all", all.subList(at, Math.min(at + TOGETHER, all.size())))
                    .mapTo(Integer.class)
                    .one();
          }
          return count;
        });
  }

  /// Says what goes with the prompts.
  private void ask(Exchange exchange, Set<String> prompts, String action) {
    var gone = hanging(prompts);
    exchange.confirm(
        new Exchange.Confirmation(
            exchange.text("history.ask.title", prompts.size()),
            List.of(
                exchange.text("history.ask.answers", gone.answers()),
                exchange.text(
                    "history.ask.given", gone.demonstrations(), gone.rankings(), gone.ratings()),
                exchange.text("history.ask.never")),
            action,
            Map.of(),
            exchange.text("history.delete"),
            "/playground/history"));
  }

  void forget(Exchange exchange) {
    var prompt =
        ground
            .history()
            .prompt(exchange.account().id(), exchange.path("turn"))
            .orElseThrow(ApiError::missing);
    erase(exchange, Set.of(prompt));
    exchange.redirect("/playground/history", "history.deleted");
  }

  void forgetAll(Exchange exchange) {
    var prompts = ground.history().prompts(exchange.account().id());
    if (!prompts.isEmpty()) {
      erase(exchange, prompts);
    }
    exchange.redirect("/playground/history", "history.deleted");
  }

  /// Deletes prompts with all that hangs on them, in every module, and says so in the audit log in
  /// the same transaction.
  private void erase(Exchange exchange, Set<String> prompts) {
    List<Erasable> modules = new ArrayList<>(ground.modules());
    modules.add((handle, _, gone) -> {
      gone.forEach(prompt ->
          ground.audit().append(handle, exchange.account().id(), "deleted-prompt", prompt));
      return 0;
    });
    ground.store().erase(Set.of(), prompts, modules);
  }
}
