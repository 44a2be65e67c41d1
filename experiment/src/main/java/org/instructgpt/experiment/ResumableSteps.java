package org.instructgpt.experiment;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instructgpt.files.AtomicFiles;
import org.jspecify.annotations.Nullable;

/// The steps of a long undertaking in a workspace: each is done once, told to the person who waits,
/// and remembered in a file, so that the same command goes on where it was stopped.
public final class ResumableSteps {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LOCK = ".agenda.lock";

  private final Path file;
  private final PrintWriter out;
  private final Commands shell;
  private final InstantSource clock;
  private final List<Step> steps = new ArrayList<>();

  /// One step.
  ///
  /// @param name short, unique; also what the file remembers
  /// @param title what it is, for a reader of the paper
  /// @param weight how long it takes, in any unit that all steps share
  private record Step(String name, String title, double weight, Action action) {}

  /// What a step does.
  @FunctionalInterface
  public interface Action {
    /// Does it; it may be interrupted at any moment and done again from the start.
    void perform() throws IOException;
  }

  /// An agenda that remembers in `file`.
  public ResumableSteps(Path file, PrintWriter out, Commands shell, InstantSource clock) {
    this.file = file;
    this.out = out;
    this.shell = shell;
    this.clock = clock;
  }

  /// Adds a step.
  public ResumableSteps then(String name, String title, double weight, Action action) {
    steps.add(new Step(name, title, weight, action));
    return this;
  }

  /// Adds a step that is one command.
  public ResumableSteps then(String name, String title, double weight, List<String> command) {
    return then(name, title, weight, () -> shell.run(command));
  }

  /// Checks that the workspace was begun with these settings, or begins it with them.
  ///
  /// @throws IllegalArgumentException if it was begun with others
  void begin(Map<String, Object> settings) throws IOException {
    var memory = memory();
    var wanted = JSON.readTree(JSON.writeValueAsString(settings)); // as it will be read back
    if (memory.has("settings") && !memory.get("settings").equals(wanted)) {
      throw new IllegalArgumentException(
          "%s was begun with %s, and this command says %s: give the same, or another --workspace"
              .formatted(file.getParent(), memory.get("settings"), wanted));
    }
    memory.set("settings", wanted);
    write(memory);
  }

  /// Does what is not done yet.
  ///
  /// @return false if told to stop; what was done is remembered, and the person is told
  public boolean run() throws IOException {
    try (var channel =
            FileChannel.open(file.resolveSibling(LOCK), CREATE, WRITE); // freed when we end or die
        var lock = locked(channel)) {
      if (lock == null) {
        throw new IllegalArgumentException(
            "%s: another demo, loop or reproduce works in this folder; wait until it ends or stop it, or give another --workspace"
                .formatted(file.getParent()));
      }
      perform();
      return true;
    } catch (Commands.Stopped _) {
      out.println("stopped and saved; the same command goes on from there");
      out.flush();
      return false;
    }
  }

  private static @Nullable FileLock locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  private void perform() throws IOException {
    double spent = 0;
    double done = 0;
    for (int i = 0; i < steps.size(); i++) {
      var step = steps.get(i);
      var memory = memory();
      var earlier = memory.path("steps").path(step.name);
      var left = done > 0 ? ", about " + words(spent / done * remaining(i)) + " left" : "";
      out.printf("%2d/%d  %s", i + 1, steps.size(), step.title);
      if (earlier.isNumber()) {
        out.println("  (done)");
        out.flush();
        continue;
      }
      out.println(left);
      out.flush();
      var start = clock.instant();
      step.action.perform();
      if (shell.isStopped()) {
        throw new Commands.Stopped();
      }
      double seconds = Duration.between(start, clock.instant()).toMillis() / 1000.0;
      spent += seconds;
      done += step.weight;
      memory.withObjectProperty("steps").put(step.name, seconds);
      write(memory);
    }
  }

  /// The seconds that each finished step took.
  ObjectNode seconds() throws IOException {
    return memory().withObjectProperty("steps");
  }

  private double remaining(int from) {
    return steps.subList(from, steps.size()).stream().mapToDouble(Step::weight).sum();
  }

  private static String words(double seconds) {
    return seconds < 90
        ? Math.max(5, Math.round(seconds / 5) * 5) + " s"
        : Math.round(seconds / 60) + " min";
  }

  private ObjectNode memory() throws IOException {
    return Files.exists(file)
        ? (ObjectNode) JSON.readTree(Files.readString(file))
        : JSON.createObjectNode();
  }

  private void write(ObjectNode memory) throws IOException {
    AtomicFiles.write(file, memory.toPrettyString() + "\n");
  }
}
