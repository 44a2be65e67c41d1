package org.instructgpt.project;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.instructgpt.model.ProgressLine;
import org.instructgpt.model.ProgressLines;

/// How much of the files on the disk is read, told when it is long enough to wait for.
final class ReadingProgress implements AutoCloseable {
  private static final long MEGABYTE = 1_000_000;
  private static final long LONG_MEGABYTES = 20;

  private final ProgressLine progress;
  private long bytes;
  private long told;

  ReadingProgress(List<Path> files, Progress follow) throws IOException {
    long all = 0;
    for (var file : files) {
      all += Files.isRegularFile(file) ? Files.size(file) : 0;
    }
    long megabytes = all / MEGABYTE;
    progress =
        megabytes < LONG_MEGABYTES ? ProgressLines.silent() : follow.of("reading text", "MB");
    progress.begin(0, megabytes);
  }

  /// The same bytes, counted.
  InputStream counting(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int one = super.read();
        count(one < 0 ? 0 : 1);
        return one;
      }

      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        int read = super.read(into, from, length);
        count(Math.max(0, read));
        return read;
      }
    };
  }

  private void count(int more) {
    bytes += more;
    if (bytes / MEGABYTE > told) {
      told = bytes / MEGABYTE;
      progress.advance(told, Map.of());
    }
  }

  @Override
  public void close() {
    progress.end();
  }
}
