package org.instructgpt.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// What every reader of foreign files promises, whatever is in them: it reads the file, or refuses
/// it with an exception of its own that says where the fault is; it ends soon; and it asks for no
/// more memory than a small file deserves.
///
/// An exception is a reader's own if it was made in the program and is an
/// [IllegalArgumentException] or a [NoSuchFileException]. All others, also those that Java or a
/// library makes of wrong arguments (a number that is none, a negative length), are accidents, even
/// where they happen to be of the same class: nobody can tell from them what to do about the file.
final class ReaderPromise {
  /// The longest that a reader may compute on one input, in nanoseconds of a processor. A file of
  /// the corpus takes a hundredth of it.
  private static final long TIME = 5_000_000_000L;

  /// The most that it may allocate on the way, in bytes; most of it is garbage at once.
  private static final long MEMORY = 1_000_000_000L;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private ReaderPromise() {}

  /// Runs a reader; again where it took much, as the first time classes are loaded.
  ///
  /// @throws AssertionError if it breaks the promise
  static void check(ForeignFile.Reader reader, Path folder) {
    if (tookMuch(reader, folder).isPresent()) {
      tookMuch(reader, folder)
          .ifPresent(what -> {
            throw new AssertionError("a small file took " + what);
          });
    }
  }

  private static Optional<String> tookMuch(ForeignFile.Reader reader, Path folder) {
    long time = THREADS.getCurrentThreadCpuTime();
    long memory = THREADS.getCurrentThreadAllocatedBytes();
    try {
      reader.read(folder);
    } catch (IOException | RuntimeException e) {
      requireOwn(e, folder);
    }
    time = THREADS.getCurrentThreadCpuTime() - time;
    memory = THREADS.getCurrentThreadAllocatedBytes() - memory;
    return time > TIME || memory > MEMORY
        ? Optional.of(String.format(Locale.ROOT, "%.1f s and %,d bytes", time / 1e9, memory))
        : Optional.empty();
  }

  private static boolean isOurs(String type) {
    return type.startsWith("org.instructgpt.");
  }

  private static void requireOwn(Exception e, Path folder) {
    var type = e.getClass();
    boolean kind =
        type == IllegalArgumentException.class
            || type == NoSuchFileException.class
            || (e instanceof IllegalArgumentException && isOurs(type.getName()));
    var made = e.getStackTrace();
    boolean own = made.length > 0 && isOurs(made[0].getClassName());
    if (!kind || !own) {
      throw new AssertionError("not an exception of the reader's own", e);
    }
    var message = String.valueOf(e.getMessage());
    boolean refusal = message.startsWith("the chat template refuses this conversation");
    if (!message.contains(folder.toString()) && !refusal) {
      throw new AssertionError("an error that does not say in which file: " + message, e);
    }
  }
}
