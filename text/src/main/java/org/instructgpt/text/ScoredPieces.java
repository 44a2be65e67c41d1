package org.instructgpt.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The pieces of a SentencePiece tokenizer and their scores, as llama2.c keeps them
/// (`tokenizer.bin`), told anew as a `tokenizer.json`.
///
/// Such a tokenizer puts a space before a text, takes it apart into characters (a character that is
/// no piece into its bytes), and joins, as long as there is one, the pair of neighbours whose whole
/// has the highest score, the first of equal ones. Said with merges: every way to cut a piece in
/// two pieces is a merge, and those of higher scores come first. The two differ where the same
/// piece can be made in two ways at two places at once, of which then the way that comes first in
/// the list is taken; only which of equal scores is joined first can change, and texts hardly ever.
///
/// The file: the length of the longest piece, and for each id its score (float32), its length in
/// bytes (int32) and its bytes; all little-endian. The first three ids are the unknown, the
/// beginning and the end of a text, the next 256 the bytes.
///
/// Sources: the format and the way of joining, llama2.c's `tokenizer.py` and `run.c`; pieces,
/// scores and bytes for what is no piece, Kudo and Richardson 2018 (arXiv 1808.06226).
///
/// @param file where they come from, for messages
/// @param pieces by their ids, with spaces as they are in texts
/// @param scores of each; the higher is joined first
record ScoredPieces(Path file, List<String> pieces, float[] scores) {
  private static final int UNKNOWN = 0;
  private static final int BEGIN = 1;
  private static final int END = 2;
  private static final int FIRST_BYTE = 3;
  private static final int FIRST_PIECE = FIRST_BYTE + 256;
  private static final int LONGEST = 1_000;
  private static final long FILE_LIMIT = 50_000_000;
  private static final List<String> SPECIAL = List.of("<unk>", "<s>", "</s>");

  /// What stands for a space, as SentencePiece writes it.
  private static final String SPACE = "\u2581";

  /// Whether a file's name is that of such a tokenizer.
  static boolean isName(String name) {
    return name.matches("tok[\\w.-]*\\.bin");
  }

  /// Reads a file.
  ///
  /// @throws IllegalArgumentException if it is none
  static ScoredPieces read(Path file) throws IOException {
    if (Files.size(file) > FILE_LIMIT) {
      throw none(file, "at most %,d bytes, found %,d".formatted(FILE_LIMIT, Files.size(file)));
    }
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < 4 || bytes.getInt() < 0) {
      throw none(file, "the length of the longest piece first, found another number or none");
    }
    var pieces = new ArrayList<String>();
    var scores = new ArrayList<Float>();
    while (bytes.hasRemaining()) {
      float score = bytes.remaining() < 8 ? Float.NaN : bytes.getFloat();
      int length = bytes.remaining() < 4 ? -1 : bytes.getInt();
      if (length < 0 || length > Math.min(LONGEST, bytes.remaining()) || !Float.isFinite(score)) {
        throw none(
            file,
            "a finite score and a length of at most %d for the whole piece %d, found %s and %d"
                .formatted(LONGEST, pieces.size(), score, length));
      }
      pieces.add(text(file, bytes.slice(bytes.position(), length), pieces.size()));
      scores.add(score);
      bytes.position(bytes.position() + length);
    }
    var all = new float[scores.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = scores.get(i);
    }
    return new ScoredPieces(file, List.copyOf(pieces), all).checked();
  }

  private static String text(Path file, ByteBuffer bytes, int id) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw none(file, "UTF-8 as the piece %d, found other bytes".formatted(id));
    }
  }

  private static IllegalArgumentException none(Path file, String expected) {
    return new IllegalArgumentException(
        "%s: expected a tokenizer of llama2.c (scores, lengths and pieces) with %s; or put a tokenizer.json beside it"
            .formatted(file, expected));
  }

  private ScoredPieces checked() {
    if (pieces.size() < FIRST_PIECE) {
      throw none(file, "at least %d pieces, found %d".formatted(FIRST_PIECE, pieces.size()));
    }
    for (int b = 0; b < 256; b++) {
      if (!pieces.get(FIRST_BYTE + b).equals(byteName(b))) {
        throw none(
            file,
            "%s as the piece %d, found '%s'"
                .formatted(byteName(b), FIRST_BYTE + b, pieces.get(FIRST_BYTE + b)));
      }
    }
    return this;
  }

  private static String byteName(int value) {
    return "<0x%02X>".formatted(value);
  }

  /// How the tokens at the borders of texts are called.
  TokenizerConfig config() {
    return new TokenizerConfig(
        Optional.of(SPECIAL.get(END)),
        Optional.empty(),
        OptionalInt.of(END),
        Optional.empty(),
        Optional.of(SPECIAL.get(BEGIN)),
        Map.of());
  }

  /// The same tokenizer as a `tokenizer.json`.
  ///
  /// @throws IllegalArgumentException if a piece is there twice
  ObjectNode tokenizerJson() {
    var ids = ids();
    var json = TokenizerJson.object();
    json.put("version", "1.0");
    json.putNull("truncation").putNull("padding");
    var added = json.putArray("added_tokens");
    for (int id : new int[] {UNKNOWN, BEGIN, END}) {
      var token = added.addObject().put("id", id).put("content", SPECIAL.get(id));
      for (var flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        token.put(flag, false);
      }
      token.put("special", true);
    }
    var normalizers = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    normalizers.addObject().put("type", "Prepend").put("prepend", SPACE);
    replace(normalizers.addObject(), " ", SPACE);
    json.putNull("pre_tokenizer");
    json.putNull("post_processor");
    var decoders = json.putObject("decoder").put("type", "Sequence").putArray("decoders");
    replace(decoders.addObject(), SPACE, " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    var model = json.putObject("model").put("type", "BPE").putNull("dropout");
    model.put("unk_token", SPECIAL.get(UNKNOWN));
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
    var vocab = model.putObject("vocab");
    ids.forEach(vocab::put);
    merges(ids, model.putArray("merges"));
    return json;
  }

  private static void replace(ObjectNode part, String from, String to) {
    part.put("type", "Replace").putObject("pattern").put("String", from);
    part.put("content", to);
  }

  private Map<String, Integer> ids() {
    var ids = new LinkedHashMap<String, Integer>();
    for (int id = 0; id < pieces.size(); id++) {
      var piece = id < FIRST_BYTE ? SPECIAL.get(id) : pieces.get(id).replace(" ", SPACE);
      var before = ids.putIfAbsent(piece, id);
      if (before != null) {
        throw none(
            file, "each piece once, found '%s' as %d and as %d".formatted(piece, before, id));
      }
    }
    return ids;
  }

  /// A merge, of which the one with the highest score comes first, then the one whose parts do.
  private record Merge(String left, String right, float score, int leftId, int rightId) {}

  private void merges(Map<String, Integer> ids, ArrayNode into) {
    var merges = new ArrayList<Merge>();
    for (int id = FIRST_PIECE; id < pieces.size(); id++) {
      var piece = pieces.get(id).replace(" ", SPACE);
      for (int cut = piece.offsetByCodePoints(0, piece.isEmpty() ? 0 : 1);
          cut < piece.length();
          cut = piece.offsetByCodePoints(cut, 1)) {
        var left = piece.substring(0, cut);
        var right = piece.substring(cut);
        int leftId = ids.getOrDefault(left, -1);
        int rightId = ids.getOrDefault(right, -1);
        if (leftId >= FIRST_PIECE && rightId >= FIRST_PIECE) {
          merges.add(new Merge(left, right, scores[id], leftId, rightId));
        }
      }
    }
    merges.sort(
        Comparator.comparingDouble((Merge merge) -> -merge.score)
            .thenComparingInt(Merge::leftId)
            .thenComparingInt(Merge::rightId));
    merges.forEach(merge -> into.addArray().add(merge.left).add(merge.right));
  }
}
