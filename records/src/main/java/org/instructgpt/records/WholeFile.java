package org.instructgpt.records;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/// A text file that is there whole or not at all: written beside its place, put on the disk, then
/// renamed.
final class WholeFile {
  private WholeFile() {}

  static void write(Path file, Consumer<BufferedWriter> content) throws IOException {
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
          FileChannel.open(beside, Set.of(CREATE_NEW, WRITE), Owned.file())) {
        // Closing the writer would close the channel before it is synced, so the compressor is
        // ended by hand.
        OutputStream bytes = Channels.newOutputStream(channel);
        GZIPOutputStream gzip = isGzip(file) ? new GZIPOutputStream(bytes, 1 << 16) : null;
        BufferedWriter writer =
            new BufferedWriter(
                new OutputStreamWriter(gzip == null ? bytes : gzip, StandardCharsets.UTF_8));
        content.accept(writer);
        writer.flush();
        if (gzip != null) {
          gzip.finish();
        }
        channel.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel directory = FileChannel.open(folder)) {
        directory.force(true);
      }
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static boolean isGzip(Path file) {
    return String.valueOf(file.getFileName()).endsWith(".gz");
  }
}
