package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import org.instructgpt.experiment.Commands;

/// Runs commands of `instructgpt` inside this process, as a user would type them, for the commands
/// that show the whole of it (`demo`, `loop`, `reproduce`). What they print goes to a log, with the
/// line that was run, so that everything can be done again by hand.
///
/// @param runner runs them
/// @param stop what they heed
/// @param clock what time it is
/// @param log the file that grows
record InProcessCommands(CommandRunner runner, StopSignals stop, InstantSource clock, Path log)
    implements Commands {

  @Override
  public boolean isStopped() {
    return stop.heed().requested();
  }

  @Override
  public void run(List<String> arguments) throws IOException {
    var complaints = new StringWriter();
    try (var out =
        new PrintWriter(
            Files.newBufferedWriter(
                log,
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND))) {
      out.println("$ instructgpt " + String.join(" ", arguments));
      int status = runner.run(arguments, out, new PrintWriter(complaints, true));
      out.print(complaints);
      if (isStopped()) {
        throw new Stopped();
      }
      if (status != 0) {
        throw failure(status, complaints.toString().strip());
      }
    }
  }

  private RuntimeException failure(int status, String message) {
    var told = message + " (the log is " + log + ")";
    return status == ErrorMessage.USERS
        ? new IllegalArgumentException(told)
        : new IllegalStateException(told);
  }
}
