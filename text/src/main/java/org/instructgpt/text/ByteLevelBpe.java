package org.instructgpt.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Byte-level byte-pair encoding as in GPT-2: text is cut into pre-tokens ([PreTokenizer]), each of
/// them is its UTF-8 bytes, and neighbours are merged by rank ([BpeMerges]). Every text can be
/// encoded, since each of the 256 bytes is a token.
///
/// Natural text repeats its words, so the ids of words are cached: in a table with one place for
/// each hash, where a new word replaces an old one. The table has a fixed size, needs no lock (an
/// entry never changes once it is made), and no text can fill it for good.
final class ByteLevelBpe implements Tokenizer {

  private static final int CACHE_SIZE = 1 << 16;
  private static final int LONGEST_CACHED = 64;

  private final byte[][] tokens;
  private final int[] byteIds;
  private final BpeMerges merges;
  private final SpecialTokens special;
  private final @Nullable CachedWord[] cache = new CachedWord[CACHE_SIZE];

  /// A word and its ids, which are never changed.
  private record CachedWord(String text, int[] ids) {}

  /// @param tokens the bytes of each id (of a special token: its spelling); none where an id is not
  ///   used
  /// @param byteIds the id of each of the 256 bytes
  ByteLevelBpe(byte[][] tokens, int[] byteIds, BpeMerges merges, SpecialTokens special) {
    this.tokens = tokens;
    this.byteIds = byteIds;
    this.merges = merges;
    this.special = special;
  }

  @Override
  public int[] encode(String text) {
    String whole = WellFormed.of(text);
    int[] ids = new int[whole.length() / 3 + 16];
    int count = 0;
    int from = 0;
    while (from < whole.length()) {
      int to = PreTokenizer.end(whole, from);
      int[] word = word(whole, from, to);
      if (count + word.length > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(2 * ids.length, count + word.length));
      }
      System.arraycopy(word, 0, ids, count, word.length);
      count += word.length;
      from = to;
    }
    return Arrays.copyOf(ids, count);
  }

  private int[] word(String text, int from, int to) {
    int length = to - from;
    if (length > LONGEST_CACHED) {
      return merged(text.substring(from, to));
    }
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    int place = (hash * 0x9E3779B9) >>> 16;
    @Nullable CachedWord cached = cache[place];
    if (cached != null && cached.text.length() == length && text.startsWith(cached.text, from)) {
      return cached.ids;
    }
    String word = text.substring(from, to);
    int[] ids = merged(word);
    cache[place] = new CachedWord(word, ids);
    return ids;
  }

  private int[] merged(String word) {
    return merges.apply(ByteAlphabet.ids(word.getBytes(StandardCharsets.UTF_8), byteIds));
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * ids.length);
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= tokens.length || tokens[ids[i]].length == 0) {
        throw UnknownTokenId.at(i, ids[i], tokens.length);
      }
      bytes.writeBytes(tokens[ids[i]]);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public int vocabularySize() {
    return tokens.length;
  }

  @Override
  public Map<String, Integer> specialTokens() {
    return special.ids();
  }

  @Override
  public int endOfText() {
    return special.endOfText();
  }

  @Override
  public OptionalInt beginOfText() {
    return special.beginOfText();
  }

  @Override
  public int pad() {
    return special.pad();
  }

  @Override
  public void save(Path tokenizerJson) throws IOException {
    TokenizerJson.write(tokenizerJson, BpeJsonWriter.write(this));
  }

  @Override
  public void saveAll(Path directory) throws IOException {
    save(directory.resolve(TokenizerJson.FILE));
    special.config().save(directory);
  }

  @Override
  public Optional<String> spelling(int id) {
    boolean used = id >= 0 && id < tokens.length && tokens[id].length > 0;
    return used ? Optional.of(spellingOfUsed(id)) : Optional.empty();
  }

  /// The spelling of an id that a token has.
  String spellingOfUsed(int id) {
    return special.spelling(id).orElseGet(() -> ByteAlphabet.spell(tokens[id]));
  }

  IntStream usedIds() {
    return IntStream.range(0, tokens.length).filter(id -> tokens[id].length > 0);
  }

  BpeMerges merges() {
    return merges;
  }

  SpecialTokens special() {
    return special;
  }
}
