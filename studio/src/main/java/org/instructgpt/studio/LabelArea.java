package org.instructgpt.studio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instructgpt.label.Instructions;
import org.instructgpt.label.LabelingExports;
import org.instructgpt.label.Quality;
import org.instructgpt.label.Rounds;
import org.instructgpt.label.Screening;
import org.instructgpt.label.Surveys;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.records.Store;
import org.instructgpt.web.Route;
import org.instructgpt.web.SiteArea;
import org.instructgpt.web.SiteArea.Link;

/// The area `label`: the pages of labelers and researchers, and the HTTP API of tasks
/// (`docs/http-api.md`).
public final class LabelArea {
  private static final String SORTABLE =
      "META-INF/resources/webjars/sortablejs/1.15.6/modular/sortable.esm.js";

  private LabelArea() {}

  public static SiteArea of(
      TaskQueue queue,
      Screening screening,
      Quality quality,
      Surveys surveys,
      LabelingExports exports,
      Rounds rounds,
      Store store) {
    var instructions = new Instructions();
    List<Route> routes = new ArrayList<>();
    routes.addAll(new TaskApi(queue, quality).routes());
    routes.addAll(new LabelerPages(queue, screening, surveys, instructions).routes());
    routes.addAll(new ScreeningPages(screening, store).routes());
    routes.addAll(new SurveyPages(surveys).routes());
    routes.addAll(new BatchPages(queue, quality, rounds, instructions).routes());
    routes.addAll(new QualityPages(quality, surveys, store).routes());
    routes.addAll(new DataPages(store, exports).routes());
    return new SiteArea(
        "label",
        LabelArea.class,
        routes,
        List.of(
            new Link("label.nav.research", "/research"),
            new Link("label.nav.quality", "/research/quality"),
            new Link("label.nav.screening", "/research/screening"),
            new Link("label.nav.data", "/research/data"),
            new Link("label.nav.work", "/tasks"),
            new Link("label.nav.instructions", "/instructions")),
        Map.of("sortable.esm.js", SORTABLE));
  }
}
