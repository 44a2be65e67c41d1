package org.instructgpt.records;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import org.instructgpt.files.PrivateFiles;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/// A text file that is there whole or not at all: written beside its place, put on the disk, then
/// renamed. A link stays and what it leads to is written; a device or a pipe is written as it is.
final class WholeFile {
  /// As many links as Linux follows.
  private static final int MOST_LINKS = 40;

  private WholeFile() {}

  static void write(Path file, Consumer<BufferedWriter> content) throws IOException {
    try {
      if (isDevice(file)) {
        writeStraight(file, content);
      } else {
        replace(behindLinks(file), isGzip(file), content);
      }
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  private static void replace(Path file, boolean gzip, Consumer<BufferedWriter> content)
      throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          file
              + ": expected the name of a file in an existing folder, found "
              + (Files.isDirectory(file) ? "a folder" : "no folder " + folder));
    }
    Path beside = folder.resolve("." + file.getFileName() + ".part");
    Files.deleteIfExists(beside);
    try {
      try (FileChannel channel =
          FileChannel.open(beside, Set.of(CREATE_NEW, WRITE), PrivateFiles.file())) {
        // Closing the stream would close the channel before it is synced.
        fill(Channels.newOutputStream(channel), gzip, content);
        channel.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel directory = FileChannel.open(folder)) {
        directory.force(true);
      }
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void writeStraight(Path file, Consumer<BufferedWriter> content)
      throws IOException {
    // A regular file is where a shell sent standard output: never shortened.
    var option = Files.isRegularFile(file) ? APPEND : WRITE;
    try (OutputStream bytes = Files.newOutputStream(file, option)) {
      fill(bytes, false, content);
    } catch (UncheckedIOException failure) {
      throw unwritten(file, failure);
    } catch (FileSystemException failure) {
      throw failure;
    } catch (IOException failure) {
      throw unwritten(file, failure);
    }
  }

  private static IOException unwritten(Path file, Exception failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return new IOException("could not write " + file + ": " + cause.getMessage(), failure);
  }

  private static void fill(OutputStream bytes, boolean gzip, Consumer<BufferedWriter> content)
      throws IOException {
    GZIPOutputStream packed = gzip ? new GZIPOutputStream(bytes, 1 << 16) : null;
    BufferedWriter writer =
        new BufferedWriter(
            new OutputStreamWriter(packed == null ? bytes : packed, StandardCharsets.UTF_8));
    content.accept(writer);
    writer.flush();
    if (packed != null) {
      packed.finish();
    }
  }

  private static boolean isDevice(Path file) throws IOException {
    Path place = behindLinks(file);
    return isDescriptor(place)
        || (Files.exists(place) && !Files.isRegularFile(place) && !Files.isDirectory(place));
  }

  /// Whether a path is what a process has open, such as `/dev/stdout`, which leads to
  /// `/proc/self/fd/1`.
  private static boolean isDescriptor(Path place) {
    Path whole = place.toAbsolutePath().normalize();
    return whole.startsWith("/proc") || whole.startsWith("/dev/fd");
  }

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

  private static boolean isGzip(Path file) {
    return String.valueOf(file.getFileName()).endsWith(".gz");
  }
}
