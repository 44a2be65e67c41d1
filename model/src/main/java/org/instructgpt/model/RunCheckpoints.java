package org.instructgpt.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.instructgpt.model.RunOutcome.BestSoFar;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.SafetensorsHeader;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.jspecify.annotations.Nullable;

/// The states a run can be resumed from, `checkpoints/step-00000100/`:
///
/// | file | what |
/// |---|---|
/// | `state.safetensors` | the tensors of the [TrainerState] |
/// | `state.json` | its values, and the loop's own: step, best value so far |
/// | `checksums.json` | the SHA-256 of both |
///
/// A folder appears when it is whole ([AtomicFiles]). What is read is first compared with its
/// checksums: a damaged checkpoint is set aside with a message, and the one before it is taken.
final class RunCheckpoints {
  private static final ObjectMapper JSON = Json.LENIENT;
  private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})");
  private static final String TENSORS = "state.safetensors";
  private static final String VALUES = "state.json";
  private static final String CHECKSUMS = "checksums.json";

  private final Path folder;
  private final int keep;

  RunCheckpoints(Path folder, int keep) {
    this.folder = folder;
    this.keep = keep;
  }

  /// How far a run is: the state of the loop itself.
  ///
  /// @param step finished steps
  /// @param best null before the first evaluation, or without a criterion
  record Position(long step, @Nullable BestSoFar best) {
    static final Position START = new Position(0, null);
  }

  /// The sentence that every failure ends with.
  static String intact(long step) {
    return step == 0
        ? "There is no checkpoint yet: the same command starts from the beginning."
        : "The last checkpoint (step "
            + step
            + ") is intact: the same command, without --new, goes on from there.";
  }

  /// Saves the trainer's state at a position, then deletes the checkpoints that are too old.
  void save(Trainer trainer, Position position) throws IOException {
    AtomicFiles.writeFolder(
        folder.resolve("step-%08d".formatted(position.step())),
        checkpoint -> write(checkpoint, trainer, position));
    List<Path> newestFirst = newestFirst();
    for (Path old : newestFirst.subList(Math.min(keep, newestFirst.size()), newestFirst.size())) {
      AtomicFiles.delete(old);
    }
  }

  /// Restores the newest whole checkpoint; without any, the trainer stays as it is.
  ///
  /// @param say is given a message about every checkpoint that was set aside
  /// @throws IOException if there are checkpoints but none is whole
  Position restoreNewest(Trainer trainer, Consumer<String> say) throws IOException {
    List<Path> damaged = new ArrayList<>();
    for (Path checkpoint : newestFirst()) {
      String damage = damage(checkpoint);
      if (damage == null) {
        setAside(damaged);
        return restore(checkpoint, trainer);
      }
      say.accept(
          "The checkpoint %s is damaged (%s): it is set aside, and the one before it is tried."
              .formatted(checkpoint, damage));
      damaged.add(checkpoint);
    }
    if (!damaged.isEmpty()) {
      throw new IOException(
          "no checkpoint in "
              + folder
              + " is whole: bring the folder back from a copy, or start a new run with --new");
    }
    return Position.START;
  }

  /// Damaged checkpoints must not count as the newest when old ones are deleted.
  private void setAside(List<Path> damaged) throws IOException {
    for (Path checkpoint : damaged) {
      Path aside = folder.resolve("damaged-" + checkpoint.getFileName());
      AtomicFiles.delete(aside);
      Files.move(checkpoint, aside);
    }
  }

  private static void write(Path checkpoint, Trainer trainer, Position position)
      throws IOException {
    ObjectNode values = JSON.createObjectNode();
    values.put("step", position.step());
    BestSoFar best = position.best();
    if (best != null) {
      values.putObject("best").put("value", best.value()).put("step", best.step());
    }
    try (var _ = Scope.open()) {
      TrainerState state = trainer.state();
      values.set("trainer", state.values());
      Safetensors.write(checkpoint.resolve(TENSORS), state.tensors(), Map.of());
    }
    Files.write(checkpoint.resolve(VALUES), JSON.writeValueAsBytes(values));
    ObjectNode checksums = JSON.createObjectNode();
    checksums.put(TENSORS, Lineage.sha256(checkpoint.resolve(TENSORS)));
    checksums.put(VALUES, Lineage.sha256(checkpoint.resolve(VALUES)));
    Files.write(checkpoint.resolve(CHECKSUMS), JSON.writeValueAsBytes(checksums));
  }

  private static Position restore(Path checkpoint, Trainer trainer) throws IOException {
    JsonNode values = JSON.readTree(Files.readAllBytes(checkpoint.resolve(VALUES)));
    try (var _ = Scope.open()) {
      // The tensors of its state are the trainer's own, so they are filled where they are.
      var tensors = trainer.state().tensors();
      Path file = checkpoint.resolve(TENSORS);
      var saved = Safetensors.header(file).tensors();
      tensors.forEach((name, tensor) -> check(saved.get(name), name, tensor));
      Safetensors.readInto(file, tensors);
      trainer.restore(new TrainerState(tensors, (ObjectNode) values.required("trainer")));
    }
    JsonNode best = values.get("best");
    return new Position(
        values.required("step").asLong(),
        best == null
            ? null
            : new BestSoFar(best.required("value").asDouble(), best.required("step").asLong()));
  }

  private static void check(SafetensorsHeader.@Nullable Entry saved, String name, Tensor tensor) {
    var expected = Arrays.toString(tensor.shape());
    if (saved == null || !saved.shape().toString().equals(expected)) {
      throw new IllegalArgumentException(
          "the saved state should hold %s of shape %s, but holds %s: it is another model's"
              .formatted(name, expected, saved == null ? "nothing of that name" : saved.shape()));
    }
  }

  /// What is wrong with a checkpoint; null if nothing is.
  private static @Nullable String damage(Path checkpoint) throws IOException {
    Path file = checkpoint.resolve(CHECKSUMS);
    if (!Files.exists(file)) {
      return CHECKSUMS + " is missing";
    }
    JsonNode checksums;
    try {
      checksums = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException notJson) {
      return CHECKSUMS + " is no JSON";
    }
    for (String name : List.of(TENSORS, VALUES)) {
      Path part = checkpoint.resolve(name);
      if (!Files.exists(part)) {
        return name + " is missing";
      }
      if (!checksums.path(name).asText().equals(Lineage.sha256(part))) {
        return name + " does not match its checksum";
      }
    }
    return null;
  }

  /// Whether there is no checkpoint to resume from.
  boolean isEmpty() throws IOException {
    return newestFirst().isEmpty();
  }

  private List<Path> newestFirst() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var entries = Files.list(folder)) {
      return entries
          .filter(entry -> NAME.matcher(String.valueOf(entry.getFileName())).matches())
          .sorted(Comparator.comparingLong(RunCheckpoints::stepOf).reversed())
          .toList();
    }
  }

  private static long stepOf(Path checkpoint) {
    return Long.parseLong(String.valueOf(checkpoint.getFileName()).substring("step-".length()));
  }
}
