package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;

/// Reads the files of an [Importer] inside its transaction.
final class ImportPass {
  private final Handle handle;
  private final ImportSettings settings;
  private final BiConsumer<Handle, Feedback> observer;
  private final RecordRows rows;
  private final Map<String, Format> formats = new LinkedHashMap<>();
  private final Map<String, String> reasons = new LinkedHashMap<>();
  private final Map<String, Long> added = new TreeMap<>();
  private final Map<String, Long> notes = new TreeMap<>();
  private final Map<String, Long> unread = new TreeMap<>();
  private final FaultCounts faults = new FaultCounts();
  private final Set<String> labelers = new HashSet<>();

  /// Fields named by `--map` that no row has had so far.
  private final Set<String> unfound;

  private long count;
  private long duplicates;
  private long empty;
  private long users;
  private long customers;

  ImportPass(Handle handle, ImportSettings settings, BiConsumer<Handle, Feedback> observer) {
    this.handle = handle;
    this.settings = settings;
    this.observer = observer;
    this.rows = new RecordRows(handle);
    this.unfound = new TreeSet<>(settings.names().values());
  }

  ImportReport read(List<Path> files) {
    for (Path file : files) {
      try {
        FileRows.read(file, OneFile::new);
      } catch (IOException failure) {
        throw new UncheckedIOException(file + ": " + failure.getMessage(), failure);
      }
    }
    if (!unfound.isEmpty() && count > 0) {
      throw new IllegalArgumentException(
          "--map: expected names of fields that the files have, found %s, which no row has; nothing was imported"
              .formatted(String.join(", ", unfound)));
    }
    if (!faults.isEmpty() && !settings.skipBad()) {
      throw new BadRows(faults);
    }
    return new ImportReport(
        Collections.unmodifiableMap(formats),
        Collections.unmodifiableMap(reasons),
        count,
        Collections.unmodifiableMap(added),
        duplicates,
        empty,
        Collections.unmodifiableMap(notes),
        Collections.unmodifiableMap(unread),
        faults.count(),
        faults.problems(),
        users,
        customers);
  }

  /// A row and its position: `place` is `[i]` in an array, and else empty.
  private record Read(long line, String place, JsonNode row) {}

  /// Reads one file; its first rows are kept until the format is detected from them.
  private final class OneFile implements RowVisitor {
    private static final int FIRST_ROWS = 200;

    /// With long rows, fewer are kept.
    private static final long FIRST_CHARACTERS = 4_000_000;

    private final String file;
    private final List<Read> first = new ArrayList<>();
    private final MessageThreads threads = new MessageThreads();
    private Optional<Format> format = settings.format();
    private ScaleEvidence evidence = ScaleEvidence.NONE;
    private boolean decided;
    private boolean refused;
    private long held;
    private int fit;
    private int looked;
    private final long before = count;

    OneFile(String file) {
      this.file = file;
    }

    @Override
    public void end() {
      if (!decided && !first.isEmpty()) {
        decide();
      }
      threads.end().forEach(this::tree);
      if (count == before) {
        faults.add(new RowProblem(file, 1, "row", "at least one row", "none"));
      }
    }

    @Override
    public boolean row(long line, String place, JsonNode given) {
      count++;
      unfound.removeIf(field -> FieldNames.isIn(given, field));
      JsonNode row = FieldNames.renamed(EmbeddedJson.opened(given), settings.names());
      if (decided) {
        take(new Read(line, place, row));
      } else {
        first.add(new Read(line, place, row));
        held += line > first.getFirst().line() ? 1000 : row.toString().length();
        if (first.size() >= FIRST_ROWS || held > FIRST_CHARACTERS) {
          decide();
        }
      }
      return !refused;
    }

    @Override
    public boolean unreadable(long line, String expected, String found) {
      count++;
      faults.add(new RowProblem(file, line, "row", expected, found));
      return true;
    }

    /// Detects the format of the file: the most frequent one of its first rows, on a tie the first
    /// in the order of [Format].
    private void decide() {
      decided = true;
      evidence =
          new ScaleEvidence(first.stream().map(Read::row).flatMap(FormatReading::judged).toList());
      Map<Format, Integer> counts = new LinkedHashMap<>();
      first.forEach(read ->
          FormatDetection.of(read.row()).ifPresent(own -> counts.merge(own, 1, Integer::sum)));
      int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
      format =
          format.or(() ->
              counts.keySet().stream()
                  .filter(own -> counts.getOrDefault(own, 0) == most)
                  .findFirst());
      if (format.isEmpty()) {
        refused = true;
        refuse();
        return;
      }
      formats.put(file, format.get());
      fit = counts.getOrDefault(format.get(), 0);
      looked = first.size();
      first.forEach(this::take);
      first.clear();
    }

    /// Why the file was taken to be of this format, with the fields of the first valid row.
    private String reason(Read read, RowRecords draft) {
      if (settings.format().isPresent()) {
        return "as --format says";
      }
      String fields = UnknownRows.keys(read.row(), draft.unread());
      return fit == looked
          ? "because of " + fields
          : "because %d of the first %d rows are like the one with %s"
              .formatted(fit, looked, fields);
    }

    private void refuse() {
      for (Read read : first) {
        faults.add(problem(read, UnknownRows.fault(read.row())));
      }
      if (first.size() >= FIRST_ROWS || held > FIRST_CHARACTERS) {
        faults.stopped(file, first.size());
      }
      first.clear();
    }

    private void take(Read read) {
      boolean message = format.equals(Optional.of(Format.OPEN_ASSISTANT));
      if (message && OpenAssistantTree.isMessage(read.row())) {
        reasons.putIfAbsent(file, "because its rows are messages that name their parents");
        threads.add(read.line(), read.place(), read.row()).forEach(this::tree);
      } else {
        make(read);
      }
    }

    private void tree(MessageThreads.Tree tree) {
      MessageThreads.Held root = tree.root();
      if (tree.orphan()) {
        BadField fault =
            new BadField("parent_id", "a message of this file", "one that is not there");
        faults.add(problem(new Read(root.line(), root.place(), root.row()), fault));
        return;
      }
      JsonNode row = JsonNodeFactory.instance.objectNode().<JsonNode>set("prompt", root.node());
      make(new Read(root.line(), root.place(), row));
    }

    private void make(Read read) {
      try {
        Format known = format.orElseThrow();
        if (known == Format.PROMPTS && settings.format().isEmpty()) {
          requirePrompt(read.row());
        }
        RowRecords draft = new RowRecords(settings, evidence);
        FormatReading.read(known, read.row(), draft);
        reasons.computeIfAbsent(file, _ -> reason(read, draft));
        boolean given = draft.records().stream().anyMatch(ImportPass::isGiven);
        draft.records().forEach(record -> add(known, record, given));
        draft.notes().forEach((note, times) -> notes.merge(note, times, Long::sum));
        draft.unread().stream()
            .map(ImportPass::once)
            .distinct()
            .forEach(field -> unread.merge(field, 1L, Long::sum));
        empty += draft.records().isEmpty() ? 1 : 0;
        List<Feedback> named = draft.records().stream().filter(ImportPass::hasUser).toList();
        users += named.isEmpty() ? 0 : 1;
        customers += named.stream().anyMatch(ImportPass::isCustomers) ? 1 : 0;
      } catch (JsonFields.BadRow bad) {
        bad.faults.forEach(fault -> faults.add(problem(read, fault)));
      } catch (BadField fault) {
        faults.add(problem(read, fault));
      }
    }

    /// Refuses a row with more than a prompt. A file whose first rows lack their completions looks
    /// like a file of prompts; the completions of later rows must not be lost silently.
    private void requirePrompt(JsonNode row) {
      Optional<Format> own = FormatDetection.of(row);
      if (own.isPresent() && own.get() != Format.PROMPTS) {
        throw new BadField(
            "row",
            "a prompt alone, as in the first row (or name the format with --format)",
            "a row of the format " + own.get().word());
      }
      if (own.isEmpty() && PromptFields.field(row).isPresent()) {
        throw UnknownRows.fault(row);
      }
    }

    private RowProblem problem(Read read, BadField fault) {
      String place = read.place();
      String field = place.isEmpty() ? fault.field : place + "." + fault.field;
      return new RowProblem(file, read.line(), field, fault.expected, fault.found);
    }
  }

  /// The path of a nested field that repeats, as in replies to replies, is shortened to one
  /// repetition.
  private static String once(String field) {
    return field.replaceAll("(\\w+\\[\\]\\.)\\1+", "$1");
  }

  private void add(Format format, Feedback record, boolean given) {
    if (format != Format.RECORDS && record instanceof Labeler && !labelers.add(record.id())) {
      return; // Nearly every row has the same labeler.
    }
    boolean isNew =
        format == Format.RECORDS ? rows.add(List.of(record)) == 1 : rows.addIfAbsent(record);
    if (!isNew && isCustomers(record) && rows.becomeCustomers(record.id())) {
      notes.merge("prompts that were stored before and are a customer's now", 1L, Long::sum);
    }
    if (isNew) {
      added.merge(RecordJson.type(record), 1L, Long::sum);
    } else if (isPrimary(format, record, given)) {
      duplicates++;
    }
    observer.accept(handle, record);
  }

  /// Whether the record is what the row is about, rather than the parent of such a record.
  private static boolean isPrimary(Format format, Feedback record, boolean given) {
    return switch (record) {
      case Labeler _ -> format == Format.RECORDS;
      case Prompt _ -> format == Format.RECORDS || !given;
      case Demonstration _, Ranking _, Rating _ -> true;
    };
  }

  private static boolean isGiven(Feedback record) {
    return !(record instanceof Labeler || record instanceof Prompt);
  }

  private static boolean isCustomers(Feedback record) {
    return record instanceof Prompt prompt && prompt.source() == Prompt.Source.CUSTOMER;
  }

  private static boolean hasUser(Feedback record) {
    return record instanceof Prompt prompt
        && (isCustomers(prompt) || prompt.source() == Prompt.Source.IMPORTED)
        && (prompt.user().isPresent() || prompt.organisation().isPresent());
  }
}
