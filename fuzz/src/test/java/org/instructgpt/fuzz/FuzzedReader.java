package org.instructgpt.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/// What Jazzer runs: a reader, told by its only argument, over one input after the other, in a
/// folder that the second argument names (in memory, if it can be).
public final class FuzzedReader {
  private static ForeignFile kind = ForeignFile.SAFETENSORS;
  private static Path folder = Path.of(".");

  private FuzzedReader() {}

  /// Called once, before the first input.
  public static void fuzzerInitialize(String[] arguments) throws IOException {
    kind = ForeignFile.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    folder = Surroundings.of(kind, Path.of(arguments[1]));
  }

  /// Called with each input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    kind.write(input, folder);
    ReaderPromise.check(kind.reader(), folder);
  }
}
