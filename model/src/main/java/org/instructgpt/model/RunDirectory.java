package org.instructgpt.model;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.jspecify.annotations.Nullable;

/// The folder of one run, `runs/STAGE-N`, held by one process at a time:
///
/// | entry | what |
/// |---|---|
/// | `settings.json` | the resolved settings, written once |
/// | `metrics.jsonl` | one line for each step and evaluation |
/// | `tensorboard/` | the same as event files |
/// | `checkpoints/step-00000100/` | everything to resume from step 100 |
/// | `best/` | the best model so far, a checkpoint that other commands read |
/// | `failure.txt` | why a health gate stopped the run, if one did |
/// | `run.lock` | locked while a process works here |
public final class RunDirectory implements AutoCloseable {
  private static final ObjectMapper JSON = Json.LENIENT;
  private static final String LOCK = "run.lock";
  private static final String SETTINGS = "settings.json";

  private final Path folder;
  private final FileChannel lock;

  private RunDirectory(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /// Makes and opens the next folder of a stage: `sft-3` if `sft-2` is the highest there.
  ///
  /// @param runs the workspace's folder of runs; made if it is missing
  public static RunDirectory create(Path runs, String stage) throws IOException {
    Files.createDirectories(runs);
    for (int number = highest(runs, stage) + 1; ; number++) {
      Path folder = runs.resolve(stage + "-" + number);
      try {
        Files.createDirectory(folder);
      } catch (FileAlreadyExistsException _) {
        continue; // another process took the number at the same time
      }
      return open(folder);
    }
  }

  /// The folder of a stage with the highest number, to resume or to look at; empty if it never ran.
  public static Optional<Path> latest(Path runs, String stage) throws IOException {
    return newestFirst(runs, stage).stream().findFirst();
  }

  /// The latest run of a stage whose settings say `value` under `key`; empty if there is none.
  public static Optional<Path> latest(Path runs, String stage, String key, String value)
      throws IOException {
    for (Path folder : newestFirst(runs, stage)) {
      Path settings = folder.resolve(SETTINGS);
      if (Files.exists(settings) && read(settings).path(key).asText().equals(value)) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  /// Opens the folder of a run, new or to be resumed, locks it until [#close()], and removes what a
  /// crash left half-written.
  ///
  /// @throws IllegalArgumentException if another process works there, or if it holds other things
  ///   than a run
  public static RunDirectory open(Path folder) throws IOException {
    Files.createDirectories(folder);
    refuseOtherThings(folder);
    FileChannel channel = FileChannel.open(folder.resolve(LOCK), CREATE, WRITE);
    try {
      if (!locked(channel)) {
        throw new IllegalArgumentException(
            "another process works in "
                + folder
                + " (it holds the lock "
                + LOCK
                + "): wait until it ends or stop it, or start a new run with --new and another --name");
      }
      var run = new RunDirectory(folder, channel);
      AtomicFiles.recover(folder);
      AtomicFiles.recover(run.checkpoints());
      return run;
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  /// Deletes what a run left that ended before its first checkpoint: there is nothing to resume, so
  /// it may begin with any settings.
  ///
  /// @return whether there was something to delete
  public boolean forgetUnlessSaved() throws IOException {
    if (!Files.exists(folder.resolve(SETTINGS))
        || !new RunCheckpoints(checkpoints(), 1).isEmpty()) {
      return false;
    }
    for (Path left : List.of(metrics(), tensorboard(), best(), failure())) {
      AtomicFiles.delete(left);
    }
    AtomicFiles.delete(folder.resolve(SETTINGS)); // the last: it says that this is a run
    return true;
  }

  /// Stores the settings of a new run; compares them with the stored ones of a run to be resumed.
  ///
  /// @param resolved everything that decides the result, after presets, recipe and flags
  /// @throws IllegalArgumentException naming every key that differs, if the run began with others
  public void storeOrCompareSettings(ObjectNode resolved) throws IOException {
    Path file = folder.resolve(SETTINGS);
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(resolved) + "\n";
    if (!Files.exists(file)) {
      AtomicFiles.write(file, text);
      return;
    }
    List<String> differences = differences(settings(), JSON.readTree(text));
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "the run in "
              + folder
              + " began with other settings:\n  "
              + String.join("\n  ", differences)
              + "\nResume it with the settings in its settings.json, or start a new run with --new.");
    }
  }

  /// The settings the run began with.
  ///
  /// @throws IOException if there are none yet or they cannot be read
  public ObjectNode settings() throws IOException {
    return read(folder.resolve(SETTINGS));
  }

  private static ObjectNode read(Path file) throws IOException {
    try {
      if (JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode settings) {
        return settings;
      }
      throw new IOException(file + ": expected a JSON object");
    } catch (JsonProcessingException damaged) {
      throw new IOException(file + ": expected a JSON object: " + damaged.getMessage(), damaged);
    }
  }

  /// The last part of its path, such as `sft-3`.
  public String name() {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }

  /// The folder itself.
  public Path folder() {
    return folder;
  }

  /// Where the best model lies; missing before the first evaluation.
  public Path best() {
    return folder.resolve("best");
  }

  /// The metrics, one JSON object a line.
  public Path metrics() {
    return folder.resolve("metrics.jsonl");
  }

  Path checkpoints() {
    return folder.resolve("checkpoints");
  }

  Path tensorboard() {
    return folder.resolve("tensorboard");
  }

  Path failure() {
    return folder.resolve("failure.txt");
  }

  @Override
  public void close() throws IOException {
    lock.close(); // and with it the lock
  }

  private static int highest(Path runs, String stage) throws IOException {
    return latest(runs, stage).map(RunDirectory::number).orElse(0);
  }

  private static List<Path> newestFirst(Path runs, String stage) throws IOException {
    if (!Files.isDirectory(runs)) {
      return List.of();
    }
    Pattern numbered = Pattern.compile(Pattern.quote(stage) + "-\\d{1,9}");
    try (var entries = Files.list(runs)) {
      return entries
          .filter(entry -> numbered.matcher(String.valueOf(entry.getFileName())).matches())
          .sorted(Comparator.comparingInt(RunDirectory::number).reversed())
          .toList();
    }
  }

  private static int number(Path folder) {
    String name = String.valueOf(folder.getFileName());
    return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException heldByThisProcess) {
      return false;
    }
  }

  private static void refuseOtherThings(Path folder) throws IOException {
    boolean known = Files.exists(folder.resolve(LOCK)) || Files.exists(folder.resolve(SETTINGS));
    try (var entries = Files.list(folder)) {
      if (!known && entries.findAny().isPresent()) {
        throw new IllegalArgumentException(
            folder
                + " holds files but no run: expected an empty or missing folder, or one with a"
                + " settings.json");
      }
    }
  }

  private static List<String> differences(JsonNode stored, JsonNode asked) {
    Map<String, JsonNode> before = new TreeMap<>();
    Map<String, JsonNode> now = new TreeMap<>();
    flatten("", stored, before);
    flatten("", asked, now);
    Map<String, JsonNode> keys = new TreeMap<>(before);
    keys.putAll(now);
    List<String> differences = new ArrayList<>();
    for (String key : keys.keySet()) {
      if (!equal(before.get(key), now.get(key))) {
        differences.add(
            "%s: %s there, %s asked for"
                .formatted(key, spell(before.get(key)), spell(now.get(key))));
      }
    }
    return differences;
  }

  /// An empty setting equals one that did not exist when the run began.
  private static boolean equal(@Nullable JsonNode one, @Nullable JsonNode other) {
    if (one == null || other == null) {
      var there = one == null ? other : one;
      return there == null || there.isNull();
    }
    if (one.isNumber() && other.isNumber()) {
      return one.decimalValue().compareTo(other.decimalValue()) == 0;
    }
    return Objects.equals(one, other);
  }

  private static String spell(@Nullable JsonNode value) {
    return value == null ? "nothing" : value.toString();
  }

  private static void flatten(String key, JsonNode node, Map<String, JsonNode> leaves) {
    if (node.isObject() && !node.isEmpty()) {
      String prefix = key.isEmpty() ? "" : key + ".";
      node.properties()
          .forEach(entry -> flatten(prefix + entry.getKey(), entry.getValue(), leaves));
    } else {
      leaves.put(key, node);
    }
  }
}
