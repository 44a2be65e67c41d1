package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.instructgpt.checkpoint.StoredParameters;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;
import org.instructgpt.model.Architecture;
import org.instructgpt.model.Architecture.Rotary;
import org.instructgpt.model.GptConfig;

/// Hands a language model on as one GGUF file, which llama.cpp and Ollama open: weights,
/// architecture, tokenizer and chat template.
///
/// Matrices get the wanted type; vectors and learned positions stay float32, as llama.cpp wants
/// them. What the format or llama.cpp cannot say of a model is refused by its name.
public final class GgufExport {
  private static final int QUANTIZATION_VERSION = 2;
  private static final String NAME = "general.name";

  private final Path model;
  private final JsonNode json;
  private final GgufArchitecture architecture;
  private final GptConfig config;
  private final List<String> notes = new ArrayList<>();
  private final SequencedMap<String, GgufValue> metadata = new LinkedHashMap<>();

  /// The types that matrices can have.
  public enum Type {
    FLOAT32(GgmlType.F32, 0),
    FLOAT16(GgmlType.F16, 1),
    BFLOAT16(GgmlType.BF16, 32),
    /// 32 neighbours share a scale, and each takes a byte.
    Q8_0(GgmlType.Q8_0, 7);

    private final GgmlType type;
    private final int code;

    Type(GgmlType type, int code) {
      this.type = type;
      this.code = code;
    }
  }

  /// What was written.
  ///
  /// @param tensors how many
  /// @param bytes of the file
  /// @param type of matrices
  /// @param notes what whoever opens the file must know
  public record Report(int tensors, long bytes, Type type, List<String> notes) {
    /// Makes the list unchangeable.
    public Report {
      notes = List.copyOf(notes);
    }
  }

  private GgufExport(Path model, GgufArchitecture architecture, GptConfig config, JsonNode json) {
    this.model = model;
    this.architecture = architecture;
    this.config = config;
    this.json = json;
  }

  /// Writes a file, which is there when it is whole and was read back.
  ///
  /// @param wanted type of matrices; without it that of the model's files
  /// @param stopped is asked before each parameter
  /// @throws IllegalArgumentException if the place is taken, the model is damaged or none that GGUF
  ///   holds, or a number is too large for the type
  /// @throws java.util.concurrent.CancellationException if it was stopped; nothing is left then
  /// @throws IOException if it cannot be written
  public static Report write(Path model, Optional<Type> wanted, Path out, BooleanSupplier stopped)
      throws IOException {
    if (Files.exists(out)) {
      throw new IllegalArgumentException(
          "%s: expected a file that is not there yet, found one: name another, or delete it"
              .formatted(out));
    }
    var parameters = StoredParameters.of(model);
    var json = ForeignTexts.json(model.resolve("config.json"), Json.LENIENT);
    var name = json.path("model_type").asText("gpt2");
    var architecture =
        GgufArchitecture.of(name)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "%s: expected model_type to be one that GGUF has a name for (%s), found %s"
                        .formatted(model, GgufArchitecture.all(), name)));
    var type = wanted.orElseGet(() -> kept(parameters));
    var export = new GgufExport(model, architecture, parameters.config(), json);
    return export.write(parameters, type, out, stopped);
  }

  private static Type kept(StoredParameters parameters) {
    return switch (parameters.type()) {
      case FLOAT16 -> Type.FLOAT16;
      case BFLOAT16 -> Type.BFLOAT16;
      default -> Type.FLOAT32;
    };
  }

  private Report write(StoredParameters parameters, Type type, Path out, BooleanSupplier stopped)
      throws IOException {
    requireRepresented();
    general(type);
    shape();
    var divisors = positions();
    metadata.putAll(GgufTokenizer.metadata(model, config.vocabulary(), notes));
    requireTokensOfTheName();
    var tensors = GgufTensors.of(architecture, config, divisors);
    var writer = new GgufWriter(metadata, tensors, type.type);
    var others = writer.others();
    if (!others.isEmpty()) {
      notes.add(
          "%d matrices, such as %s, are float16: their rows are no multiple of %d"
              .formatted(others.size(), others.getFirst(), type.type.block()));
    }
    AtomicFiles.writeChannel(out, channel -> writer.write(parameters, channel, stopped));
    verify(out, writer);
    return new Report(tensors.size(), Files.size(out), type, notes);
  }

  private void requireRepresented() {
    var lacks = architecture.lacks(config);
    if (!lacks.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: a GGUF file of the architecture %s cannot hold this model, which has: %s"
              .formatted(model, architecture.label(), String.join("; ", lacks)));
    }
    if (architecture.approximates(config)) {
      notes.add(
          "llama.cpp computes GELU in its tanh form, the model in the exact one: activations differ"
              + " by up to 0.0005");
    }
    int context = architecture.context(config);
    if (context < config.context()) {
      notes.add(
          "llama.cpp has no windows for %s: the file's context is the window of %d tokens instead of %d, and within it nothing differs"
              .formatted(architecture.label(), context, config.context()));
    }
  }

  private void general(Type type) {
    metadata.put("general.architecture", GgufValue.of(architecture.label()));
    metadata.put("general.type", GgufValue.of("model"));
    var name = Objects.requireNonNull(model.toAbsolutePath().normalize().getFileName());
    metadata.put(NAME, GgufValue.of(name.toString()));
    metadata.put("general.size_label", GgufValue.of(size(config.parameters())));
    if (json.path("license").isTextual()) {
      metadata.put("general.license", GgufValue.of(json.path("license").asText()));
    }
    metadata.put("general.file_type", GgufValue.of(type.code));
    metadata.put("general.quantization_version", GgufValue.of(QUANTIZATION_VERSION));
  }

  /// llama.cpp knows Phi-3 by its name, and does not load a file of such a name that lacks one of
  /// its tokens.
  private void requireTokensOfTheName() {
    var phi = List.of("</s>", "<unk>", "<s>", "<|endoftext|>");
    if (metadata.get(NAME) instanceof GgufValue.Text(String name)
        && name.toLowerCase(Locale.ROOT).matches(".*phi-?3.*")
        && metadata.get("tokenizer.ggml.tokens") instanceof GgufValue.Texts(List<String> tokens)
        && !Set.copyOf(tokens).containsAll(phi)) {
      metadata.remove(NAME);
      notes.add(
          "the file has no name: llama.cpp loads none that is called %s without the tokens %s"
              .formatted(name, String.join(", ", phi)));
    }
  }

  private static String size(long parameters) {
    double rounded = parameters;
    for (var unit : List.of("", "K", "M", "B")) {
      if (rounded < 999.5 || unit.equals("B")) {
        var digits = rounded < 9.95 && !unit.isEmpty() ? "%.1f%s" : "%.0f%s";
        return String.format(Locale.ROOT, digits, rounded, unit);
      }
      rounded /= 1000;
    }
    throw new IllegalStateException("the last unit takes all");
  }

  private void put(String key, GgufValue value) {
    metadata.put(architecture.label() + "." + key, value);
  }

  private void shape() {
    var effective = config.effective();
    var heads = effective.heads();
    put("vocab_size", GgufValue.of(config.vocabulary()));
    put("context_length", GgufValue.of(architecture.context(config)));
    put("embedding_length", GgufValue.of(config.width()));
    put("block_count", GgufValue.of(config.layers()));
    put("feed_forward_length", GgufValue.of(effective.network().width()));
    put("attention.head_count", GgufValue.of(config.heads()));
    put("attention.head_count_kv", GgufValue.of(heads.keys()));
    put("attention.key_length", GgufValue.of(heads.width()));
    put("attention.value_length", GgufValue.of(heads.width()));
    put(
        architecture.isLayerNorm()
            ? "attention.layer_norm_epsilon"
            : "attention.layer_norm_rms_epsilon",
        GgufValue.of(config.layerNormEpsilon()));
    if (architecture == GgufArchitecture.GPT_NEOX) {
      put("use_parallel_residual", GgufValue.of(effective.parallel()));
    }
    if (heads.cap() > 0) {
      put("attn_logit_softcapping", GgufValue.of(heads.cap()));
    }
    if (effective.logitCap() > 0) {
      put("final_logit_softcapping", GgufValue.of(effective.logitCap()));
    }
    if (architecture.hasWindows()) {
      windows(effective.layers());
    }
  }

  /// The window, and which layers have it where that is not the architecture's usual order.
  private void windows(List<Architecture.Layer> layers) {
    int window = layers.stream().mapToInt(Architecture.Layer::window).max().orElse(0);
    put("attention.sliding_window", GgufValue.of(window));
    var slides = new boolean[layers.size()];
    int period = architecture == GgufArchitecture.GEMMA2 ? 2 : 6;
    boolean usual = window > 0;
    for (int i = 0; i < slides.length; i++) {
      slides[i] = layers.get(i).window() > 0;
      usual &= slides[i] == (i % period < period - 1);
    }
    if (!usual && window > 0) {
      put("attention.sliding_window_pattern", GgufValue.of(slides));
    }
  }

  /// How positions turn queries and keys.
  ///
  /// @return the divisors of single frequencies, which are a tensor
  private Optional<float[]> positions() {
    var everywhere = rotary(false).or(() -> rotary(true));
    if (everywhere.isEmpty()) {
      return Optional.empty();
    }
    put("rope.dimension_count", GgufValue.of(2 * everywhere.get().frequencies().size()));
    var words = words(everywhere.get(), architecture.hasDivisors());
    put("rope.freq_base", GgufValue.of(words.base()));
    words.keys().forEach(this::put);
    if (architecture.hasWindows() && rotary(true).isPresent()) {
      var inWindows = words(rotary(true).get(), false);
      boolean alike = inWindows.keys().equals(words.keys());
      if (architecture == GgufArchitecture.GEMMA3 ? !inWindows.keys().isEmpty() : !alike) {
        throw unsaid("positions in windows are scaled on their own");
      }
      put("rope.freq_base_swa", GgufValue.of(inWindows.base()));
    }
    return words.divisors();
  }

  private Optional<Rotary> rotary(boolean inWindow) {
    return config.effective().layers().stream()
        .filter(layer -> !architecture.hasWindows() || (layer.window() > 0) == inWindow)
        .flatMap(layer -> layer.rotary().stream())
        .findFirst();
  }

  private GgufRotary words(Rotary rotary, boolean divides) {
    return GgufRotary.of(rotary, json, divides)
        .orElseThrow(() ->
            unsaid(
                "rope_scaling %s, for which llama.cpp has no word there"
                    .formatted(json.path("rope_scaling"))));
  }

  private IllegalArgumentException unsaid(String what) {
    return new IllegalArgumentException(
        "%s: a GGUF file of the architecture %s cannot hold this model, which has: %s"
            .formatted(model, architecture.label(), what));
  }

  /// Reads the file again and compares names and bytes; one that differs is deleted.
  private static void verify(Path out, GgufWriter writer) throws IOException {
    try {
      var file = GgufFile.read(out);
      if (!file.tensors().keySet().equals(writer.sums().keySet())) {
        throw new IOException(out + ": other tensors were read than written");
      }
      try (var channel = FileChannel.open(out, StandardOpenOption.READ)) {
        for (var tensor : file.tensors().entrySet()) {
          long sum =
              sum(channel, file.dataStart() + tensor.getValue().begin(), tensor.getValue().bytes());
          if (sum != Objects.requireNonNull(writer.sums().get(tensor.getKey()))) {
            throw new IOException(
                "%s: other bytes of %s were read than written: is the disk sound?"
                    .formatted(out, tensor.getKey()));
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(out);
      throw e;
    }
  }

  private static long sum(FileChannel channel, long from, long bytes) throws IOException {
    var sum = new CRC32C();
    var piece = ByteBuffer.allocateDirect(1 << 20);
    for (long at = 0; at < bytes; ) {
      piece.clear().limit((int) Math.min(piece.capacity(), bytes - at));
      int read = channel.read(piece, from + at);
      if (read < 0) {
        throw new IOException("the file became shorter while it was read");
      }
      sum.update(piece.flip());
      at += read;
    }
    return sum.getValue();
  }
}
