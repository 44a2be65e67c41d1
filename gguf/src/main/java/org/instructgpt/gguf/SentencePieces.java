package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// Vocabularies that were SentencePiece's, as Llama 2's and Gemma's: pieces of text in which a low
/// line stands for a space, and bytes for what no piece covers.
///
/// A `tokenizer.json` lists merges in their order. llama.cpp's kind of this name has no merges: it
/// joins whichever two neighbours make the piece of the greatest score. Both are the same where the
/// merges that make one piece follow one another and none is missing; the score is then the place,
/// counted downwards. That is checked, and what differs is refused.
final class SentencePieces {
  /// U+2581, which stands for a space.
  private static final String SPACE = "\u2581";

  private final JsonNode json;
  private final TokenList tokens;
  private final List<String> notes;

  SentencePieces(JsonNode json, TokenList tokens, List<String> notes) {
    this.json = json;
    this.tokens = tokens;
    this.notes = notes;
  }

  /// Whether a `tokenizer.json` is of this kind.
  static boolean isOne(JsonNode json) {
    return json.path("model").path("byte_fallback").asBoolean(false);
  }

  /// Whether a space comes before each text.
  ///
  /// @throws IllegalArgumentException if texts are changed in another way than SentencePiece's
  boolean spaceFirst() {
    boolean first = false;
    boolean spaces = false;
    for (var step : steps(json.path("normalizer"), "normalizers")) {
      switch (step.path("type").asText()) {
        case "Prepend" -> first |= requires(step, step.path("prepend").asText().equals(SPACE));
        case "Replace" ->
            spaces |=
                requires(
                    step,
                    step.path("pattern").path("String").asText().equals(" ")
                        && step.path("content").asText().equals(SPACE));
        default -> requires(step, false);
      }
    }
    for (var step : steps(json.path("pre_tokenizer"), "pretokenizers")) {
      switch (step.path("type").asText()) {
        case "Metaspace" -> {
          requires(step, step.path("replacement").asText(SPACE).equals(SPACE));
          requires(step, !step.path("split").asBoolean(true));
          spaces = true;
          if (!scheme(step).equals("never")) {
            first = true;
            notes.add(
                "llama.cpp puts a space before texts that begin with one too, which the tokenizer"
                    + " does not");
          }
        }
        // Spaces are low lines already: it cuts nothing.
        case "Split" ->
            requires(step, spaces && step.path("pattern").path("String").asText().equals(" "));
        default -> requires(step, false);
      }
    }
    if (!spaces) {
      throw new IllegalArgumentException(
          "the tokenizer falls back to bytes but does not write spaces as SentencePiece does: there"
              + " is no kind for it in a GGUF file");
    }
    return first;
  }

  private static String scheme(JsonNode metaspace) {
    var usual = metaspace.path("add_prefix_space").asBoolean(true) ? "always" : "never";
    return metaspace.path("prepend_scheme").asText(usual).toLowerCase(Locale.ROOT);
  }

  private static List<JsonNode> steps(JsonNode of, String key) {
    if (of.isMissingNode() || of.isNull()) {
      return List.of();
    }
    var steps = new ArrayList<JsonNode>();
    if (of.path("type").asText().equals("Sequence")) {
      of.path(key).forEach(each -> steps.addAll(steps(each, key)));
    } else {
      steps.add(of);
    }
    return steps;
  }

  private static boolean requires(JsonNode step, boolean known) {
    if (!known) {
      throw new IllegalArgumentException(
          "the tokenizer has the step %s, for which a GGUF file of its kind has no word"
              .formatted(GgufFile.shortened(step.toString())));
    }
    return true;
  }

  /// Marks the 256 bytes.
  void markBytes() {
    for (int b = 0; b < 256; b++) {
      var id = tokens.ids().get("<0x%02X>".formatted(b));
      if (id == null) {
        throw new IllegalArgumentException(
            "the tokenizer falls back to bytes, but has no token <0x%02X>".formatted(b));
      }
      tokens.kinds()[id] = TokenList.BYTE;
    }
  }

  /// The score of each token.
  float[] scores() {
    var merges = BpeMergeList.of(json);
    var places = places(merges);
    requireWhole(merges, places);
    var scores = new float[tokens.spellings().size()];
    for (int id = 0; id < scores.length; id++) {
      var place = places.get(tokens.spellings().get(id));
      scores[id] = place == null ? 0 : -place;
    }
    return scores;
  }

  /// Which piece is made first, second and so on.
  private static Map<String, Integer> places(BpeMergeList merges) {
    var places = new HashMap<String, Integer>();
    var last = "";
    for (var pair : merges.pairs()) {
      var made = pair.both();
      if (!made.equals(last) && places.put(made, places.size()) != null) {
        throw new IllegalArgumentException(
            "the merges that make '%s' do not follow one another: no scores give their order"
                .formatted(made));
      }
      last = made;
    }
    return places;
  }

  /// Checks that no merge is missing: llama.cpp would make it.
  private void requireWhole(BpeMergeList merges, Map<String, Integer> places) {
    Set<BpeMergeList.Pair> known = new HashSet<>(merges.pairs());
    var special = new ArrayList<String>();
    for (var spelling : tokens.spellings()) {
      var missing = missing(spelling, known, places);
      int kind = tokens.kinds()[tokens.ids().getOrDefault(spelling, 0)];
      if (missing.isEmpty() || kind == TokenList.BYTE || kind == TokenList.UNUSED) {
        continue;
      }
      if (kind != TokenList.NORMAL) {
        special.add(spelling);
        continue;
      }
      int cut = missing.getAsInt();
      throw new IllegalArgumentException(
          "'%s' and '%s' are not merged, though '%s' is a token: llama.cpp would merge them"
              .formatted(spelling.substring(0, cut), spelling.substring(cut), spelling));
    }
    if (!special.isEmpty()) {
      notes.add(
          "llama.cpp may read these spellings in a text as the tokens: "
              + String.join(", ", special.subList(0, Math.min(8, special.size()))));
    }
  }

  /// Where a token can be cut into two pieces that appear but are not merged.
  private OptionalInt missing(
      String spelling, Set<BpeMergeList.Pair> known, Map<String, Integer> places) {
    for (int cut = 1; cut < spelling.length(); cut++) {
      if (Character.isLowSurrogate(spelling.charAt(cut))) {
        continue;
      }
      var pair = new BpeMergeList.Pair(spelling.substring(0, cut), spelling.substring(cut));
      if (!known.contains(pair) && appears(pair.left(), places) && appears(pair.right(), places)) {
        return OptionalInt.of(cut);
      }
    }
    return OptionalInt.empty();
  }

  /// Whether merging can come to a piece: a character, or what a merge makes.
  private boolean appears(String piece, Map<String, Integer> places) {
    return piece.codePointCount(0, piece.length()) == 1 || places.containsKey(piece);
  }
}
