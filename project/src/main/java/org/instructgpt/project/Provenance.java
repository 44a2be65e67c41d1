package org.instructgpt.project;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.instructgpt.model.Lineage;

/// Which models learned from which records.
///
/// A run lists the ids of the records that it trains on, a line each, in `records.txt`. A model's
/// lineage names its run and its parents; so whoever learned from somebody, and whatever was made
/// from that model since, can be found when that somebody is erased.
public final class Provenance {
  /// In the folder of a run.
  static final String RECORDS = "records.txt";

  /// In the folder of a model that learned from what has been erased.
  public static final String RETRAIN = "retrain.json";

  private static final ObjectMapper JSON = Json.LENIENT;

  private final Workspace workspace;

  public Provenance(Workspace workspace) {
    this.workspace = workspace;
  }

  /// @param records how many of those that were asked about it learned from itself
  /// @param from the models through which it learned from others
  /// @param known false for a model whose run kept no list: it may have learned from anybody
  public record Model(Path folder, int records, List<String> from, boolean known) {
    public String name() {
      return String.valueOf(folder.getFileName());
    }
  }

  public static void list(Path run, SortedSet<String> records) throws IOException {
    AtomicFiles.write(run.resolve(RECORDS), String.join("\n", records) + "\n");
  }

  /// The models that learned from one of these records, themselves or through a parent, parents
  /// first.
  public List<Model> learnedFrom(Set<String> records) throws IOException {
    List<Model> all = new ArrayList<>();
    Map<String, Model> bySum = new HashMap<>(); // a snapshot may have the weights of the model
    var open = checkpoints();
    boolean found = true;
    while (found) {
      var these = new ArrayList<Path>();
      for (var folder : open) {
        var model = judge(folder, records, bySum);
        if (model.records() > 0 || !model.from().isEmpty() || !model.known()) {
          all.add(model);
          bySum.putIfAbsent(sum(folder), model);
          these.add(folder);
        }
      }
      open.removeAll(these);
      found = !these.isEmpty();
    }
    return List.copyOf(all);
  }

  private static String sum(Path folder) throws IOException {
    return Lineage.read(folder).path("sha256").path("model.safetensors").asText(folder.toString());
  }

  private Model judge(Path folder, Set<String> records, Map<String, Model> bySum)
      throws IOException {
    var lineage = Lineage.read(folder);
    var from = new ArrayList<String>();
    for (var parent : lineage.path("parents")) {
      var taught = bySum.get(parent.path("sha256").asText());
      if (taught != null) {
        from.add(taught.name());
      }
    }
    var stage = lineage.path("stage").asText("");
    var run = lineage.path("made").path("run").asText("");
    if (run.isEmpty() || stage.equals("pretrain")) {
      return new Model(folder, 0, from, true);
    }
    var list = workspace.runs().resolve(run).resolve(RECORDS);
    if (!Files.exists(list)) {
      return new Model(folder, 0, from, false);
    }
    try (var lines = Files.lines(list)) {
      return new Model(folder, (int) lines.filter(records::contains).count(), from, true);
    }
  }

  private List<Path> checkpoints() throws IOException {
    var all = new ArrayList<Path>();
    all.addAll(folders(workspace.root().resolve("models")));
    for (var kept : folders(workspace.root().resolve("snapshots"))) {
      all.addAll(folders(kept));
    }
    return all;
  }

  private static List<Path> folders(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(Files::isDirectory)
          .filter(entry -> !String.valueOf(entry.getFileName()).startsWith("."))
          .sorted()
          .toList();
    }
  }

  /// Leaves a note beside a model that it should be trained again; a new training of its name takes
  /// the folder's place and the note with it.
  public static void mark(Model model, Instant now) throws IOException {
    var note = JSON.createObjectNode().put("due", true).put("since", now.toString());
    note.put("erased_records", model.records()).put("known", model.known());
    var from = note.putArray("from");
    model.from().forEach(from::add);
    AtomicFiles.write(model.folder().resolve(RETRAIN), note.toPrettyString() + "\n");
  }
}
