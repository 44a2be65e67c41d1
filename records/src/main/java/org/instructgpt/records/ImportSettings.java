package org.instructgpt.records;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// The settings of an import.
///
/// @param format of all files; if absent, it is detected for each file
/// @param skipBad whether to skip invalid rows instead of refusing the import
/// @param labeler id of the labeler of records that do not name one
/// @param pool of new labelers
/// @param fractions of the three parts of the data
/// @param now the time of records without one
/// @param everyTurn whether each answer of a conversation becomes a demonstration, not only the
///   last
/// @param consented whether the users named in rows are customers who agreed to a notice
/// @param names from the name of a [FieldRole] to the name of its field in the files
public record ImportSettings(
    Optional<Format> format,
    boolean skipBad,
    String labeler,
    Labeler.Pool pool,
    Split.Fractions fractions,
    Instant now,
    boolean everyTurn,
    boolean consented,
    Map<String, String> names) {

  public ImportSettings {
    RecordChecks.id("labeler", labeler);
    names = FieldNames.checked(names);
  }

  public static ImportSettings at(Instant now) {
    return new ImportSettings(
        Optional.empty(),
        false,
        "unknown",
        Labeler.Pool.TRAINING,
        Split.Fractions.USUAL,
        now,
        false,
        false,
        Map.of());
  }

  public ImportSettings skippingBad() {
    return new ImportSettings(
        format, true, labeler, pool, fractions, now, everyTurn, consented, names);
  }

  public ImportSettings of(Format known) {
    return new ImportSettings(
        Optional.of(known), skipBad, labeler, pool, fractions, now, everyTurn, consented, names);
  }

  public ImportSettings by(String who, Labeler.Pool where) {
    return new ImportSettings(
        format, skipBad, who, where, fractions, now, everyTurn, consented, names);
  }

  public ImportSettings split(Split.Fractions shares) {
    return new ImportSettings(
        format, skipBad, labeler, pool, shares, now, everyTurn, consented, names);
  }

  public ImportSettings withEveryTurn() {
    return new ImportSettings(
        format, skipBad, labeler, pool, fractions, now, true, consented, names);
  }

  public ImportSettings withConsent() {
    return new ImportSettings(
        format, skipBad, labeler, pool, fractions, now, everyTurn, true, names);
  }

  public ImportSettings named(Map<String, String> known) {
    return new ImportSettings(
        format, skipBad, labeler, pool, fractions, now, everyTurn, consented, known);
  }
}
