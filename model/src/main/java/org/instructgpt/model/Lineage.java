package org.instructgpt.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;
import org.instructgpt.files.Sha256;

/// The lineage of a checkpoint: what made it and from what, as `lineage.json` beside the weights.
///
/// @param stage what made it: `pretrain`, `sft`, `reward`, `dpo`, `ppo`
/// @param made the facts, JSON-like, in order: settings, data, step, metrics, time
/// @param parents the checkpoints it was made from: role (such as `policy`) to the SHA-256 of the
///   parent's weights, with its name
public record Lineage(String stage, Map<String, Object> made, Map<String, Parent> parents) {
  /// The name of its file.
  public static final String FILE = "lineage.json";

  /// The stages that train on framed prompts (see [org.instructgpt.text.PromptTemplate]).
  private static final Set<String> FRAMED = Set.of("supervised", "sft", "reward", "dpo", "ppo");

  private static final ObjectMapper JSON = Json.LENIENT;

  /// A checkpoint that another was made from.
  ///
  /// @param name the folder's name
  /// @param sha256 of its weights
  public record Parent(String name, String sha256) {
    /// The checkpoint in `directory`.
    public static Parent of(Path directory) throws IOException {
      return new Parent(
          Objects.requireNonNull(directory.toAbsolutePath().getFileName()).toString(),
          Lineage.ofWeights(directory));
    }
  }

  /// The SHA-256 of a checkpoint's weights: of `model.safetensors`, or of the names and SHA-256 of
  /// several files.
  private static String ofWeights(Path directory) throws IOException {
    var single = directory.resolve(CheckpointFiles.WEIGHTS);
    if (Files.exists(single)) {
      return sha256(single);
    }
    var digest = Sha256.digest();
    try (Stream<Path> files = Files.list(directory)) {
      for (var file :
          files.filter(each -> each.toString().endsWith(".safetensors")).sorted().toList()) {
        digest.update(
            (file.getFileName() + " " + sha256(file) + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Writes `lineage.json` with the SHA-256 of every other file of the folder: the last step of
  /// writing a checkpoint.
  public void write(Path directory) throws IOException {
    var json = JSON.createObjectNode();
    json.put("stage", stage);
    json.set("made", JSON.valueToTree(made));
    json.set("parents", JSON.valueToTree(parents));
    write(json, directory);
  }

  /// Writes the lineage of a checkpoint, if it has one, beside a copy of it, with the SHA-256 of
  /// the copy's files.
  public static void copy(Path from, Path to) throws IOException {
    var json = read(from);
    if (!json.isEmpty()) {
      write(json, to);
    }
  }

  private static void write(ObjectNode json, Path directory) throws IOException {
    var sums = json.putObject("sha256");
    try (Stream<Path> files = Files.list(directory)) {
      for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
        sums.put(String.valueOf(file.getFileName()), sha256(file));
      }
    }
    Files.writeString(
        directory.resolve(FILE),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  /// The lineage of a checkpoint; an empty one if another program made it and it has none.
  public static ObjectNode read(Path directory) throws IOException {
    var file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return JSON.createObjectNode();
    }
    return ForeignTexts.object(file, JSON);
  }

  /// That of a checkpoint, to be written again with a copy of it; one of the stage `merged` if it
  /// has none.
  public static Lineage of(Path directory) throws IOException {
    var json = read(directory);
    Map<String, Object> made = new LinkedHashMap<>();
    json.path("made")
        .properties()
        .forEach(each -> made.put(each.getKey(), JSON.convertValue(each.getValue(), Object.class)));
    Map<String, Parent> parents = new LinkedHashMap<>();
    json.path("parents")
        .properties()
        .forEach(each ->
            parents.put(
                each.getKey(),
                new Parent(
                    each.getValue().path("name").asText(),
                    each.getValue().path("sha256").asText())));
    return new Lineage(json.path("stage").asText("merged"), made, parents);
  }

  /// Whether a model reads prompts framed: one of our supervised, reward, DPO and PPO stages made
  /// it. A pretrained model and one that another program made read texts as they are.
  ///
  /// @param lineage as [#read] gives it
  public static boolean isFramed(ObjectNode lineage) {
    return FRAMED.contains(lineage.path("stage").asText());
  }

  /// Compares every file with the sum written when the checkpoint was made.
  ///
  /// @throws IllegalArgumentException naming the file that is missing or has changed
  public static void verify(Path directory) throws IOException {
    JsonNode sums = read(directory).path("sha256");
    for (var entry : sums.properties()) {
      var file = directory.resolve(entry.getKey());
      if (!Files.exists(file)) {
        throw new IllegalArgumentException(
            "%s is missing, but lineage.json lists it: copy the checkpoint again".formatted(file));
      }
      var found = sha256(file);
      if (!found.equals(entry.getValue().asText())) {
        throw new IllegalArgumentException(
            "%s is damaged or was changed: its SHA-256 is %s, but lineage.json says %s. Copy the checkpoint again; if the change was meant, delete the entry from lineage.json"
                .formatted(file, found, entry.getValue().asText()));
      }
    }
  }

  /// The SHA-256 of a file in hexadecimal digits.
  public static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      var digest = Sha256.digest();
      var buffer = new byte[1 << 20];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  /// The same with more facts.
  public Lineage with(Map<String, Object> more) {
    var all = new LinkedHashMap<>(made);
    all.putAll(more);
    return new Lineage(stage, all, parents);
  }
}
