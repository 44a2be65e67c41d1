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
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.instructgpt.checkpoint.Checkpoint;

/// The checkpoints that can be asked, read anew each time: a training run may add one at any
/// moment.
public final class ModelCatalog {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private final Supplier<List<Path>> source;

  private ModelCatalog(Supplier<List<Path>> source) {
    this.source = source;
  }

  /// Those in a folder, which holds a folder for each.
  static ModelCatalog in(Path folder) {
    return new ModelCatalog(() -> inside(folder));
  }

  /// Those in certain folders, by the folders' names.
  ///
  /// @throws IllegalArgumentException if one is none, or two have one name
  public static ModelCatalog of(List<Path> models) throws IOException {
    var names = new HashSet<String>();
    var folders = new ArrayList<Path>();
    for (var each : models) {
      var folder = each.toAbsolutePath().normalize();
      Checkpoint.requireReadable(folder);
      var _ = ServedModel.of(folder);
      var name = String.valueOf(folder.getFileName());
      if (!NAME.matcher(name).matches() || !names.add(name)) {
        throw new IllegalArgumentException(
            "%s: expected models in folders with different names of letters, digits and . _ -, found '%s'"
                .formatted(each, name));
      }
      folders.add(folder);
    }
    return new ModelCatalog(() -> folders);
  }

  /// All that can be read, parents before the models trained from them.
  public List<ServedModel> all() {
    return inOrder(folders().stream().flatMap(folder -> read(folder).stream()).toList());
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
    return folders().stream()
        .filter(folder -> String.valueOf(folder.getFileName()).equals(name))
        .findFirst()
        .flatMap(ModelCatalog::read);
  }

  private static Optional<ServedModel> read(Path folder) {
    try {
      return Optional.of(ServedModel.of(folder));
    } catch (IOException | IllegalArgumentException _) {
      return Optional.empty(); // half copied, or no model: reported by problems()
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
    return source.get();
  }

  private static List<Path> inside(Path folder) {
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
