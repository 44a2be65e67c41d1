package org.instructgpt.studio;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.instructgpt.label.LabelerWork;
import org.instructgpt.label.Quality;
import org.instructgpt.label.Quality.Person;
import org.instructgpt.label.Surveys;
import org.instructgpt.label.Surveys.Survey;
import org.instructgpt.label.WeeklyEstimate;
import org.instructgpt.plot.WeekChart;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Store;
import org.instructgpt.statistics.Agreement;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;
import org.instructgpt.web.Route;
import org.jspecify.annotations.Nullable;

/// The researchers' pages of data quality: agreement by pool, labeler and week, gold answers,
/// outliers, tags, surveys.
final class QualityPages {
  /// How long computed numbers are shown although new data has come in.
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final Quality quality;
  private final Surveys surveys;
  private final Store store;
  private @Nullable Snapshot latest;

  QualityPages(Quality quality, Surveys surveys, Store store) {
    this.quality = quality;
    this.surveys = surveys;
    this.store = store;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/research/quality", StudioAccess.RESEARCHERS, this::overview),
        Route.get("/research/quality/{labeler}", StudioAccess.RESEARCHERS, this::person));
  }

  /// Wraps an optional for the template, whose parameters cannot be optional.
  record Ratings(Optional<Agreement.OfRatings> of) {}

  /// All numbers of the overview, which take seconds to compute over much data.
  ///
  /// @param counts of the data that they were computed from
  private record Snapshot(
      Instant at,
      Store.Counts counts,
      SortedMap<Pool, Agreement> agreement,
      Ratings ratings,
      WeekChart weeks,
      List<Person> people,
      SortedMap<LabelerWork.Tag, Estimate> tags) {}

  private void overview(Exchange exchange) {
    var numbers = numbers(exchange.now());
    Map<String, Object> model = new HashMap<>();
    model.put("at", numbers.at());
    model.put("agreement", numbers.agreement());
    model.put("ratings", numbers.ratings());
    model.put("weeks", numbers.weeks());
    model.put("people", numbers.people());
    model.put("tags", numbers.tags());
    model.put(
        "surveys",
        Map.of(
            Survey.DEMOGRAPHICS, surveys.table(Survey.DEMOGRAPHICS),
            Survey.SATISFACTION, surveys.table(Survey.SATISFACTION)));
    exchange.page("label.quality.title", "quality", model);
  }

  /// Current numbers: computed again when the data has changed and the last ones are a minute old.
  private synchronized Snapshot numbers(Instant now) {
    Snapshot last = latest;
    var counts = store.counts();
    if (last != null && (last.counts().equals(counts) || now.isBefore(last.at().plus(FRESH)))) {
      return last;
    }
    Snapshot fresh = measure(now, counts);
    latest = fresh;
    return fresh;
  }

  private Snapshot measure(Instant now, Store.Counts counts) {
    return new Snapshot(
        now,
        counts,
        quality.agreement(),
        new Ratings(quality.ratings()),
        chart(quality.agreementByWeek()),
        quality.people().stream().filter(p -> p.submissions() + p.rankings() > 0).toList(),
        quality.tags());
  }

  private void person(Exchange exchange) {
    String labeler = exchange.path("labeler");
    Person person =
        quality.people().stream()
            .filter(someone -> someone.labeler().equals(labeler))
            .findFirst()
            .orElseThrow(ApiError::missing);
    exchange.page(
        "label.quality.person",
        "person",
        Map.of(
            "person", person,
            "weeks", chart(quality.agreementByWeek(labeler)),
            "gold", chart(quality.goldByWeek(labeler))));
  }

  private static WeekChart chart(List<WeeklyEstimate> weeks) {
    return WeekChart.of(
        weeks.stream().map(week -> new WeekChart.Week(week.monday(), week.value())).toList());
  }
}
