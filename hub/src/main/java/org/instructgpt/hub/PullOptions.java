package org.instructgpt.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.instructgpt.model.ProgressLine;

/// How a model is pulled, and what a pull needs of the world around it.
///
/// @param include patterns of files that are taken besides, such as `README.md`
/// @param stop ends a pull; what has come is kept
/// @param progress is told how many megabytes are here
/// @param say is told what a person should know, a line each
/// @param clock for the lineage, and for hubs that name a time
/// @param patience with networks
/// @param silence how long nothing may come of an answer
/// @param room how many bytes are free where a folder is
public record PullOptions(
    List<String> include,
    BooleanSupplier stop,
    ProgressLine progress,
    Consumer<String> say,
    InstantSource clock,
    Patience patience,
    Duration silence,
    Room room) {

  /// How much may be written.
  @FunctionalInterface
  interface Room {
    long free(Path folder) throws IOException;
  }

  /// The usual ones.
  public static PullOptions of(
      List<String> include,
      BooleanSupplier stop,
      ProgressLine progress,
      Consumer<String> say,
      InstantSource clock) {
    return new PullOptions(
        List.copyOf(include),
        stop,
        progress,
        say,
        clock,
        Patience.usual(),
        Duration.ofMinutes(1),
        folder -> Files.getFileStore(folder).getUsableSpace());
  }
}
