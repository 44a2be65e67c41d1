package org.instructgpt.records;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// How to import.
///
/// @param format of all files; absent: each tells by its first rows
/// @param skipBad leave bad rows out instead of refusing everything
/// @param labeler who gave what has no name on it
/// @param pool of labelers that the store does not know yet
/// @param fractions of the three parts of the data
/// @param now the time of records that do not tell theirs
/// @param everyTurn each answer of a conversation is a demonstration, and not only the last
/// @param consented those whom rows name as users are customers who agreed to a notice
/// @param names what a row's fields are: a [FieldRole]'s name to the name that the files have for
///   it
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
