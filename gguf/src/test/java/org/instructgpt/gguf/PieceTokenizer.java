package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.instructgpt.files.Json;

/// A small `tokenizer.json` as programs make them of SentencePiece's vocabularies: bytes, the
/// frequent pieces of a text in the order in which they were found, and for each piece in that
/// order a merge of whatever two pieces make it.
final class PieceTokenizer {
  private static final String TEXT =
      "the cat sat on the mat and the dog sat on the log while that other cat that the dog met was"
          + " fed xxyyzz";

  private PieceTokenizer() {}

  /// Pieces of a text, the most frequent pair first.
  private static SequencedSet<String> pieces(int count) {
    var parts = new ArrayList<String>();
    (" " + TEXT).replace(' ', '\u2581').codePoints().forEach(c -> parts.add(Character.toString(c)));
    var pieces = new LinkedHashSet<String>();
    while (pieces.size() < count) {
      Map<List<String>, Integer> pairs = new HashMap<>();
      List<String> best = List.of();
      for (int i = 0; i + 1 < parts.size(); i++) {
        var pair = List.of(parts.get(i), parts.get(i + 1));
        boolean crosses = pair.getLast().startsWith("\u2581");
        int seen = crosses ? 0 : pairs.merge(pair, 1, Integer::sum);
        best = !crosses && (best.isEmpty() || seen > pairs.getOrDefault(best, 0)) ? pair : best;
      }
      if (best.isEmpty()) {
        return pieces;
      }
      var made = String.join("", best);
      pieces.add(made);
      for (int i = 0; i + 1 < parts.size(); i++) {
        if (List.of(parts.get(i), parts.get(i + 1)).equals(best)) {
          parts.set(i, made);
          parts.remove(i + 1);
        }
      }
    }
    return pieces;
  }

  static ObjectNode json() {
    var all = new LinkedHashSet<>(List.of("<unk>", "<s>", "</s>"));
    for (int b = 0; b < 256; b++) {
      all.add("<0x%02X>".formatted(b));
    }
    var made = pieces(40);
    made.addAll(List.of("xy", "yz", "xyz", "zz")); // the third in two ways
    all.addAll(made);
    (" " + TEXT).replace(' ', '\u2581').codePoints().forEach(c -> all.add(Character.toString(c)));
    var json = Json.LENIENT.createObjectNode();
    json.put("version", "1.0").putNull("truncation").putNull("padding");
    var added = json.putArray("added_tokens");
    int next = 0;
    for (var special : List.of("<unk>", "<s>", "</s>")) {
      added
          .addObject()
          .put("id", next++)
          .put("content", special)
          .put("special", true)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false);
    }
    var steps = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    steps.addObject().put("type", "Prepend").put("prepend", "\u2581");
    var replace = steps.addObject().put("type", "Replace");
    replace.putObject("pattern").put("String", " ");
    replace.put("content", "\u2581");
    json.putNull("pre_tokenizer").putNull("post_processor").putNull("decoder");
    var model = json.putObject("model").put("type", "BPE").put("unk_token", "<unk>");
    model.put("fuse_unk", true).put("byte_fallback", true);
    var vocabulary = model.putObject("vocab");
    int id = 0;
    for (var piece : all) {
      vocabulary.put(piece, id++);
    }
    var merges = model.putArray("merges");
    for (var piece : made) {
      for (int cut = 1; cut < piece.length(); cut++) {
        if (all.contains(piece.substring(0, cut)) && all.contains(piece.substring(cut))) {
          merges.add(piece.substring(0, cut) + " " + piece.substring(cut));
        }
      }
    }
    return json;
  }
}
