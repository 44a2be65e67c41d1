package org.instructgpt.label;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Store;
import org.instructgpt.statistics.Agreement;
import org.instructgpt.statistics.Estimate;

/// How the work goes and how good it is: progress, agreement, gold, outliers.
public final class Quality {

  public Quality(Store store) {
    throw new UnsupportedOperationException();
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
      Desk.Batch batch,
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
    throw new UnsupportedOperationException();
  }

  /// How often items of a batch were given back, by reason.
  public Map<Desk.Reason, Integer> skips(String batch) {
    throw new UnsupportedOperationException();
  }

  /// How far the labelers of each pool agree with each other; pools in which no two ranked the same
  /// are left out.
  public SortedMap<Labeler.Pool, Agreement> agreement() {
    throw new UnsupportedOperationException();
  }

  /// How far single outputs are rated alike, everybody together; absent where no two rated the
  /// same.
  public Optional<Agreement.OfRatings> ratings() {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  /// A week's number.
  ///
  /// @param monday its first day (UTC)
  public record Week(LocalDate monday, Estimate value) {}

  /// Agreement of all labelers by week, oldest first: of two rankings of the same outputs, the
  /// later one's.
  public List<Week> agreementByWeek() {
    throw new UnsupportedOperationException();
  }

  /// The same for one labeler with the others.
  public List<Week> agreementByWeek(String labeler) {
    throw new UnsupportedOperationException();
  }

  /// A labeler's agreement with researchers on hidden gold items by week: whether they drift.
  public List<Week> goldByWeek(String labeler) {
    throw new UnsupportedOperationException();
  }

  /// The shares of prompts that bear each tag (Table 7), counting those that were tagged.
  public SortedMap<Work.Tag, Estimate> tags() {
    throw new UnsupportedOperationException();
  }
}
