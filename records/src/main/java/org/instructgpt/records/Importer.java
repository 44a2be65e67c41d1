package org.instructgpt.records;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
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
/// [Split.Fractions], a record that does not say who gave it is [ImportSettings#labeler]'s, and a
/// prompt that is stored already stays as it is.
public final class Importer {
  private final Store store;
  private final ImportSettings settings;
  private final BiConsumer<Handle, Feedback> observer;

  public Importer(Store store, ImportSettings settings) {
    this(store, settings, (_, _) -> {});
  }

  /// @param observer is told each record that is in the store now, new or not, inside the
  ///   transaction: what it stores with it is undone with it, and what it throws ends the import
  public Importer(Store store, ImportSettings settings, BiConsumer<Handle, Feedback> observer) {
    this.store = store;
    this.settings = settings;
    this.observer = observer;
  }

  /// Imports files in the given order, in one transaction, and returns when the disk has it.
  ///
  /// @throws IllegalArgumentException with every bad row, unless bad rows are to be skipped; then
  ///   nothing is imported
  /// @throws IllegalArgumentException when there is no such file
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
