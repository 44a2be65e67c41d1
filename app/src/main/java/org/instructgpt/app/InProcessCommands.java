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
import java.util.function.Function;
import org.instructgpt.experiment.Commands;

/// Runs commands of `instructgpt` inside this process, as a user would type them, for the commands
/// that show the whole of it (`demo`, `loop`, `reproduce`). What they print goes to a log, with the
/// line that was run, so that everything can be done again by hand.
///
/// @param stop handed to the commands
/// @param log the file that grows
record InProcessCommands(StopSignals stop, Path log) implements Commands {

  /// Those that log beside a workspace.
  static Function<Path, Commands> heeding(StopSignals stop) {
    return log -> new InProcessCommands(stop, log);
  }

  @Override
  public InstantSource clock() {
    return InstantSource.system();
  }

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
      var line = Main.commandLine(stop, InstantSource.system());
      line.setOut(out);
      line.setErr(new PrintWriter(complaints, true));
      int status = Main.run(arguments.toArray(String[]::new), line);
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
