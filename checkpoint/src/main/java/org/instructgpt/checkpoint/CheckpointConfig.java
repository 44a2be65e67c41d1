package org.instructgpt.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.instructgpt.files.Json;
import org.instructgpt.model.CarriedFiles;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.GptConfig;

/// What the files of a checkpoint say of its model: `config.json` and, if there is one,
/// `generation_config.json`, with every key obeyed, harmless, or refused.
///
/// @param config the values of `config.json`
/// @param ends the ids that end a text
/// @param family of the model
record CheckpointConfig(ConfigJson config, List<Integer> ends, Family family) {
  /// The file that says how texts are sampled and what ends them.
  private static final String GENERATION = "generation_config.json";

  private static final String EOS = "eos_token_id";

  /// Reads the files of a checkpoint.
  ///
  /// @throws IllegalArgumentException if it is of no family that is read, or cannot be read as it
  ///   is
  /// @throws NoSuchFileException if there is no checkpoint
  static CheckpointConfig read(Path directory) throws IOException {
    var foreign = UnsupportedLayouts.describe(directory);
    if (foreign.isPresent()) {
      throw new IllegalArgumentException(foreign.get());
    }
    var file = directory.resolve(CheckpointFiles.CONFIG);
    if (!Files.isDirectory(directory)) {
      throw new NoSuchFileException(
          directory.toString(), null, "expected a folder with config.json and model.safetensors");
    }
    var meta = MetaLayout.description(directory);
    if (meta.isPresent()) {
      return read(directory, MetaLayout.translated(meta.get(), WeightFiles.only(directory)));
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(
          file.toString(), null, "this folder is no checkpoint; name one with config.json");
    }
    var config = ConfigJson.read(file);
    if (!config.has("model_type") && !config.has("n_embd")) {
      throw new IllegalArgumentException(
          "%s: expected model_type, one of %s, found none, and no keys of an old GPT-2 (n_embd) either: take the file that belongs to the model, or add the key"
              .formatted(file, String.join(", ", Families.types())));
    }
    var family =
        Families.named(config.type())
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "%s: expected model_type to be one of %s, found '%s': models of other families are not read"
                        .formatted(file, String.join(", ", Families.types()), config.type())));
    var read = new CheckpointConfig(config, ends(directory, config), family);
    read.checkArchitecture();
    family.keys().check(file, "", config.json());
    return read;
  }

  private static CheckpointConfig read(Path directory, ConfigJson meta) throws IOException {
    return new CheckpointConfig(meta, ends(directory, meta), new MetaFamily());
  }

  /// Whether its words are another layout's, put into Hugging Face's.
  boolean isTranslated() {
    return family instanceof MetaFamily;
  }

  private static List<Integer> ends(Path directory, ConfigJson config) throws IOException {
    var ends = new TreeSet<>(ends(config.file(), config.json().path(EOS)));
    var generation = directory.resolve(GENERATION);
    if (Files.exists(generation)) {
      var more = ConfigJson.read(generation).json();
      ConfigKeys.GENERATION.check(generation, "", more);
      ends.addAll(ends(generation, more.path(EOS)));
    }
    return List.copyOf(ends);
  }

  private static List<Integer> ends(Path file, JsonNode eos) {
    var ids = new ArrayList<Integer>();
    for (var id : eos.isArray() ? eos : List.of(eos)) {
      if (id.isInt() && id.intValue() >= 0) {
        ids.add(id.intValue());
      } else if (!id.isNull() && !id.isMissingNode()) {
        throw new IllegalArgumentException(
            "%s: expected an id or a list of ids for %s, found %s".formatted(file, EOS, eos));
      }
    }
    return ids;
  }

  /// Adds ids that end a text and that neither description of a model names.
  ///
  /// @param json of the model's `config.json`
  /// @param carried with the description of sampling, if the model came with one
  static void addEnds(ObjectNode json, CarriedFiles carried, List<Integer> ends)
      throws IOException {
    var file = Path.of(CheckpointFiles.CONFIG);
    var own = ends(file, json.path(EOS));
    var known = new TreeSet<>(own);
    var generation = carried.text(GENERATION);
    if (generation.isPresent()) {
      known.addAll(ends(file, Json.LENIENT.readTree(generation.get()).path(EOS)));
    }
    if (!known.containsAll(ends)) {
      var all = new TreeSet<>(own);
      all.addAll(ends);
      var ids = json.putArray(EOS);
      all.forEach(ids::add);
    }
  }

  private void checkArchitecture() {
    var names = family.names();
    for (var architecture : config.json().path("architectures")) {
      var name = architecture.asText().replaceFirst("^(TF|Flax)", "");
      var known = List.of(names.language(), names.body(), names.reward(), "GPT2DoubleHeadsModel");
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "%s: architectures names %s, but of %s only %s, %s and %s are read: save the model as one of them"
                .formatted(
                    config.file(),
                    architecture.asText(),
                    family.type(),
                    names.language(),
                    names.body(),
                    names.reward()));
      }
    }
  }

  /// The decoder.
  GptConfig shape() {
    try {
      return family.shape(config);
    } catch (IllegalArgumentException e) {
      throw e.getMessage() != null && e.getMessage().startsWith(config.file().toString())
          ? e
          : new IllegalArgumentException(config.file() + ": " + e.getMessage(), e);
    }
  }
}
