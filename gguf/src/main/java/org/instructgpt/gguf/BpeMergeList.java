package org.instructgpt.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// The merges of a `tokenizer.json`, in their order.
///
/// @param pairs the two spellings of each
record BpeMergeList(List<Pair> pairs) {

  /// A merge.
  record Pair(String left, String right) {
    String both() {
      return left + right;
    }
  }

  static BpeMergeList of(JsonNode json) {
    var pairs = new ArrayList<Pair>();
    for (var merge : json.path("model").path("merges")) {
      var parts =
          merge.isArray()
              ? new String[] {merge.path(0).asText(), merge.path(1).asText()}
              : merge.asText().split(" ", 2);
      if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
        throw new IllegalArgumentException(
            "model.merges[%d]: expected two tokens, found %s".formatted(pairs.size(), merge));
      }
      pairs.add(new Pair(parts[0], parts[1]));
    }
    return new BpeMergeList(pairs);
  }

  /// As GGUF lists them, with a space between the two.
  ///
  /// @throws IllegalArgumentException if a token has a space itself
  List<String> lines() {
    var lines = new ArrayList<String>();
    for (var pair : pairs) {
      if (pair.left.indexOf(' ') >= 0 || pair.right.indexOf(' ') >= 0) {
        throw new IllegalArgumentException(
            "the merge of '%s' and '%s' has a space, which a GGUF file cannot hold"
                .formatted(pair.left, pair.right));
      }
      lines.add(pair.left + " " + pair.right);
    }
    return lines;
  }
}
