package org.instructgpt.studio;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.instructgpt.label.Screening;
import org.instructgpt.label.ScreeningQuestion;
import org.instructgpt.label.ScreeningQuestion.Answer;
import org.instructgpt.label.ScreeningQuestion.Topic;
import org.instructgpt.label.ScreeningResult.Verdict;
import org.instructgpt.records.Store;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;
import org.instructgpt.web.Route;

/// The pages of the screening: a candidate's questions, a researcher's grades and decisions
/// (InstructGPT appendix B.1).
final class ScreeningPages {
  private final Screening screening;
  private final Store store;

  ScreeningPages(Screening screening, Store store) {
    this.screening = screening;
    this.store = store;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/screening", StudioAccess.LABELERS, this::question),
        Route.post("/screening", StudioAccess.LABELERS, this::answer),
        Route.get("/research/screening", StudioAccess.RESEARCHERS, this::candidates),
        Route.get("/research/screening/required", StudioAccess.RESEARCHERS, this::askRequire),
        Route.post("/research/screening/required", StudioAccess.RESEARCHERS, this::require),
        Route.post("/research/screening/prompts", StudioAccess.RESEARCHERS, this::prompts),
        Route.post("/research/screening/grade", StudioAccess.RESEARCHERS, this::grade),
        Route.post("/research/screening/decide", StudioAccess.RESEARCHERS, this::decide));
  }

  /// The candidate's next question.
  ///
  /// @param kind of the question, or `finished`
  /// @param answered how many questions the candidate has answered
  record Asked(String kind, Optional<ScreeningQuestion> question, int answered) {}

  private void question(Exchange exchange) {
    var question = screening.next(exchange.account().id());
    var result = screening.result(exchange.account().id());
    int answered =
        result.flags().answers()
            + result.comparisons().answers()
            + result.demonstrations().answers()
            + (result.topics().isEmpty() ? 0 : 1);
    String kind =
        question
            .map(q ->
                switch (q) {
                  case ScreeningQuestion.Flag _ -> "flag";
                  case ScreeningQuestion.Choice _ -> "choice";
                  case ScreeningQuestion.Demonstration _ -> "demonstration";
                  case ScreeningQuestion.Topics _ -> "topics";
                })
            .orElse("finished");
    exchange.page(
        "label.screening.title",
        "question",
        Map.of("asked", new Asked(kind, question, answered), "topics", Topic.values()));
  }

  private void answer(Exchange exchange) {
    String id = exchange.form("id");
    Answer answer =
        switch (exchange.form("kind")) {
          case "flag" ->
              new Answer.Flagged(id, FormFields.oneOf(exchange, "sensitive", "yes", "no"));
          case "choice" ->
              new Answer.Chosen(id, FormFields.oneOf(exchange, "better", "first", "second"));
          case "demonstration" -> new Answer.Demonstrated(id, FormFields.text(exchange, "text"));
          case "topics" -> new Answer.Knows(id, topics(exchange));
          default -> throw ApiError.invalid("kind", "label.refused.choice", exchange.form("kind"));
        };
    try {
      screening.answer(exchange.account().id(), answer);
    } catch (IllegalArgumentException notAsked) {
      throw ApiError.missing();
    }
    exchange.redirect("/screening");
  }

  private static Set<Topic> topics(Exchange exchange) {
    return exchange.fields("topics").stream()
        .map(name -> FormFields.constant(Topic.class, "topics", name))
        .collect(Collectors.toSet());
  }

  private void candidates(Exchange exchange) {
    exchange.page(
        "label.screening.title",
        "screening",
        Map.of(
            "results", screening.results(),
            "ungraded", screening.ungraded(),
            "required", screening.required(),
            "verdicts", Verdict.values()));
  }

  /// Asks for confirmation before screening becomes required, or stops being required.
  private void askRequire(Exchange exchange) {
    boolean on = screening.required();
    var people = screening.reach();
    exchange.confirm(
        new Exchange.Confirmation(
            exchange.text(on ? "label.require.off-title" : "label.require.title"),
            on
                ? List.of(exchange.text("label.require.off", people.waiting()))
                : List.of(
                    exchange.text("label.require.on", people.stopped(), people.atWork()),
                    exchange.text("label.require.kept", people.admitted())),
            "/research/screening/required",
            Map.of("required", on ? "no" : "yes"),
            exchange.text(on ? "label.screening.unrequire" : "label.screening.require"),
            "/research/screening"));
  }

  private void require(Exchange exchange) {
    screening.require(FormFields.oneOf(exchange, "required", "yes", "no"), exchange.account().id());
    exchange.redirect("/research/screening", "label.screening.changed");
  }

  private void prompts(Exchange exchange) {
    List<String> ids =
        exchange.form("prompts").lines().map(String::strip).filter(id -> !id.isEmpty()).toList();
    List<String> unknown = ids.stream().filter(id -> store.prompt(id).isEmpty()).toList();
    if (ids.isEmpty() || !unknown.isEmpty()) {
      throw ApiError.invalid("prompts", "label.refused.prompts", String.join(", ", unknown));
    }
    screening.demonstrateOn(ids, exchange.account().id());
    exchange.redirect("/research/screening", "label.screening.changed");
  }

  private void grade(Exchange exchange) {
    int grade = FormFields.number(exchange, "grade", 1, 7);
    try {
      screening.grade(exchange.form("id"), grade, exchange.account().id());
    } catch (IllegalArgumentException unknown) {
      throw ApiError.missing();
    }
    exchange.redirect("/research/screening", "label.screening.graded");
  }

  private void decide(Exchange exchange) {
    String labeler = exchange.form("labeler");
    boolean known = store.labelers().stream().anyMatch(someone -> someone.id().equals(labeler));
    if (!known) {
      throw ApiError.missing();
    }
    screening.decide(
        labeler,
        FormFields.constant(Verdict.class, "verdict", exchange.form("verdict")),
        FormFields.text(exchange, "reason"),
        exchange.account().id());
    exchange.redirect("/research/screening", "label.screening.decided");
  }
}
