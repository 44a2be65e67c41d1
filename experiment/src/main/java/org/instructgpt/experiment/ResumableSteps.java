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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.files.Json;
import org.jspecify.annotations.Nullable;

/// A sequence of steps that can be stopped and resumed: each is run once, announced on the console,
/// and recorded as done in a file, so that the same command continues where it was stopped.
final class ResumableSteps {
  private static final ObjectMapper JSON = Json.LENIENT;
  private static final String LOCK = ".agenda.lock";

  private final Path file;
  private final PrintWriter out;
  private final Commands commands;
  private final InstantSource clock;
  private final List<Step> steps = new ArrayList<>();

  /// One step.
  ///
  /// @param name short, unique; recorded in the file
  /// @param title for readers
  /// @param weight expected duration, in any unit that all steps share
  private record Step(String name, String title, double weight, Action action) {}

  /// The work of a step.
  @FunctionalInterface
  interface Action {
    /// Does the work. It may be interrupted at any moment and repeated from the start.
    void perform() throws IOException;
  }

  /// @param file which steps are done, with the settings
  ResumableSteps(Path file, PrintWriter out, Commands commands, InstantSource clock) {
    this.file = file;
    this.out = out;
    this.commands = commands;
    this.clock = clock;
  }

  /// Adds a step.
  ResumableSteps then(String name, String title, double weight, Action action) {
    steps.add(new Step(name, title, weight, action));
    return this;
  }

  /// Adds a step that is one command.
  ResumableSteps then(String name, String title, double weight, List<String> command) {
    return then(name, title, weight, () -> commands.run(command));
  }

  /// Records the settings, or checks that the recorded ones are the same.
  ///
  /// @throws IllegalArgumentException if they are others
  void begin(Map<String, Object> settings) throws IOException {
    var state = state();
    var wanted = JSON.readTree(JSON.writeValueAsString(settings)); // as it will be read back
    if (state.has("settings") && !state.get("settings").equals(wanted)) {
      throw new IllegalArgumentException(
          "%s was begun with %s, and this command says %s: give the same, or another --workspace"
              .formatted(file.getParent(), state.get("settings"), wanted));
    }
    state.set("settings", wanted);
    write(state);
  }

  /// Runs the steps that are not done yet.
  ///
  /// @return false if it was stopped; finished steps are recorded
  boolean run() throws IOException {
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
      var state = state();
      var earlier = state.path("steps").path(step.name);
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
      if (commands.isStopped()) {
        throw new Commands.Stopped();
      }
      double seconds = Duration.between(start, clock.instant()).toMillis() / 1000.0;
      spent += seconds;
      done += step.weight;
      state.withObjectProperty("steps").put(step.name, seconds);
      write(state);
    }
  }

  /// Whether none is left to do.
  boolean areDone() throws IOException {
    return left().isEmpty();
  }

  private List<Step> left() throws IOException {
    var done = seconds();
    return steps.stream().filter(step -> !done.has(step.name)).toList();
  }

  /// Tells how long the steps will take that are not done yet.
  ///
  /// @param secondsPerWeight how long a step of weight 1 takes here
  /// @param measured what that was taken from
  void tellPlan(double secondsPerWeight, String measured) throws IOException {
    var left = left();
    double all = left.stream().mapToDouble(Step::weight).sum();
    var longest =
        left.stream()
            .sorted(Comparator.comparingDouble(step -> -step.weight))
            .limit(3)
            .map(step -> "%s %s".formatted(step.name, words(secondsPerWeight * step.weight)))
            .collect(Collectors.joining(", "));
    out.printf(
        "%s to do, about %s here alone (%s); the longest: %s%n",
        Count.of(left.size(), "step"), words(secondsPerWeight * all), measured, longest);
    out.flush();
  }

  /// The duration of each finished step in seconds.
  ObjectNode seconds() throws IOException {
    return state().withObjectProperty("steps");
  }

  private double remaining(int from) {
    return steps.subList(from, steps.size()).stream().mapToDouble(Step::weight).sum();
  }

  private static String words(double seconds) {
    return seconds < 90
        ? Math.max(5, Math.round(seconds / 5) * 5) + " s"
        : Math.round(seconds / 60) + " min";
  }

  private ObjectNode state() throws IOException {
    return Files.exists(file)
        ? (ObjectNode) JSON.readTree(Files.readString(file))
        : JSON.createObjectNode();
  }

  private void write(ObjectNode state) throws IOException {
    AtomicFiles.write(file, state.toPrettyString() + "\n");
  }
}
