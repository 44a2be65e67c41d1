package org.instructgpt.records;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;

/// Brings files into the store, all of them or nothing.
///
/// The rows are read one after the other, checked and written in one transaction, which is undone
/// when a row was bad: so a file of any length needs the memory of one row (and of its faults), a
/// file that changes while it is read cannot fool the check, and whoever reads the store meanwhile
/// sees none of it. Every bad row is found and told, not only the first. Other writes wait until
/// the import ends.
///
/// Which [Format] a file has is told by its first rows, and then asked of all its rows. Except in
/// our own format, which carries everything, a prompt falls into a part of the data by
/// [Split.Fractions], a record that does not say who gave it is [Settings#labeler]'s, and a prompt
/// that is stored already stays as it is.
public final class Importer {
  private final Store store;
  private final Settings settings;
  private final BiConsumer<Handle, Feedback> observer;

  public Importer(Store store, Settings settings) {
    this(store, settings, (_, _) -> {});
  }

  /// @param observer is told each record that is in the store now, new or not, inside the
  ///   transaction: what it stores with it is undone with it, and what it throws ends the import
  public Importer(Store store, Settings settings, BiConsumer<Handle, Feedback> observer) {
    this.store = store;
    this.settings = settings;
    this.observer = observer;
  }

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
  public record Settings(
      Optional<Format> format,
      boolean skipBad,
      String labeler,
      Labeler.Pool pool,
      Split.Fractions fractions,
      Instant now,
      boolean everyTurn,
      boolean consented,
      Map<String, String> names) {

    public Settings {
      RecordChecks.id("labeler", labeler);
      names = FieldNames.checked(names);
    }

    public static Settings at(Instant now) {
      return new Settings(
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

    public Settings skippingBad() {
      return new Settings(format, true, labeler, pool, fractions, now, everyTurn, consented, names);
    }

    public Settings of(Format known) {
      return new Settings(
          Optional.of(known), skipBad, labeler, pool, fractions, now, everyTurn, consented, names);
    }

    public Settings by(String who, Labeler.Pool where) {
      return new Settings(format, skipBad, who, where, fractions, now, everyTurn, consented, names);
    }

    public Settings split(Split.Fractions shares) {
      return new Settings(format, skipBad, labeler, pool, shares, now, everyTurn, consented, names);
    }

    public Settings withEveryTurn() {
      return new Settings(format, skipBad, labeler, pool, fractions, now, true, consented, names);
    }

    public Settings withConsent() {
      return new Settings(format, skipBad, labeler, pool, fractions, now, everyTurn, true, names);
    }

    public Settings named(Map<String, String> known) {
      return new Settings(
          format, skipBad, labeler, pool, fractions, now, everyTurn, consented, known);
    }
  }

  /// What an import did.
  ///
  /// @param formats the format of each file
  /// @param reasons why each file was taken as that
  /// @param rows how many rows were read, good or bad
  /// @param added how many records of each type are new
  /// @param duplicates how many records were there already, with the same content
  /// @param empty how many good rows hold nothing to import, such as trees that nobody ranked
  /// @param notes peculiarities, and how many rows have them
  /// @param unread fields that were not read, and how many rows have them
  /// @param faults how many faults the rows that were left out have
  /// @param bad those faults, equal ones once
  /// @param users how many rows name a user or an organisation
  /// @param customers how many of these rows became prompts of customers
  public record Report(
      Map<String, Format> formats,
      Map<String, String> reasons,
      long rows,
      Map<String, Long> added,
      long duplicates,
      long empty,
      Map<String, Long> notes,
      Map<String, Long> unread,
      long faults,
      List<BadRows.Problem> bad,
      long users,
      long customers) {

    /// The faults of the rows that were left out, a line each.
    public String badRows() {
      return BadRows.told(bad);
    }

    /// Whether the files held nothing that could be imported.
    public boolean isNothing() {
      return added.isEmpty() && duplicates == 0;
    }

    /// New records of one type (`"prompt"`, `"ranking"`, ...).
    public long added(String type) {
      return added.getOrDefault(type, 0L);
    }
  }

  /// Imports files in the given order, in one transaction, and returns when the disk has it.
  ///
  /// @throws IllegalArgumentException with every bad row, unless bad rows are to be skipped; then
  ///   nothing is imported
  /// @throws IllegalArgumentException when there is no such file
  public Report read(List<Path> files) throws IOException {
    try {
      return store.write(handle -> new ImportPass(handle, settings, observer).read(files)).join();
    } catch (CompletionException failure) {
      switch (failure.getCause()) {
        case UncheckedIOException machine ->
            throw new IOException(machine.getMessage(), machine.getCause());
        case RuntimeException user -> throw user;
        case Error fault -> throw fault;
        case null, default -> throw failure;
      }
    }
  }

  public Report read(Path file) throws IOException {
    return read(List.of(file));
  }
}
