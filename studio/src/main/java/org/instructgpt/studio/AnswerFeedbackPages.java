package org.instructgpt.studio;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.web.Exchange;

/// The page of the feedback on answers: thumbs by model, and the answers that got a thumbs down or
/// a report, with their prompts.
record AnswerFeedbackPages(PlaygroundHistory history, ModelCatalog catalog) {
  private static final int PAGE = 20;

  /// What the template shows.
  ///
  /// @param continuing the models that continue a text; what others answer is shown as Markdown
  /// @param number of the page, from 0
  /// @param more whether older answers follow
  record Shown(
      List<PlaygroundHistory.ModelFeedback> models,
      List<PlaygroundHistory.CriticizedAnswer> answers,
      Set<String> continuing,
      int number,
      boolean more) {}

  void list(Exchange exchange) {
    int number = FormFields.page(exchange);
    var found = history.criticized(PAGE + 1, number * PAGE);
    boolean more = found.size() > PAGE;
    var shown =
        new Shown(
            history.byModel(), more ? found.subList(0, PAGE) : found, continuing(), number, more);
    exchange.page("opinions.title", "opinions", Map.of("page", shown));
  }

  private Set<String> continuing() {
    return catalog.all().stream()
        .filter(model -> !model.answers())
        .map(ServedModel::name)
        .collect(Collectors.toSet());
  }
}
