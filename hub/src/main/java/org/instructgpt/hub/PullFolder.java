package org.instructgpt.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.instructgpt.files.AtomicFiles;

/// What has come of a model so far: a hidden folder beside the one that it will be, kept until it
/// is whole. One process at a time has it; its lock ends with the process, however that ends.
final class PullFolder implements AutoCloseable {
  private static final String LOCK = "pull.lock";

  private final Path target;
  private final Path path;
  private final FileChannel lock;

  private PullFolder(Path target, Path path, FileChannel lock) {
    this.target = target;
    this.path = path;
    this.lock = lock;
  }

  /// Where parts of a model are kept.
  static Path of(Path target) {
    return target.resolveSibling(".pulling-" + target.getFileName());
  }

  /// Takes the folder, made where it is missing.
  ///
  /// @param target the folder that the model will be
  /// @throws IllegalArgumentException if another process has it
  static PullFolder open(Path target) throws IOException {
    var path = of(target);
    Files.createDirectories(path);
    var lock =
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean ours = false;
    try {
      ours = lock.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      // Another thread of this process has it.
    } finally {
      if (!ours) {
        lock.close();
      }
    }
    if (!ours) {
      throw new IllegalArgumentException(
          "%s is being pulled at this moment by another process: wait until it ends, or name another place with --to NAME"
              .formatted(target));
    }
    return new PullFolder(target, path, lock);
  }

  Path path() {
    return path;
  }

  /// Deletes what belongs to no file of the model as it is now.
  ///
  /// @return how many bytes that were
  long sweep(List<HubFile> files, String commit) throws IOException {
    Set<String> known = new HashSet<>(Set.of(LOCK));
    files.forEach(file -> known.addAll(List.of(file.name(), file.part(commit))));
    long bytes = 0;
    for (var entry : entries()) {
      if (!known.contains(String.valueOf(entry.getFileName()))) {
        bytes += Files.size(entry);
        AtomicFiles.delete(entry);
      }
    }
    return bytes;
  }

  private List<Path> entries() throws IOException {
    try (var entries = Files.list(path)) {
      return new ArrayList<>(entries.sorted().toList());
    }
  }

  /// Puts the model in its place, whole, and ends this folder. Files are linked, not copied, so a
  /// crash at any moment leaves one or the other.
  ///
  /// @param names of its files
  /// @param more is written beside them
  void finish(List<String> names, AtomicFiles.Content<Path> more) throws IOException {
    AtomicFiles.writeFolder(
        target,
        made -> {
          for (var name : names) {
            link(made.resolve(name), path.resolve(name));
          }
          more.writeTo(made);
        });
    drop();
  }

  private static void link(Path link, Path file) throws IOException {
    try {
      Files.createLink(link, file);
    } catch (UnsupportedOperationException | IOException noLinksHere) {
      Files.move(file, link);
    }
  }

  /// Deletes everything that has come.
  void drop() throws IOException {
    lock.close();
    AtomicFiles.delete(path);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
