package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
/// Which [Format] a file has is told by its first readable row, and then asked of all its rows.
/// Except in our own format, which carries everything, a prompt falls into a part of the data by
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
  /// @param format of all files; absent: each tells by its first row
  /// @param skipBad leave bad rows out instead of refusing everything
  /// @param labeler who gave what has no name on it
  /// @param pool of labelers that the store does not know yet
  /// @param fractions of the three parts of the data
  /// @param now the time of records that do not tell theirs
  public record Settings(
      Optional<Format> format,
      boolean skipBad,
      String labeler,
      Labeler.Pool pool,
      Split.Fractions fractions,
      Instant now) {

    public Settings {
      Check.id("labeler", labeler);
    }

    public static Settings at(Instant now) {
      return new Settings(
          Optional.empty(), false, "unknown", Labeler.Pool.TRAINING, Split.Fractions.USUAL, now);
    }

    public Settings skippingBad() {
      return new Settings(format, true, labeler, pool, fractions, now);
    }

    public Settings of(Format known) {
      return new Settings(Optional.of(known), skipBad, labeler, pool, fractions, now);
    }

    public Settings by(String who, Labeler.Pool where) {
      return new Settings(format, skipBad, who, where, fractions, now);
    }

    public Settings split(Split.Fractions shares) {
      return new Settings(format, skipBad, labeler, pool, shares, now);
    }
  }

  /// What an import did.
  ///
  /// @param formats the format of each file
  /// @param rows how many rows were read, good or bad
  /// @param added how many records of each type are new
  /// @param duplicates how many records were there already, with the same content
  /// @param empty how many good rows hold nothing to import, such as trees that nobody ranked
  /// @param notes peculiarities, and how many rows have them
  /// @param bad the faults of the rows that were left out
  public record Report(
      Map<String, Format> formats,
      long rows,
      Map<String, Long> added,
      long duplicates,
      long empty,
      Map<String, Long> notes,
      List<BadRows.Problem> bad) {

    /// New records of one type (`"prompt"`, `"ranking"`, ...).
    public long added(String type) {
      return added.getOrDefault(type, 0L);
    }
  }

  /// Imports files in the given order, in one transaction, and returns when the disk has it.
  ///
  /// @throws BadRows with every bad row, unless bad rows are to be skipped; then nothing is
  ///   imported
  /// @throws IllegalArgumentException when there is no such file
  public Report read(List<Path> files) throws IOException {
    try {
      return store.write(handle -> new Pass(handle).read(files)).join();
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

  /// One run over the files.
  private final class Pass {
    private final Handle handle;
    private final Rows rows;
    private final Map<String, Format> formats = new LinkedHashMap<>();
    private final Map<String, Long> added = new TreeMap<>();
    private final Map<String, Long> notes = new TreeMap<>();
    private final List<BadRows.Problem> bad = new ArrayList<>();
    private final Set<String> labelers = new HashSet<>();
    private long count;
    private long duplicates;
    private long empty;

    Pass(Handle handle) {
      this.handle = handle;
      this.rows = new Rows(handle);
    }

    Report read(List<Path> files) {
      for (Path file : files) {
        try {
          readOne(file);
        } catch (IOException failure) {
          throw new UncheckedIOException(file + ": " + failure.getMessage(), failure);
        }
      }
      if (!bad.isEmpty() && !settings.skipBad()) {
        throw new BadRows(bad);
      }
      return new Report(
          Map.copyOf(formats),
          count,
          Map.copyOf(added),
          duplicates,
          empty,
          Map.copyOf(notes),
          List.copyOf(bad));
    }

    private void readOne(Path file) throws IOException {
      settings.format().ifPresent(format -> formats.put(file.toString(), format));
      long before = count;
      JsonRows.read(
          file,
          new JsonRows.Visitor() {
            @Override
            public void row(long line, String place, JsonNode row) {
              count++;
              readRow(new Place(file.toString(), line, place), row);
            }

            @Override
            public void unreadable(long line, String expected, String found) {
              count++;
              bad.add(new BadRows.Problem(file.toString(), line, "row", expected, found));
            }
          });
      if (count == before) {
        bad.add(new BadRows.Problem(file.toString(), 1, "row", "at least one row", "none"));
      }
    }

    private void readRow(Place place, JsonNode row) {
      try {
        Format format = format(place.file(), row);
        Draft draft = new Draft(settings);
        format.read(row, draft);
        draft.records().forEach(record -> add(format, record));
        draft.notes().forEach((note, times) -> notes.merge(note, times, Long::sum));
        empty += draft.records().isEmpty() ? 1 : 0;
      } catch (Fields.BadRow faults) {
        faults.faults.forEach(fault -> bad.add(place.problem(fault)));
      } catch (BadField fault) {
        bad.add(place.problem(fault));
      }
    }

    private Format format(String file, JsonNode row) {
      Format known = formats.get(file);
      Optional<Format> own = Format.of(row);
      if (known == null) {
        known =
            own.orElseThrow(
                () -> new BadField("row", "one of " + Format.looks(), Fields.found(row)));
        formats.put(file, known);
      } else if (known == Format.PROMPTS && settings.format().isEmpty() && own.isPresent()) {
        requirePrompt(own.get());
      }
      return known;
    }

    /// A file whose first row has lost its completion looks like one of prompts; it must not lose
    /// the others in silence.
    private void requirePrompt(Format own) {
      if (own != Format.PROMPTS) {
        throw new BadField(
            "row",
            "a prompt alone, as in the first row (or name the format)",
            "a row of the format " + own.word());
      }
    }

    private void add(Format format, Feedback record) {
      if (format != Format.RECORDS && record instanceof Labeler && !labelers.add(record.id())) {
        return; // Nearly every row names the same one.
      }
      boolean isNew =
          format == Format.RECORDS ? rows.add(List.of(record)) == 1 : rows.addIfAbsent(record);
      if (isNew) {
        added.merge(Json.type(record), 1L, Long::sum);
      } else if (isWanted(format, record)) {
        duplicates++;
      }
      observer.accept(handle, record);
    }

    /// Whether the row is there for this record, and not the record for another one.
    private static boolean isWanted(Format format, Feedback record) {
      return switch (record) {
        case Labeler _ -> format == Format.RECORDS;
        case Prompt _ -> format == Format.RECORDS || format == Format.PROMPTS;
        case Demonstration _, Ranking _, Rating _ -> true;
      };
    }
  }

  /// Where a row is.
  private record Place(String file, long line, String row) {
    BadRows.Problem problem(BadField fault) {
      String field = row.isEmpty() ? fault.field : row + "." + fault.field;
      return new BadRows.Problem(file, line, field, fault.expected, fault.found);
    }
  }
}
