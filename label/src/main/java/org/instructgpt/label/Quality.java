package org.instructgpt.label;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Store;
import org.instructgpt.statistics.Agreement;
import org.instructgpt.statistics.Bootstrap;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.LabelerPair;
import org.instructgpt.statistics.Outliers;
import org.jspecify.annotations.Nullable;

/// How the work goes and how good it is: progress, agreement, gold, outliers.
public final class Quality {
  private static final Bootstrap BOOTSTRAP = Bootstrap.seeded(1);

  private final Store store;

  /// What was made of the rankings when they were last looked at, and how many there were.
  private final AtomicReference<@Nullable Judged> judged = new AtomicReference<>();

  private record Judged(
      State state, List<LabelerPair> couples, Map<String, Outliers.Suspect> suspects) {}

  /// What changes with every ranking that comes, goes or is corrected.
  private record State(Store.Counts counts, long newest) {}

  public Quality(Store store) {
    this.store = store;
  }

  /// How far a batch is.
  ///
  /// @param slots items times overlap
  /// @param done slots that are filled
  /// @param leased slots that labelers hold now
  /// @param skipped how often somebody gave an item back
  /// @param medianActiveMillis of the work that counted; 0 before the first
  public record Progress(
      String id,
      TaskQueue.Batch batch,
      Instant opened,
      boolean closed,
      int items,
      int gold,
      int slots,
      int done,
      int leased,
      int surplus,
      int skipped,
      long medianActiveMillis) {}

  /// All batches, newest first.
  public List<Progress> progress(Instant now) {
    return store.read(handle -> BatchProgress.progress(handle, now));
  }

  /// How often items of a batch were given back, by reason.
  public Map<TaskQueue.Reason, Integer> skips(String batch) {
    return store.read(handle -> BatchProgress.skips(handle, batch));
  }

  /// How far the labelers of each pool agree with each other; pools in which no two ranked the same
  /// are left out.
  public SortedMap<Labeler.Pool, Agreement> agreement() {
    var agreements = new TreeMap<Labeler.Pool, Agreement>();
    for (var pool : Labeler.Pool.values()) {
      var rankings = store.rankings(Filter.ALL.by(pool));
      if (!LabelerPair.of(rankings).isEmpty()) {
        agreements.put(pool, Agreement.ofRankings(rankings, BOOTSTRAP));
      }
    }
    return agreements;
  }

  /// How far single outputs are rated alike, everybody together; absent where no two rated the
  /// same.
  public Optional<Agreement.OfRatings> ratings() {
    var ratings = store.ratings(Filter.ALL);
    var raters = new HashMap<List<Object>, String>();
    boolean shared =
        ratings.stream()
            .anyMatch(rating -> {
              var key = List.<Object>of(rating.prompt().id(), rating.item().output());
              var before = raters.putIfAbsent(key, rating.item().labeler());
              return before != null && !before.equals(rating.item().labeler());
            });
    return shared ? Optional.of(Agreement.ofRatings(ratings, BOOTSTRAP)) : Optional.empty();
  }

  /// One labeler among the others.
  ///
  /// @param submissions counted and surplus
  /// @param rankings in the records
  /// @param agreement with the others on the same outputs, ties as half; absent without any
  /// @param gold with researchers on hidden gold items; absent without any
  /// @param medianActiveMillis of a submission; 0 without any
  public record Person(
      String labeler,
      Labeler.Pool pool,
      int submissions,
      int rankings,
      Optional<Estimate> agreement,
      Optional<Estimate> gold,
      Suspicion suspicion,
      long medianActiveMillis) {}

  /// Whether a labeler's votes look like a coin's.
  ///
  /// @param votes how many votes were compared with what the others said
  /// @param evidence natural logarithm of how many times likelier the votes are from a coin than
  ///   from the usual labeler
  /// @param outlier whether there are enough votes and they speak against the labeler
  public record Suspicion(double votes, double evidence, boolean outlier) {}

  /// Everybody in the records, by id.
  public List<Person> people() {
    var judged = judged();
    var handed = store.read(LabelerStats::new);
    return store.labelers().stream()
        .map(labeler -> {
          var couples = judged.couples.stream().filter(c -> c.has(labeler.id())).toList();
          return new Person(
              labeler.id(),
              labeler.pool(),
              handed.submissions(labeler.id()),
              handed.rankings(labeler.id()),
              couples.isEmpty() ? Optional.empty() : Optional.of(LabelerPair.agreement(couples)),
              handed.gold(labeler.id()),
              suspicion(judged.suspects.get(labeler.id())),
              handed.medianActiveMillis(labeler.id()));
        })
        .sorted(Comparator.comparing(Person::labeler))
        .toList();
  }

  /// A week's number.
  ///
  /// @param monday its first day (UTC)
  public record Week(LocalDate monday, Estimate value) {}

  /// Agreement of all labelers by week, oldest first: of two rankings of the same outputs, the
  /// later one's.
  public List<Week> agreementByWeek() {
    return byWeek(judged().couples);
  }

  /// The same for one labeler with the others.
  public List<Week> agreementByWeek(String labeler) {
    return byWeek(judged().couples.stream().filter(c -> c.has(labeler)).toList());
  }

  /// A labeler's agreement with researchers on hidden gold items by week: whether they drift.
  public List<Week> goldByWeek(String labeler) {
    return store.read(handle -> LabelerStats.goldByWeek(handle, labeler));
  }

  /// The shares of prompts that bear each tag (Table 7), counting those that were tagged.
  public SortedMap<LabelerWork.Tag, Estimate> tags() {
    return store.read(handle -> new PromptTags(handle).shares());
  }

  private Judged judged() {
    var state = new State(store.counts(), newest());
    var known = judged.get();
    if (known == null || !known.state.equals(state)) {
      var rankings = store.rankings(Filter.ALL);
      known = new Judged(state, LabelerPair.of(rankings), Outliers.of(rankings));
      judged.set(known);
    }
    return known;
  }

  private long newest() {
    return store.read(handle ->
        handle.createQuery("SELECT COALESCE(MAX(seq), 0) FROM ranking").mapTo(Long.class).one());
  }

  private static Suspicion suspicion(Outliers.@Nullable Suspect suspect) {
    return suspect == null
        ? new Suspicion(0, 0, false)
        : new Suspicion(suspect.votes(), suspect.evidence(), suspect.outlier());
  }

  private static List<Week> byWeek(List<LabelerPair> couples) {
    return couples.stream()
        .collect(Collectors.groupingBy(c -> monday(c.later()), TreeMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .map(week -> new Week(week.getKey(), LabelerPair.agreement(week.getValue())))
        .toList();
  }

  /// The first day of the week in which something happened (UTC).
  static LocalDate monday(Instant at) {
    return LocalDate.ofInstant(at, ZoneOffset.UTC)
        .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
  }
}
