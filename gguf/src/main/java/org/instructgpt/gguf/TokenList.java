package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The tokens of a vocabulary by id, as GGUF lists them: their spellings and kinds. There are as
/// many as the model has rows in its embedding; ids without a token are filled up.
///
/// @param spellings by id
/// @param kinds by id
/// @param ids by spelling
record TokenList(List<String> spellings, int[] kinds, Map<String, Integer> ids) {
  static final int NORMAL = 1;
  static final int UNKNOWN = 2;

  /// Never part of a text.
  static final int CONTROL = 3;

  /// Found in texts before anything else.
  static final int ADDED = 4;

  static final int UNUSED = 5;

  /// A byte that no piece covers.
  static final int BYTE = 6;

  /// The tokens of a `tokenizer.json`.
  ///
  /// @param rows of the model's embedding
  /// @throws IllegalArgumentException if two have the same spelling or an id is out of range
  static TokenList of(JsonNode json, int rows) {
    var spellings = new ArrayList<@Nullable String>(Collections.nCopies(rows, null));
    var kinds = new int[rows];
    Arrays.fill(kinds, UNUSED);
    var model = json.path("model");
    model
        .path("vocab")
        .properties()
        .forEach(entry -> put(spellings, kinds, entry.getKey(), entry.getValue(), NORMAL));
    for (var added : json.path("added_tokens")) {
      boolean special = added.path("special").asBoolean(false);
      put(
          spellings,
          kinds,
          added.path("content").asText(),
          added.path("id"),
          special ? CONTROL : ADDED);
    }
    var ids = new HashMap<String, Integer>();
    var all = filled(spellings);
    for (int id = 0; id < rows; id++) {
      var other = ids.put(all.get(id), id);
      if (other != null) {
        throw new IllegalArgumentException(
            "the tokens %d and %d are both spelled '%s', which a GGUF file cannot hold"
                .formatted(other, id, GgufFile.shortened(all.get(id))));
      }
    }
    var unknown = ids.get(model.path("unk_token").asText(""));
    if (unknown != null) {
      kinds[unknown] = UNKNOWN;
    }
    return new TokenList(all, kinds, ids);
  }

  private static void put(
      List<@Nullable String> spellings, int[] kinds, String spelling, JsonNode id, int kind) {
    if (!id.isInt() || id.intValue() < 0 || id.intValue() >= kinds.length) {
      throw new IllegalArgumentException(
          "the token '%s' has the id %s, but the model has %d"
              .formatted(GgufFile.shortened(spelling), id, kinds.length));
    }
    spellings.set(id.intValue(), spelling);
    kinds[id.intValue()] = kind;
  }

  private static List<String> filled(List<@Nullable String> spellings) {
    var taken = new HashSet<>(spellings);
    var all = new ArrayList<String>();
    for (int id = 0; id < spellings.size(); id++) {
      var spelling = spellings.get(id);
      if (spelling == null || spelling.isEmpty()) {
        spelling = "[PAD%d]".formatted(id);
        while (!taken.add(spelling)) {
          spelling += "_";
        }
      }
      all.add(spelling);
    }
    return all;
  }

  /// Writes what they are.
  void describe(SequencedMap<String, GgufValue> metadata) {
    metadata.put("tokenizer.ggml.tokens", new GgufValue.Texts(spellings));
    metadata.put("tokenizer.ggml.token_type", GgufValue.of(kinds));
  }

  /// How many ids no text has.
  long unused() {
    return Arrays.stream(kinds).filter(kind -> kind == UNUSED).count();
  }
}
