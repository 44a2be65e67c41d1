package org.instructgpt.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What must lie beside a file for its reader to come as far as it can: the parts that an index
/// names, the weights that a description fits, the base of an adapter.
final class Surroundings {
  /// A GPT-2 of 4 entries and 8 tokens.
  static final String GPT2 =
      """
      {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 8, "n_embd": 4,
       "n_head": 2, "n_layer": 1, "n_positions": 8, "n_inner": null, "layer_norm_epsilon": 1e-5,
       "activation_function": "gelu_new", "eos_token_id": 7}
      """;

  private Surroundings() {}

  /// A folder for files of a kind, made new or written over.
  static Path of(ForeignFile kind, Path folder) throws IOException {
    Files.createDirectories(folder);
    switch (kind) {
      case INDEX -> {
        Files.write(folder.resolve("a.safetensors"), safetensors(shapes("wte:3,2", "bias:4")));
        Files.write(folder.resolve("b.safetensors"), safetensors(shapes("head:2,2")));
      }
      case CONFIG -> Files.write(folder.resolve("model.safetensors"), safetensors(gpt2()));
      case ADAPTER -> {
        var base = Files.createDirectories(folder.resolve("base"));
        Files.writeString(base.resolve("config.json"), GPT2);
        Files.write(base.resolve("model.safetensors"), safetensors(gpt2()));
        Files.writeString(folder.resolve("config.json"), GPT2);
      }
      default -> {}
    }
    return folder;
  }

  /// The tensors of [#GPT2].
  static SequencedMap<String, long[]> gpt2() {
    return shapes(
        "transformer.wte.weight:8,4",
        "transformer.wpe.weight:8,4",
        "transformer.h.0.ln_1.weight:4",
        "transformer.h.0.ln_1.bias:4",
        "transformer.h.0.attn.c_attn.weight:4,12",
        "transformer.h.0.attn.c_attn.bias:12",
        "transformer.h.0.attn.c_proj.weight:4,4",
        "transformer.h.0.attn.c_proj.bias:4",
        "transformer.h.0.ln_2.weight:4",
        "transformer.h.0.ln_2.bias:4",
        "transformer.h.0.mlp.c_fc.weight:4,16",
        "transformer.h.0.mlp.c_fc.bias:16",
        "transformer.h.0.mlp.c_proj.weight:16,4",
        "transformer.h.0.mlp.c_proj.bias:4",
        "transformer.ln_f.weight:4",
        "transformer.ln_f.bias:4");
  }

  /// Shapes by name.
  ///
  /// @param all each a name, a colon and sizes with commas
  static SequencedMap<String, long[]> shapes(String... all) {
    var shapes = new LinkedHashMap<String, long[]>();
    for (var each : all) {
      int colon = each.indexOf(':');
      var sizes = each.substring(colon + 1).split(",", -1);
      shapes.put(
          each.substring(0, colon), Arrays.stream(sizes).mapToLong(Long::parseLong).toArray());
    }
    return shapes;
  }

  /// A safetensors file of float32 tensors that are all zeros.
  static byte[] safetensors(SequencedMap<String, long[]> shapes) {
    var entries = new ArrayList<String>();
    long at = 0;
    for (var each : shapes.entrySet()) {
      long end = at + 4 * Arrays.stream(each.getValue()).reduce(1, Math::multiplyExact);
      entries.add(
          "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(each.getKey(), Arrays.toString(each.getValue()), at, end));
      at = end;
    }
    var header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + header.length + Math.toIntExact(at))
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }
}
