package org.instructgpt.records;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;

/// Imports files into the store, all of them or none.
///
/// The rows are read, checked and written in one pass and one transaction, which is rolled back if
/// a row is invalid: so a file of any length needs the memory of one row (and of the faults), a
/// file that changes while it is read is still checked, and readers see no partial import. All
/// invalid rows are reported, not only the first. Other writes wait until the import ends.
///
/// The [Format] of a file is detected from its first rows and then required of all its rows. Except
/// in the program's own format, which has all fields, the split of a prompt is chosen by
/// [Split.Fractions], a record without a labeler is attributed to [ImportSettings#labeler], and a
/// prompt that is already stored is not changed.
public final class Importer {
  private final Store store;
  private final ImportSettings settings;
  private final BiConsumer<Handle, Feedback> observer;

  public Importer(Store store, ImportSettings settings) {
    this(store, settings, (_, _) -> {});
  }

  /// @param observer is called with each record, new or already stored, inside the transaction:
  ///   what it stores is rolled back with the import, and an exception from it ends the import
  public Importer(Store store, ImportSettings settings, BiConsumer<Handle, Feedback> observer) {
    this.store = store;
    this.settings = settings;
    this.observer = observer;
  }

  /// Imports files in the given order, in one transaction, and returns when it is on the disk.
  ///
  /// @throws IllegalArgumentException with all invalid rows, unless they are to be skipped; then
  ///   nothing is imported
  /// @throws IllegalArgumentException if a file does not exist
  public ImportReport read(List<Path> files) throws IOException {
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

  public ImportReport read(Path file) throws IOException {
    return read(List.of(file));
  }
}
