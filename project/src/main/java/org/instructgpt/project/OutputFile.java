package org.instructgpt.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.instructgpt.files.AtomicFiles;

/// Where a command's output goes, looked at before anything is computed: hours of work must not end
/// in a file that cannot be written, or in the place of one that is needed.
public final class OutputFile {
  /// What workspaces and checkpoints are made of.
  private static final Pattern OURS =
      Pattern.compile(
          "feedback\\.db.*|store\\.txt|config\\.json|.*\\.safetensors|.*\\.bin|tokenizer.*\\.json"
              + "|special_tokens_map\\.json|generation_config\\.json|lineage\\.json|vocab\\.json"
              + "|encoder\\.json|merges\\.txt|vocab\\.bpe|settings\\.json|metrics\\.jsonl"
              + "|checksums\\.json|state\\.json|agenda\\.json");

  /// Less is no room for anything.
  private static final long LEAST_ROOM = 4096;

  private OutputFile() {}

  /// Checks that a file may be written.
  ///
  /// @param flag that named it, or what it is
  /// @param inputs that are read while it is written
  /// @throws IllegalArgumentException if it is a folder, an input, a part of a workspace or of a
  ///   checkpoint, or cannot be written
  /// @throws IOException if the disk is full
  public static void check(Path file, String flag, Path... inputs) throws IOException {
    var named = flag + " " + file;
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(named + ": expected a file, found a folder");
    }
    for (var input : inputs) {
      if (Files.isRegularFile(input) && Files.exists(file) && Files.isSameFile(input, file)) {
        throw new IllegalArgumentException(
            "%s is the input %s itself: name another file".formatted(named, input));
      }
    }
    if (AtomicFiles.isDevice(file)) {
      requireWritable(file, named);
      return;
    }
    if (Files.exists(file)) {
      var real = file.toRealPath();
      if (OURS.matcher(String.valueOf(real.getFileName())).matches()) {
        throw new IllegalArgumentException(
            named + " is a file of a workspace or a checkpoint: name another file");
      }
      requireWritable(real, named);
    }
    requireRoom(file, named);
  }

  /// Checks that a folder can be made or filled.
  ///
  /// @param named the flag with its value
  public static void checkFolder(Path folder, String named) throws IOException {
    requireRoom(folder.resolve("x"), named);
  }

  /// Checks that what is written does not go into the folder that is read, by whatever links.
  ///
  /// @param named the flag with its value
  /// @param input a folder that is there
  public static void requireOutside(Path place, String named, Path input) throws IOException {
    var nearest = existing(place.resolve("x").toAbsolutePath().normalize());
    if (nearest.toRealPath().startsWith(input.toRealPath())) {
      throw new IllegalArgumentException(
          "%s: expected a place outside the model's own folder %s".formatted(named, input));
    }
  }

  private static void requireRoom(Path file, String named) throws IOException {
    var folder = existing(file.toAbsolutePath().normalize());
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(named + ": " + folder + " is a file, not a folder");
    }
    requireWritable(folder, named + ": the folder " + folder);
    if (Files.getFileStore(folder).getUsableSpace() < LEAST_ROOM) {
      throw new IOException(named + ": no space left on the disk of " + folder);
    }
  }

  /// The nearest folder above a file that is there.
  private static Path existing(Path file) {
    for (var above = file.getParent(); above != null; above = above.getParent()) {
      if (Files.exists(above)) {
        return above;
      }
    }
    return file; // the root has none above it
  }

  private static void requireWritable(Path place, String named) {
    if (!Files.isWritable(place)) {
      throw new IllegalArgumentException(
          named + " cannot be written: it is read-only, or belongs to somebody else");
    }
  }
}
