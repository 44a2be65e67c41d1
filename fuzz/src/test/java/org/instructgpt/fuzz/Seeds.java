package org.instructgpt.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.instructgpt.files.Json;
import org.instructgpt.gguf.GgufExport;
import org.instructgpt.text.BpeTrainer;

/// Good files of every kind, small, from which the fuzzer begins: written by the program where it
/// writes such files, else here.
///
/// The arguments are the root of the sources and a folder, in which each kind gets one of its own.
public final class Seeds {
  private final Path sources;
  private final Path folder;
  private int count;

  private Seeds(Path sources, Path folder) {
    this.sources = sources;
    this.folder = folder;
  }

  public static void main(String[] arguments) throws IOException {
    new Seeds(Path.of(arguments[0]), Path.of(arguments[1])).write();
  }

  private void write() throws IOException {
    for (var kind : ForeignFile.values()) {
      Files.createDirectories(folder.resolve(kind.word()));
    }
    add(ForeignFile.SAFETENSORS, Surroundings.safetensors(Surroundings.gpt2()));
    add(ForeignFile.SAFETENSORS, Surroundings.safetensors(Surroundings.shapes("a:2,3", "b:0")));
    add(
        ForeignFile.INDEX,
        """
        {"metadata": {"total_size": 56}, "weight_map": {"wte": "a.safetensors",
         "bias": "a.safetensors", "head": "b.safetensors"}}
        """
            .getBytes(UTF_8));
    for (var config : SmallFiles.CONFIGS) {
      add(ForeignFile.CONFIG, config.getBytes(UTF_8), SmallFiles.GENERATION.getBytes(UTF_8));
    }
    tokenizers();
    templates();
    add(ForeignFile.GGUF, gguf());
    adapters();
    rows();
  }

  private void add(ForeignFile kind, byte[]... files) throws IOException {
    Files.write(folder.resolve(kind.word()).resolve("seed-" + count++), ForeignFile.input(files));
  }

  private void tokenizers() throws IOException {
    for (var tokenizer : SmallFiles.TOKENIZERS) {
      add(ForeignFile.TOKENIZER, tokenizer.getBytes(UTF_8), SmallFiles.SPECIAL.getBytes(UTF_8));
    }
    var place = Files.createTempDirectory("seeds");
    BpeTrainer.train(List.of("the cat sat on the mat; it's 10 o'clock"), 266).saveAll(place);
    var json = Json.LENIENT.readTree(Files.readAllBytes(place.resolve("tokenizer.json")));
    var config = Files.readAllBytes(place.resolve("tokenizer_config.json"));
    add(ForeignFile.TOKENIZER, Json.LENIENT.writeValueAsBytes(json), config);
    var merges = new StringBuilder("#version: 0.2\n");
    for (JsonNode merge : json.path("model").path("merges")) {
      merges
          .append(
              merge.isArray()
                  ? merge.path(0).asText() + " " + merge.path(1).asText()
                  : merge.asText())
          .append('\n');
    }
    var vocabulary = Json.LENIENT.createObjectNode();
    json.path("model")
        .path("vocab")
        .properties()
        .forEach(e -> vocabulary.set(e.getKey(), e.getValue()));
    json.path("added_tokens")
        .forEach(token -> vocabulary.set(token.path("content").asText(), token.path("id")));
    add(
        ForeignFile.VOCABULARY,
        Json.LENIENT.writeValueAsBytes(vocabulary),
        merges.toString().getBytes(UTF_8),
        config);
    add(ForeignFile.PIECES, SmallFiles.pieces());
    exported(place);
  }

  /// A GGUF file of a model whose tokenizer is in a folder.
  private void exported(Path place) throws IOException {
    var shapes = new LinkedHashMap<>(Surroundings.gpt2());
    shapes.put("transformer.wte.weight", new long[] {266, 4});
    Files.write(place.resolve("model.safetensors"), Surroundings.safetensors(shapes));
    Files.writeString(
        place.resolve("config.json"),
        Surroundings.GPT2.replace("\"vocab_size\": 8", "\"vocab_size\": 266"));
    var file = place.resolve("model.gguf");
    var _ = GgufExport.write(place, Optional.empty(), file, () -> false);
    add(ForeignFile.GGUF, Files.readAllBytes(file));
  }

  private void templates() throws IOException {
    for (var template : SmallFiles.TEMPLATES) {
      add(ForeignFile.TEMPLATE, template.getBytes(UTF_8), SmallFiles.SPECIAL.getBytes(UTF_8));
    }
    var cases = sources.resolve("jinja/src/test/resources/org/instructgpt/jinja/cases.json");
    for (JsonNode each : Json.LENIENT.readTree(Files.readAllBytes(cases))) {
      add(ForeignFile.TEMPLATE, each.path("template").asText().getBytes(UTF_8));
    }
  }

  private void adapters() throws IOException {
    var name = "base_model.model.transformer.h.0.attn.c_attn.lora_";
    var tensors =
        Surroundings.safetensors(
            Surroundings.shapes(name + "A.weight:2,4", name + "B.weight:12,2"));
    for (var more : List.of("", ", \"alpha_pattern\": {\"c_attn\": 3}, \"use_rslora\": true")) {
      add(
          ForeignFile.ADAPTER,
          """
          {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "base",
           "r": 2, "lora_alpha": 4, "target_modules": ["c_attn"], "bias": "none",
           "modules_to_save": null, "init_lora_weights": true%s}
          """
              .formatted(more)
              .getBytes(UTF_8),
          tensors);
    }
  }

  /// The samples of the import's own tests.
  private void rows() throws IOException {
    try (var all = Files.list(sources.resolve("records/src/test/resources/imports"))) {
      for (var file : all.sorted().toList()) {
        boolean table = file.toString().matches(".*\\.[ct]sv");
        add(table ? ForeignFile.TABLE : ForeignFile.ROWS, Files.readAllBytes(file));
      }
    }
  }

  /// A GGUF file with a value of every kind and two tensors.
  private static byte[] gguf() {
    var out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    out.put("GGUF".getBytes(UTF_8)).putInt(3).putLong(2).putLong(13);
    var values = new LinkedHashMap<Integer, byte[]>();
    int[] sizes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    for (int kind = 0; kind < sizes.length; kind++) {
      values.put(kind, new byte[sizes[kind]]);
    }
    values.put(8, text("gpt2"));
    values.put(9, list(List.of("a", "b")));
    for (var value : values.entrySet()) {
      out.put(text("k" + value.getKey())).putInt(value.getKey()).put(value.getValue());
    }
    out.put(text("wte")).putInt(2).putLong(3).putLong(2).putInt(0).putLong(0);
    out.put(text("bias")).putInt(1).putLong(4).putInt(1).putLong(32);
    out.position(Math.ceilDiv(out.position(), 32) * 32 + 32 + 8);
    var bytes = new byte[out.position()];
    out.get(0, bytes);
    return bytes;
  }

  private static byte[] text(String text) {
    return ByteBuffer.allocate(8 + text.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length())
        .put(text.getBytes(UTF_8))
        .array();
  }

  private static byte[] list(List<String> texts) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(8)
            .putLong(texts.size())
            .array());
    texts.forEach(each -> out.writeBytes(text(each)));
    return out.toByteArray();
  }
}
