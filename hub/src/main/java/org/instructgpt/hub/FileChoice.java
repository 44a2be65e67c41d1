package org.instructgpt.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.Lineage;

/// Which files of a model are taken: those that this program reads, and those that are asked for.
///
/// @param described the small ones, which say what the model is
/// @param index of weights in several files; empty where one file has them all
/// @param weights that are in one file; empty where there is an index
/// @param others all that is left, in which an index finds its files
record FileChoice(
    List<HubFile> described, Optional<HubFile> index, List<HubFile> weights, List<HubFile> others) {
  private static final String INDEX = "model.safetensors.index.json";

  /// The files beside the weights that are read, or that say what may be done with the model.
  private static final String READ =
      "(?i:config\\.json|generation_config\\.json|tokenizer\\.json|tokenizer_config\\.json"
          + "|special_tokens_map\\.json|added_tokens\\.json|vocab\\.json|merges\\.txt|encoder\\.json"
          + "|vocab\\.bpe|chat_template\\.(jinja|json)|(LICEN[SC]E|NOTICE|USE_POLICY)([.-][\\w.-]{1,40})?)";

  /// The most bytes of a file that is not weights.
  static final long SMALL = 200_000_000;

  /// Chooses.
  ///
  /// @param asked patterns of names that are taken besides, such as `README.md` or `*.txt`
  /// @throws IllegalArgumentException if there is no model in them that can be read
  static FileChoice of(HubListing listing, HubModel model, List<String> asked) {
    var flat = listing.files().stream().filter(file -> !file.name().contains("/")).toList();
    var names = new TreeSet<String>();
    flat.forEach(file -> names.add(file.name()));
    boolean whole = names.contains(CheckpointFiles.WEIGHTS);
    if (names.contains("adapter_config.json") && !whole && !names.contains(INDEX)) {
      throw new IllegalArgumentException(
          "%s holds an adapter (adapter_config.json), which is a part of a model: pull the model that it belongs to, download the adapter's folder, and name it with --adapter"
              .formatted(model));
    }
    Checkpoint.unsupportedLayout(model.toString(), names)
        .ifPresent(what -> {
          throw new IllegalArgumentException(what);
        });
    if (!names.contains(CheckpointFiles.CONFIG) || !(whole || names.contains(INDEX))) {
      throw new IllegalArgumentException(
          "%s: expected config.json with model.safetensors, or with several such files and %s, found %s"
              .formatted(model, INDEX, shortly(listing.files())));
    }
    if (names.contains("tokenizer.model")
        && !names.contains("tokenizer.json")
        && !names.contains("vocab.json")) {
      throw new IllegalArgumentException(
          "%s has its tokenizer as tokenizer.model (SentencePiece) only, which is not read: ask its owner for a tokenizer.json, or make one with Hugging Face's transformers: AutoTokenizer.from_pretrained(DIR).save_pretrained(NEW)"
              .formatted(model));
    }
    for (var pattern : asked) {
      if (listing.files().stream().noneMatch(file -> isAsked(file, List.of(pattern)))) {
        throw new IllegalArgumentException(
            "--include %s: %s has no file of such a name".formatted(pattern, model));
      }
    }
    var described = new ArrayList<HubFile>();
    var others = new ArrayList<HubFile>();
    for (var file : listing.files()) {
      boolean isWeights = file.name().equals(CheckpointFiles.WEIGHTS);
      boolean isIndex = file.name().equals(INDEX) && !whole;
      boolean taken = file.name().matches(READ) || file.name().equals(Lineage.FILE);
      if (!isWeights && !isIndex && (taken || isAsked(file, asked))) {
        described.add(file);
      } else if (!isWeights && !isIndex) {
        others.add(file);
      }
    }
    var weights = flat.stream().filter(f -> f.name().equals(CheckpointFiles.WEIGHTS)).toList();
    var index = flat.stream().filter(f -> !whole && f.name().equals(INDEX)).findFirst();
    return new FileChoice(described, index, weights, others);
  }

  private static boolean isAsked(HubFile file, List<String> asked) {
    for (var pattern : asked) {
      var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      if (matcher.matches(Path.of(file.name()))) {
        if (file.name().contains("/") || file.name().startsWith(".")) {
          throw new IllegalArgumentException(
              "--include %s: %s is in a folder or hidden, and only files beside config.json are taken"
                  .formatted(pattern, file.name()));
        }
        return true;
      }
    }
    return false;
  }

  /// All that says what the model is, the index too.
  List<HubFile> small() {
    var small = new ArrayList<>(described);
    index.ifPresent(small::add);
    return small;
  }

  /// With the weights that the index names, where there is one.
  ///
  /// @param folder where the index lies now
  /// @throws IllegalArgumentException if the index names a file that the hub does not have
  FileChoice withShards(Path folder, HubModel model) throws IOException {
    if (index.isEmpty()) {
      return this;
    }
    var shards = new ArrayList<HubFile>();
    for (var name : named(folder, model)) {
      shards.add(
          others.stream()
              .filter(file -> file.name().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "%s: %s names %s, which is not among the model's files"
                          .formatted(model, INDEX, HubRefusals.clean(name)))));
    }
    var left = others.stream().filter(file -> !shards.contains(file)).toList();
    return new FileChoice(described, index, shards, left);
  }

  private static Set<String> named(Path folder, HubModel model) throws IOException {
    JsonNode map;
    try {
      map = ForeignTexts.object(folder.resolve(INDEX), Json.LENIENT).path("weight_map");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s: %s is not JSON".formatted(model, INDEX), e);
    }
    var names = new LinkedHashSet<String>();
    for (var file : map) {
      if (!file.asText().matches("[\\w-][\\w.-]*\\.safetensors")) {
        throw new IllegalArgumentException(
            "%s: expected names of safetensors files in %s, found %s"
                .formatted(model, INDEX, HubRefusals.clean(file.toString())));
      }
      names.add(file.asText());
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: expected weight_map in %s, found none".formatted(model, INDEX));
    }
    return names;
  }

  /// What is left where it is, with how many bytes, as far as they are known; empty where
  /// everything is taken.
  Optional<String> leftOut() {
    long bytes = others.stream().mapToLong(file -> Math.max(0, file.size())).sum();
    boolean known = others.stream().noneMatch(file -> file.size() == HubFile.UNKNOWN);
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "left out: %s, %s"
                .formatted(shortly(others), known ? DataSize.of(bytes) : "of unknown size"));
  }

  /// How many files, and the largest of them by name.
  private static String shortly(List<HubFile> files) {
    var largest = Comparator.comparingLong(HubFile::size).reversed();
    var names = files.stream().sorted(largest).map(HubFile::name).map(HubRefusals::clean).toList();
    var shown = String.join(", ", names.subList(0, Math.min(5, names.size())));
    return String.format(Locale.ROOT, "%,d %s", names.size(), names.size() == 1 ? "file" : "files")
        + (names.isEmpty() ? "" : " (" + shown + (names.size() > 5 ? ", ..." : "") + ")");
  }
}
