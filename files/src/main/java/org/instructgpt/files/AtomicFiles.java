package org.instructgpt.files;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Writes files and folders atomically: they appear whole or not at all.
///
/// **The idea.** New content is written beside its target under a hidden temporary name
/// (`.NAME.0f3a9c21.tmp`), forced to the disk, and renamed; then the parent folder is forced too,
/// because a rename is only an entry of that folder. POSIX renames a file over an existing one in
/// one step, so a *file* is at every moment the old or the new one.
///
/// **Folders** cannot be renamed over a folder that has content. An existing one is first renamed
/// to `.NAME.replaced.tmp`, then the new one takes its name, and the old one is deleted. A crash
/// between the two renames leaves no `NAME`, but the old one whole as `.NAME.replaced.tmp`:
/// [#recover(Path)] (and the next write of the same folder) puts it back. So no crash at any moment
/// loses both. What a killed writing left goes with the next writing of the same folder.
///
/// **Links and devices.** What is written to a link goes to what the link leads to, and the link
/// stays. A device, a pipe or what a process has open (`/dev/stdout`) is written as it is: a file
/// in its place would destroy it. A file that is replaced keeps its permissions.
///
/// **The cost** is one flush of each file and of the folder, milliseconds to tens of them.
///
/// One process at a time may write a given folder or call [#recover(Path)] on its parent; a run
/// holds a lock for that, see the run directory of `model`.
public final class AtomicFiles {
  private static final Pattern LEFTOVER =
      Pattern.compile("\\.(?<name>.+)\\.(?:[0-9a-f]{8}|(?<old>replaced))\\.tmp");

  /// As many links as Linux follows.
  private static final int MOST_LINKS = 40;

  private AtomicFiles() {}

  /// What fills a new file or folder.
  ///
  /// @param <T> where to write: a stream, or the path of an empty folder
  @FunctionalInterface
  public interface Content<T> {
    /// Writes everything to `out`; an exception leaves the target as it was.
    void writeTo(T out) throws IOException;
  }

  /// Puts a file of this text (UTF-8) in place, replacing an old one.
  ///
  /// @throws IOException if it cannot be written; the target is then as it was
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /// Puts a file in place when `content` has written it whole, replacing an old one. The stream is
  /// buffered; `content` need not close it. Missing parent folders are made.
  ///
  /// @throws IOException if it cannot be written; the target is then as it was
  public static void write(Path file, Content<OutputStream> content) throws IOException {
    if (isDevice(file)) {
      writeStraight(file, content);
    } else {
      writeChannel(file, buffered(content));
    }
  }

  /// The same for what writes large blocks to a channel, from its beginning.
  ///
  /// @throws IOException if it cannot be written; the target is then as it was
  public static void writeChannel(Path file, Content<FileChannel> content) throws IOException {
    replace(file, behindLinks(file), content);
  }

  /// The same as [#write] for a file with rights of its own, whatever those of an old one were.
  static void write(Path file, Content<OutputStream> content, FileAttribute<?>... rights)
      throws IOException {
    if (isDevice(file)) {
      writeStraight(file, content);
    } else {
      replace(file, behindLinks(file), buffered(content), rights);
    }
  }

  private static Content<FileChannel> buffered(Content<OutputStream> content) {
    return channel -> {
      var out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      content.writeTo(out);
      out.flush();
    };
  }

  /// @param rights of the new file; without any it has those of the old one
  private static void replace(
      Path file, Path target, Content<FileChannel> content, FileAttribute<?>... rights)
      throws IOException {
    Path parent = parentOf(target);
    Files.createDirectories(parent);
    Path temporary = temporary(target);
    try {
      try (FileChannel channel = FileChannel.open(temporary, Set.of(WRITE, CREATE_NEW), rights)) {
        if (rights.length == 0) {
          keepPermissions(target, temporary);
        }
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, target, ATOMIC_MOVE);
      forceFolder(parent);
    } catch (IOException failure) {
      deleteQuietly(temporary, failure);
      throw naming(file, temporary, failure);
    } catch (Throwable failure) {
      deleteQuietly(temporary, failure);
      throw failure;
    }
  }

  /// Puts a folder in place when `content` has filled it whole, replacing an old one together with
  /// all that is in it. Missing parent folders are made.
  ///
  /// @param content is given the path of an empty folder
  /// @throws IOException if it cannot be written; the target is then as it was
  public static void writeFolder(Path place, Content<Path> content) throws IOException {
    Path folder = behindLinks(place);
    Path parent = parentOf(folder);
    Files.createDirectories(parent);
    settle(folder);
    deleteUnfinished(folder);
    Path temporary = temporary(folder);
    try {
      Files.createDirectory(temporary);
      content.writeTo(temporary);
      forceTree(temporary);
      swap(temporary, folder);
    } catch (IOException failure) {
      deleteQuietly(temporary, failure);
      throw naming(place, temporary, failure);
    } catch (Throwable failure) {
      deleteQuietly(temporary, failure);
      throw failure;
    }
  }

  /// Whether a path is written as it is, with nothing put in its place: a device, a pipe, a socket,
  /// or what a process has open.
  public static boolean isDevice(Path file) throws IOException {
    Path place = behindLinks(file);
    return isDescriptor(place)
        || (Files.exists(place) && !Files.isRegularFile(place) && !Files.isDirectory(place));
  }

  /// Repairs what a crash left in `parent`: unfinished temporary files and folders of this class
  /// are deleted, and a folder that was renamed for a new one that never came gets its name back.
  ///
  /// @param parent the folder whose entries are looked at (not those below them); it may be missing
  public static void recover(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    for (Path entry : entries(parent)) {
      Matcher leftover = LEFTOVER.matcher(String.valueOf(entry.getFileName()));
      if (leftover.matches() && leftover.group("old") != null) {
        settle(parent.resolve(leftover.group("name")));
      } else if (leftover.matches()) {
        delete(entry);
      }
    }
  }

  /// Deletes a file, or a folder with everything in it; links are not followed. Nothing happens if
  /// it does not exist.
  public static void delete(Path fileOrFolder) throws IOException {
    if (!Files.exists(fileOrFolder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        fileOrFolder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// Forces the entries of a folder (names, not contents) to the disk. Windows has no such call and
  /// does not need it.
  static void forceFolder(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, READ)) {
        channel.force(true);
      }
    }
  }

  /// Writes all of `bytes`, however many calls the channel needs for it.
  public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void swap(Path temporary, Path folder) throws IOException {
    Path parent = parentOf(folder);
    Path old = aside(folder);
    boolean replaces = Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    if (replaces) {
      Files.move(folder, old, ATOMIC_MOVE);
    }
    try {
      Files.move(temporary, folder, ATOMIC_MOVE);
    } catch (IOException failure) {
      settle(folder);
      throw failure;
    }
    // Both renames must be on the disk before the old folder goes.
    forceFolder(parent);
    if (replaces) {
      delete(old);
    }
  }

  /// Ends an interrupted swap: the old folder gets its name back if there is no new one, else it is
  /// deleted.
  private static void settle(Path folder) throws IOException {
    Path old = aside(folder);
    if (!Files.exists(old, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      delete(old);
    } else {
      Files.move(old, folder, ATOMIC_MOVE);
      forceFolder(parentOf(folder));
    }
  }

  /// Deletes what writings of this very folder left that were killed: it may be as large as a
  /// model.
  private static void deleteUnfinished(Path folder) throws IOException {
    Path parent = parentOf(folder);
    var unfinished = Pattern.quote("." + nameOf(folder)) + "\\.[0-9a-f]{8}\\.tmp";
    boolean seen = Files.isReadable(parent); // one may write where one may not look
    for (Path entry : seen ? entries(parent) : List.<Path>of()) {
      if (String.valueOf(entry.getFileName()).matches(unfinished)) {
        delete(entry);
      }
    }
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (var listing = Files.list(folder)) {
      return listing.sorted().toList();
    }
  }

  private static void forceTree(Path folder) throws IOException {
    List<Path> everything;
    try (var tree = Files.walk(folder)) {
      everything = tree.toList();
    }
    for (Path path : everything) {
      if (Files.isDirectory(path)) {
        forceFolder(path);
      } else {
        try (FileChannel channel = FileChannel.open(path, WRITE)) {
          channel.force(true);
        }
      }
    }
  }

  private static Path temporary(Path target) {
    String random = UUID.randomUUID().toString().substring(0, 8);
    return target.resolveSibling("." + nameOf(target) + "." + random + ".tmp");
  }

  private static Path aside(Path folder) {
    return folder.resolveSibling("." + nameOf(folder) + ".replaced.tmp");
  }

  private static String nameOf(Path target) {
    Path name = target.getFileName();
    if (name == null) {
      throw new IllegalArgumentException(
          "expected the path of a file or folder that can be written, found " + target);
    }
    return name.toString();
  }

  private static Path parentOf(Path target) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null) {
      throw new NoSuchFileException(target.toString(), null, "has no parent folder");
    }
    return parent;
  }

  private static void writeStraight(Path file, Content<OutputStream> content) throws IOException {
    // A regular file is where a shell sent standard output: never shortened.
    var options = Files.isRegularFile(file) ? new OpenOption[] {APPEND} : new OpenOption[] {WRITE};
    try (var out = new BufferedOutputStream(Files.newOutputStream(file, options), 1 << 16)) {
      content.writeTo(out);
    } catch (IOException failure) {
      throw naming(file, file, failure);
    }
  }

  /// Whether a path is what a process has open, such as `/dev/stdout`, which leads to
  /// `/proc/self/fd/1`.
  private static boolean isDescriptor(Path place) {
    Path whole = place.toAbsolutePath().normalize();
    return whole.startsWith("/proc") || whole.startsWith("/dev/fd");
  }

  /// The place that a chain of links leads to, whether something is there or not.
  private static Path behindLinks(Path path) throws IOException {
    Path place = path;
    for (int links = 0; Files.isSymbolicLink(place) && !isDescriptor(place); links++) {
      if (links == MOST_LINKS) {
        throw new FileSystemLoopException(path.toString());
      }
      place = place.resolveSibling(Files.readSymbolicLink(place));
    }
    return place;
  }

  private static void keepPermissions(Path old, Path replacement) throws IOException {
    if (Files.exists(old) && Files.getFileStore(old).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(replacement, Files.getPosixFilePermissions(old));
    }
  }

  /// An exception that names the target: a full disk says "No space left on device" and not where,
  /// and others name the temporary file, which no user knows.
  private static IOException naming(Path target, Path temporary, IOException failure) {
    if (failure.getClass() == IOException.class) {
      var inner = failure.getCause() instanceof IOException cause ? cause : failure; // of a folder
      var reason = inner.getMessage();
      return new IOException("could not write " + target + ": " + reason, failure);
    }
    if (failure instanceof FileSystemException refused
        && temporary.toString().equals(refused.getFile())) {
      var folder = "its folder cannot be written";
      var named =
          failure instanceof AccessDeniedException
              ? new AccessDeniedException(target.toString(), null, folder)
              : new FileSystemException(target.toString(), null, refused.getReason());
      named.initCause(failure);
      return named;
    }
    return failure;
  }

  private static void deleteQuietly(Path temporary, Throwable failure) {
    try {
      delete(temporary);
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }
}
