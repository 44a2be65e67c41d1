package org.instructgpt.eval;

import java.io.IOException;
import java.nio.file.Path;
import org.instructgpt.files.AtomicFiles;

/// Writes and reads the files of a [Report].
public final class ReportFiles {
  private ReportFiles() {}

  /// Writes [Report#PAGE] and [Report#DATA] into `folder`, which is made if it is missing; old ones
  /// are replaced. A crash leaves each file as it was or complete.
  ///
  /// @throws IOException if one of them cannot be written
  public static void write(Report report, Path folder) throws IOException {
    AtomicFiles.write(folder.resolve(Report.DATA), ReportJson.write(report));
    AtomicFiles.write(folder.resolve(Report.PAGE), ReportPage.of(report));
  }

  /// Reads a [Report#DATA] file.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws IllegalArgumentException if it is no report; the message says where
  public static Report read(Path json) throws IOException {
    return ReportJson.read(json);
  }
}
