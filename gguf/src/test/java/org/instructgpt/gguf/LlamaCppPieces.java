package org.instructgpt.gguf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How a reader of GGUF's tokenizer "llama" makes tokens of a text, as its documentation tells it:
/// spaces become low lines, a text is its characters, the two neighbours that make the piece of the
/// greatest score are joined, the first of equals, until none is left; what is no piece is spelled
/// in bytes.
final class LlamaCppPieces {
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<?> scores;
  private final boolean spaceFirst;

  LlamaCppPieces(ReferenceGguf file) {
    int next = 0;
    for (var piece : file.list("tokenizer.ggml.tokens")) {
      ids.put((String) piece, next++);
    }
    scores = file.list("tokenizer.ggml.scores");
    spaceFirst = (Boolean) file.metadata.getOrDefault("tokenizer.ggml.add_space_prefix", true);
  }

  int[] encode(String text) {
    var parts = new ArrayList<String>();
    ((spaceFirst ? " " : "") + text)
        .replace(' ', '\u2581')
        .codePoints()
        .forEach(c -> parts.add(Character.toString(c)));
    while (true) {
      int best = -1;
      float greatest = Float.NEGATIVE_INFINITY;
      for (int i = 0; i + 1 < parts.size(); i++) {
        var id = ids.get(parts.get(i) + parts.get(i + 1));
        if (id != null && (Float) scores.get(id) > greatest) {
          best = i;
          greatest = (Float) scores.get(id);
        }
      }
      if (best < 0) {
        break;
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
    var all = new ArrayList<Integer>();
    for (var part : parts) {
      var id = ids.get(part);
      if (id != null) {
        all.add(id);
      } else {
        for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
          all.add(ids.get("<0x%02X>".formatted(b & 0xff)));
        }
      }
    }
    return all.stream().mapToInt(id -> id).toArray();
  }
}
