package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.ChatTemplate;

/// A model's tokenizer in the words of GGUF: tokens, merges or scores, the rule that cuts texts,
/// the tokens that begin, end and fill them, and the chat template.
///
/// A file says what `tokenizer.json` does to texts, or it is refused: a model that reads other
/// tokens than it was trained on answers worse, and nothing tells.
final class GgufTokenizer {
  private static final String IDS = "tokenizer.ggml.%s_token_id";

  private final Path model;
  private final JsonNode json;
  private final int endOfText;
  private final TokenList tokens;
  private final boolean isFramed;
  private final List<String> notes;
  private final SequencedMap<String, GgufValue> metadata = new LinkedHashMap<>();

  private GgufTokenizer(Path model, JsonNode json, int endOfText, int rows, List<String> notes)
      throws IOException {
    this.model = model;
    this.json = json;
    this.endOfText = endOfText;
    this.tokens = TokenList.of(json, rows);
    this.isFramed = Lineage.isFramed(Lineage.read(model));
    this.notes = notes;
  }

  /// The metadata of a model's tokenizer.
  ///
  /// @param rows of the model's embedding
  /// @param notes where it is said what a file cannot hold
  /// @throws IllegalArgumentException if a GGUF file cannot hold it
  static SequencedMap<String, GgufValue> metadata(Path model, int rows, List<String> notes)
      throws IOException {
    var read = Checkpoint.tokenizer(model);
    var scratch = Files.createTempDirectory("instructgpt-gguf");
    try {
      var file = scratch.resolve("tokenizer.json");
      read.save(file); // also of a tokenizer that lies in other files
      var json = ForeignTexts.object(file, Json.LENIENT);
      var tokenizer = new GgufTokenizer(model, json, read.endOfText(), rows, notes);
      tokenizer.all();
      return tokenizer.metadata;
    } catch (IllegalArgumentException e) {
      var said = String.valueOf(e.getMessage());
      throw said.startsWith(model.toString())
          ? e
          : new IllegalArgumentException(model + ": " + said, e);
    } finally {
      AtomicFiles.delete(scratch);
    }
  }

  private void all() throws IOException {
    var kind = json.path("model").path("type").asText("BPE");
    if (!kind.equals("BPE")) {
      throw new IllegalArgumentException(
          "expected a tokenizer that merges pairs (BPE), found %s: a GGUF file of this model's architecture has no kind for it"
              .formatted(kind));
    }
    for (var affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!json.path("model").path(affix).asText("").replace("null", "").isEmpty()) {
        throw new IllegalArgumentException(
            "the tokenizer has a %s, for which a GGUF file has no word".formatted(affix));
      }
    }
    if (SentencePieces.isOne(json)) {
      sentencePieces();
    } else {
      bytePairs();
    }
    added();
    special();
    template();
    if (tokens.unused() > 0) {
      notes.add(
          "%d ids of the embedding have no token and are named [PAD...]: llama.cpp may sample them, our commands never do"
              .formatted(tokens.unused()));
    }
  }

  private void sentencePieces() {
    if (json.path("model").path("ignore_merges").asBoolean(false)) {
      throw new IllegalArgumentException(
          "the tokenizer looks up whole texts before merges (ignore_merges), which llama.cpp does"
              + " not for its kind");
    }
    var pieces = new SentencePieces(json, tokens, notes);
    boolean spaceFirst = pieces.spaceFirst();
    pieces.markBytes();
    metadata.put("tokenizer.ggml.model", GgufValue.of("llama"));
    metadata.put("tokenizer.ggml.pre", GgufValue.of("default"));
    tokens.describe(metadata);
    metadata.put("tokenizer.ggml.scores", GgufValue.of(pieces.scores()));
    metadata.put("tokenizer.ggml.add_space_prefix", GgufValue.of(spaceFirst));
  }

  private void bytePairs() {
    var rule =
        PreTokenizers.name(json)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "llama.cpp has no name for how the tokenizer cuts texts: %s; known are the rules of GPT-2, SmolLM2, Llama 3, OLMo 2 and Qwen2"
                        .formatted(PreTokenizers.describe(json))));
    var normalizer = json.path("normalizer").path("type").asText("");
    if (normalizer.equals("NFC")) {
      notes.add(
          "llama.cpp does not compose characters (NFC) as the tokenizer does: texts that are not"
              + " composed get other tokens");
    } else if (!normalizer.isEmpty()) {
      throw new IllegalArgumentException(
          "the tokenizer changes texts first (normalizer %s), which llama.cpp does not for its kind"
              .formatted(normalizer));
    }
    metadata.put("tokenizer.ggml.model", GgufValue.of("gpt2"));
    metadata.put("tokenizer.ggml.pre", GgufValue.of(rule));
    tokens.describe(metadata);
    metadata.put("tokenizer.ggml.merges", new GgufValue.Texts(BpeMergeList.of(json).lines()));
  }

  /// Says where added tokens are found otherwise.
  private void added() {
    var others = new ArrayList<String>();
    for (var token : json.path("added_tokens")) {
      boolean picky =
          List.of("single_word", "lstrip", "rstrip").stream()
              .anyMatch(key -> token.path(key).asBoolean(false));
      if (picky && !token.path("special").asBoolean(false)) {
        others.add(token.path("content").asText());
      }
    }
    if (!others.isEmpty()) {
      notes.add(
          "llama.cpp finds these added tokens anywhere and takes no spaces beside them, other than"
              + " the tokenizer: "
              + others);
    }
  }

  /// The tokens with a role. Without an id of its own for the first, llama.cpp takes some token.
  private void special() throws IOException {
    var around = Around.of(json);
    int first = around.first.orElseGet(() -> id("bos_token").orElse(configured("bos_token_id")));
    boolean begins = around.first.isPresent() && !isFramed;
    metadata.put(IDS.formatted("bos"), GgufValue.of(first));
    metadata.put(IDS.formatted("eos"), GgufValue.of(endOfText));
    var others =
        new ArrayList<>(
            Checkpoint.ends(model).stream()
                .filter(id -> id != endOfText && id < tokens.spellings().size())
                .toList());
    for (var role : List.of("eot", "eom")) {
      if (!others.isEmpty()) {
        metadata.put(IDS.formatted(role), GgufValue.of(others.removeFirst()));
      }
    }
    if (!others.isEmpty()) {
      notes.add("texts end at these ids too, which the file cannot say: " + others);
    }
    id("unk_token").ifPresent(id -> metadata.put(IDS.formatted("unknown"), GgufValue.of(id)));
    id("pad_token").ifPresent(id -> metadata.put(IDS.formatted("padding"), GgufValue.of(id)));
    metadata.put("tokenizer.ggml.add_bos_token", GgufValue.of(begins));
    metadata.put("tokenizer.ggml.add_eos_token", GgufValue.of(around.last && !isFramed));
    if (begins) {
      notes.add(
          "llama.cpp puts %s before texts, as the tokenizer says; our commands do not"
              .formatted(tokens.spellings().get(first)));
    }
  }

  /// The id of a role that the files beside `tokenizer.json` name.
  private OptionalInt id(String role) {
    for (var name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
      var said = read(name).path(role);
      var spelling = said.isObject() ? said.path("content").asText("") : said.asText("");
      var id = tokens.ids().get(spelling);
      if (!said.isNull() && id != null) {
        return OptionalInt.of(id);
      }
    }
    var unknown = json.path("model").path("unk_token");
    var id = tokens.ids().get(unknown.asText(""));
    return role.equals("unk_token") && unknown.isTextual() && id != null
        ? OptionalInt.of(id)
        : OptionalInt.empty();
  }

  private int configured(String key) {
    int id = read("config.json").path(key).asInt(-1);
    return id >= 0 && id < tokens.spellings().size() ? id : endOfText;
  }

  private JsonNode read(String name) {
    var file = model.resolve(name);
    try {
      return Files.exists(file)
          ? ForeignTexts.object(file, Json.LENIENT)
          : Json.LENIENT.createObjectNode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void template() throws IOException {
    var template = ChatTemplate.load(model).map(ChatTemplate::source);
    template.ifPresent(source -> metadata.put("tokenizer.chat_template", GgufValue.of(source)));
    if (template.isEmpty()) {
      notes.add(
          isFramed
              ? "the model has no chat template: it was trained on a prompt, a blank line and the"
                  + " answer, and llama.cpp must be given that as text"
              : "the model has no chat template");
    }
  }

  /// What a tokenizer puts around texts.
  ///
  /// @param first the id before them
  /// @param last whether something comes after them
  private record Around(Optional<Integer> first, boolean last) {

    static Around of(JsonNode json) {
      var processor = json.path("post_processor");
      for (var step : processor.path("processors")) {
        if (step.path("type").asText().equals("TemplateProcessing")) {
          processor = step;
        }
      }
      var single = processor.path("single");
      if (!processor.path("type").asText().equals("TemplateProcessing") || single.isEmpty()) {
        return new Around(Optional.empty(), false);
      }
      var name = single.path(0).path("SpecialToken").path("id").asText("");
      var id = processor.path("special_tokens").path(name).path("ids").path(0);
      return new Around(
          id.isInt() ? Optional.of(id.intValue()) : Optional.empty(),
          single.path(single.size() - 1).has("SpecialToken"));
    }
  }
}
