package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Builds a byte-level BPE from its tokens and merges as files spell them, and reports all mistakes
/// of a file together.
final class BpeParts {

  private static final byte[] UNUSED = {};

  /// Ids must stay within what an embedding could hold: a file cannot make us allocate gigabytes.
  static final int LARGEST_ID = 10_000_000;

  private final Path file;
  private final FileProblems problems;
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final Map<Integer, String> spellings = new HashMap<>();
  private final Map<String, Integer> special = new LinkedHashMap<>();
  private final List<Spelled> merges = new ArrayList<>();

  private record Spelled(String where, String left, String right) {}

  BpeParts(Path file) {
    this.file = file;
    this.problems = new FileProblems(file);
  }

  /// Adds a token of the vocabulary.
  void token(String where, String spelling, JsonNode id) {
    String place = where + " '" + spelling + "'";
    if (!id.isInt() || id.intValue() < 0 || id.intValue() > LARGEST_ID) {
      problems.add(place, "expected an id from 0 to " + LARGEST_ID + ", found " + id);
      return;
    }
    String other = spellings.putIfAbsent(id.intValue(), spelling);
    if (other != null && !other.equals(spelling)) {
      problems.add(place, "expected an id of its own, found " + id + ", which '" + other + "' has");
    }
    Integer before = ids.putIfAbsent(spelling, id.intValue());
    if (before != null && before != id.intValue()) {
      problems.add(place, "expected id " + before + " as in the vocabulary, found " + id);
    }
  }

  /// Adds a special token, which no text contains.
  void special(String where, String spelling, JsonNode id) {
    token(where, spelling, id);
    special.put(spelling, id.asInt());
  }

  /// Adds the next merge, given as the two tokens that are merged.
  void merge(String where, String... parts) {
    if (parts.length == 2) {
      merges.add(new Spelled(where, parts[0], parts[1]));
    } else {
      problems.add(where, "expected two tokens, found " + Arrays.toString(parts));
    }
  }

  ByteLevelBpe build(TokenizerConfig config) {
    BpeMerges ranked = ranked();
    int[] byteIds = byteIds();
    problems.throwIfAny();
    SpecialTokens roles = SpecialTokens.find(special, ids, config, file.toString());
    return new ByteLevelBpe(tokens(roles), byteIds, ranked, roles);
  }

  private BpeMerges ranked() {
    BpeMerges ranked = new BpeMerges(merges.size());
    for (Spelled merge : merges) {
      @Nullable Integer left = known(merge.where, merge.left);
      @Nullable Integer right = known(merge.where, merge.right);
      @Nullable Integer token = known(merge.where, merge.left + merge.right);
      if (left != null && right != null && token != null && !ranked.add(left, right, token)) {
        problems.add(merge.where, "'%s %s' is there twice".formatted(merge.left, merge.right));
      }
    }
    return ranked;
  }

  private @Nullable Integer known(String where, String spelling) {
    Integer id = ids.get(spelling);
    if (id == null) {
      problems.add(where, "names '" + spelling + "', which is not in the vocabulary");
    }
    return id;
  }

  private int[] byteIds() {
    int[] byteIds = new int[256];
    for (int b = 0; b < byteIds.length; b++) {
      String letter = ByteAlphabet.spell(new byte[] {(byte) b});
      Integer id = known("byte 0x%02x".formatted(b), letter);
      byteIds[b] = id == null ? 0 : id;
    }
    return byteIds;
  }

  private byte[][] tokens(SpecialTokens roles) {
    int size = 1 + ids.values().stream().mapToInt(id -> id).max().orElse(0);
    byte[][] tokens = new byte[size][];
    Arrays.fill(tokens, UNUSED);
    ids.forEach((spelling, id) -> {
      boolean isText = !roles.ids().containsKey(spelling) && ByteAlphabet.isSpelling(spelling);
      tokens[id] = isText ? ByteAlphabet.read(spelling) : spelling.getBytes(StandardCharsets.UTF_8);
    });
    return tokens;
  }
}
