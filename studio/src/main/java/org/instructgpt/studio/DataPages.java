package org.instructgpt.studio;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.label.LabelingExports;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Prompt.Source;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.studio.FeedbackBrowser.Query;
import org.instructgpt.studio.FeedbackBrowser.What;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;
import org.instructgpt.web.Route;

/// The researchers' pages to browse and export prompts, demonstrations and rankings.
final class DataPages {
  private final Store store;
  private final LabelingExports exports;
  private final FeedbackBrowser browser;

  DataPages(Store store, LabelingExports exports) {
    this.store = store;
    this.exports = exports;
    this.browser = new FeedbackBrowser(store);
  }

  List<Route> routes() {
    return List.of(
        Route.get("/research/data", StudioAccess.RESEARCHERS, this::list),
        Route.get("/research/data/{prompt}", StudioAccess.RESEARCHERS, this::prompt),
        Route.get("/research/export.zip", StudioAccess.RESEARCHERS, this::export));
  }

  private void list(Exchange exchange) {
    What what = one(exchange, What.class, "what").orElse(What.PROMPTS);
    long before =
        exchange
            .query("before")
            .filter(t -> t.matches("\\d{1,18}"))
            .map(Long::parseLong)
            .orElse(0L);
    var query =
        new Query(
            what,
            one(exchange, Split.class, "split"),
            one(exchange, Source.class, "source"),
            exchange.query("q").orElse("").strip(),
            exchange.query("labeler").orElse("").strip(),
            before);
    exchange.page(
        "label.data.title",
        "data",
        Map.of("query", query, "found", browser.find(query), "counts", store.counts()));
  }

  private static <E extends Enum<E>> Optional<E> one(
      Exchange exchange, Class<E> type, String field) {
    return exchange
        .query(field)
        .filter(name -> !name.isEmpty())
        .map(name -> FormFields.constant(type, field, name));
  }

  private void prompt(Exchange exchange) {
    Prompt prompt = store.prompt(exchange.path("prompt")).orElseThrow(ApiError::missing);
    exchange.page(
        "label.data.prompt",
        "prompt",
        Map.of("prompt", prompt, "given", browser.given(prompt.id())));
  }

  private void export(Exchange exchange) throws Exception {
    String day = exchange.now().toString().substring(0, 10);
    exchange.download("feedback-" + day + ".zip", "application/zip", exports::zip);
  }
}
