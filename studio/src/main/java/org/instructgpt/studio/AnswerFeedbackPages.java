package org.instructgpt.studio;

import java.util.List;
import java.util.Map;
import org.instructgpt.web.Exchange;

/// The page of the feedback on answers: thumbs by model, and the answers that got a thumbs down or
/// a report, with their prompts.
record AnswerFeedbackPages(PlaygroundHistory history) {
  private static final int PAGE = 20;

  /// What the template shows.
  ///
  /// @param number of the page, from 0
  /// @param more whether older answers follow
  record Shown(
      List<PlaygroundHistory.ModelFeedback> models,
      List<PlaygroundHistory.CriticizedAnswer> answers,
      int number,
      boolean more) {}

  void list(Exchange exchange) {
    int number = FormFields.page(exchange);
    var found = history.criticized(PAGE + 1, number * PAGE);
    boolean more = found.size() > PAGE;
    var shown = new Shown(history.byModel(), more ? found.subList(0, PAGE) : found, number, more);
    exchange.page("opinions.title", "opinions", Map.of("page", shown));
  }
}
