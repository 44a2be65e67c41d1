package org.instructgpt.studio;

import java.util.List;
import java.util.Map;
import org.instructgpt.web.Exchange;

/// What the people who asked think of the answers: thumbs by model, and the answers that somebody
/// reported or disliked, with the prompt and the words of the report, as the form said it would be.
record AnswerFeedbackPages(PlaygroundHistory history) {
  private static final int A_PAGE = 20;

  /// What the template shows.
  ///
  /// @param number of the page, from 0
  record Shown(
      List<PlaygroundHistory.Tally> tallies,
      List<PlaygroundHistory.Opinion> disliked,
      int number,
      boolean more) {}

  void list(Exchange exchange) {
    int number = HistoryPages.page(exchange);
    var disliked = history.disliked(A_PAGE + 1, number * A_PAGE);
    boolean more = disliked.size() > A_PAGE;
    exchange.page(
        "opinions.title",
        "opinions",
        Map.of(
            "page",
            new Shown(
                history.tallies(), more ? disliked.subList(0, A_PAGE) : disliked, number, more)));
  }
}
