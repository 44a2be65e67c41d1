package org.instructgpt.label;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Store;
import org.instructgpt.statistics.Agreement;
import org.instructgpt.statistics.Bootstrap;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.LabelerPair;
import org.instructgpt.statistics.Outliers;
import org.jspecify.annotations.Nullable;

/// Progress and quality of the labeling work: batches, agreement, gold, outliers.
public final class Quality {
  private static final Bootstrap BOOTSTRAP = Bootstrap.seeded(1);

  private final Store store;

  /// Cached results for the rankings, valid while the [State] of the store is the same.
  private final AtomicReference<@Nullable Judged> judged = new AtomicReference<>();

  private record Judged(
      State state, List<LabelerPair> pairs, Map<String, Outliers.Suspect> suspects) {}

  /// Changes whenever a ranking is added, deleted or corrected.
  private record State(Store.Counts counts, long newest) {}

  public Quality(Store store) {
    this.store = store;
  }

  /// All batches, newest first.
  public List<BatchProgress> progress(Instant now) {
    return store.read(handle -> BatchProgress.all(handle, now));
  }

  /// How often tasks of a batch were skipped, by reason.
  public Map<Lease.SkipReason, Integer> skips(String batch) {
    return store.read(handle -> BatchProgress.skips(handle, batch));
  }

  /// The agreement of the labelers within each pool; pools in which no two ranked the same outputs
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

  /// The agreement of all labelers on ratings of single outputs; empty if no two rated the same
  /// output.
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

  /// The work of one labeler, compared with the others.
  ///
  /// @param submissions counted and surplus
  /// @param rankings in the feedback store
  /// @param agreement with the others on the same outputs, ties as half; empty without any
  /// @param gold agreement with researchers on hidden gold tasks; empty without any
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

  /// Whether a labeler's votes look random.
  ///
  /// @param votes how many votes were compared with what the others said
  /// @param evidence log likelihood ratio of random votes against the votes of a typical labeler
  /// @param outlier whether there are enough votes and the evidence is against the labeler
  public record Suspicion(double votes, double evidence, boolean outlier) {}

  /// Everybody in the feedback store, by id.
  public List<Person> people() {
    var judged = judged();
    var stats = store.read(LabelerStats::new);
    return store.labelers().stream()
        .map(labeler -> {
          var pairs = judged.pairs.stream().filter(c -> c.has(labeler.id())).toList();
          return new Person(
              labeler.id(),
              labeler.pool(),
              stats.submissions(labeler.id()),
              stats.rankings(labeler.id()),
              pairs.isEmpty() ? Optional.empty() : Optional.of(LabelerPair.agreement(pairs)),
              stats.gold(labeler.id()),
              suspicion(judged.suspects.get(labeler.id())),
              stats.medianActiveMillis(labeler.id()));
        })
        .sorted(Comparator.comparing(Person::labeler))
        .toList();
  }

  /// The agreement of all labelers by week, oldest first; two rankings of the same outputs belong
  /// to the week of the later one.
  public List<WeeklyEstimate> agreementByWeek() {
    return byWeek(judged().pairs);
  }

  /// The same for one labeler with the others.
  public List<WeeklyEstimate> agreementByWeek(String labeler) {
    return byWeek(judged().pairs.stream().filter(c -> c.has(labeler)).toList());
  }

  /// A labeler's agreement with researchers on hidden gold tasks by week, which shows drift.
  public List<WeeklyEstimate> goldByWeek(String labeler) {
    return store.read(handle -> LabelerStats.goldByWeek(handle, labeler));
  }

  /// The share of tagged prompts that have each tag (Table 7).
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
    return store.read(handle -> new FeedbackTables(handle).lastRanking());
  }

  private static Suspicion suspicion(Outliers.@Nullable Suspect suspect) {
    return suspect == null
        ? new Suspicion(0, 0, false)
        : new Suspicion(suspect.votes(), suspect.evidence(), suspect.outlier());
  }

  private static List<WeeklyEstimate> byWeek(List<LabelerPair> pairs) {
    return WeeklyEstimate.of(pairs, LabelerPair::later, LabelerPair::agreement);
  }
}
