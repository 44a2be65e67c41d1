package org.instructgpt.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/// The checkpoints in a folder, read anew each time: a training run may add one at any moment.
///
/// @param folder holds a folder for each checkpoint
public record ModelCatalog(Path folder) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /// All that can be read, parents before the models trained from them.
  public List<ServedModel> all() {
    var found = new ArrayList<ServedModel>();
    for (var each : folders()) {
      try {
        found.add(ServedModel.of(each));
      } catch (IOException | IllegalArgumentException _) {
        // half copied, or no model: reported by problems()
      }
    }
    return inOrder(found);
  }

  /// Those that cannot be read, each with the reason.
  public SequencedMap<String, String> problems() {
    var problems = new LinkedHashMap<String, String>();
    for (var each : folders()) {
      try {
        var _ = ServedModel.of(each);
      } catch (IOException | IllegalArgumentException e) {
        problems.put(String.valueOf(each.getFileName()), String.valueOf(e.getMessage()));
      }
    }
    return problems;
  }

  public Optional<ServedModel> find(String name) {
    if (!NAME.matcher(name).matches() || !Files.isRegularFile(config(folder.resolve(name)))) {
      return Optional.empty();
    }
    try {
      return Optional.of(ServedModel.of(folder.resolve(name)));
    } catch (IOException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// The models that a model was trained from, oldest first and itself last.
  public List<ServedModel> line(ServedModel model) {
    var line = new ArrayList<ServedModel>();
    var seen = new HashSet<String>();
    Optional<ServedModel> at = Optional.of(model);
    while (at.isPresent() && seen.add(at.get().name())) {
      line.addFirst(at.get());
      at = parent(at.get());
    }
    return line;
  }

  private Optional<ServedModel> parent(ServedModel model) {
    var parents = model.lineage().path("parents");
    for (var role : List.of("policy", "body")) {
      if (parents.has(role)) {
        return find(parents.path(role).path("name").asText());
      }
    }
    return Optional.empty();
  }

  private List<ServedModel> inOrder(List<ServedModel> found) {
    var depth = new LinkedHashMap<ServedModel, Integer>();
    found.forEach(model -> depth.put(model, line(model).size()));
    return depth.entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<ServedModel, Integer> e) -> e.getKey().stage())
                .thenComparing(Map.Entry::getValue)
                .thenComparing(e -> e.getKey().name()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private List<Path> folders() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var entries = Files.list(folder)) {
      return entries
          .filter(each -> NAME.matcher(String.valueOf(each.getFileName())).matches())
          .filter(each -> Files.isRegularFile(config(each)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be read", e);
    }
  }

  private static Path config(Path model) {
    return model.resolve("config.json");
  }
}
