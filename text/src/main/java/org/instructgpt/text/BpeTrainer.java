package org.instructgpt.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Learns a byte-level byte-pair encoding from text, as GPT-2's was learned.
///
/// The tokens are the special ones first, then the 256 bytes in GPT-2's order, then merges: again
/// and again the pair of neighbouring tokens that occurs most often becomes a token; of pairs that
/// occur equally often, the one with the greater byte strings. Pairs never cross a pre-token
/// ([PreTokenizer]), so only distinct pre-tokens and their counts are kept, not the text. A special
/// token's spelling in the text ends one piece of text and starts another.
///
/// Counting all pairs anew for each merge would cost (merges x words). Instead the counts are kept,
/// each pair knows the words it was seen in, and a merge visits only those ([PairCounts]): 4,096
/// tokens from 40 MB take seconds. Memory grows with the distinct pre-tokens and pairs, not with
/// the text.
///
/// Source: Sennrich et al. 2016, algorithm 1; Radford et al. 2019, section 2.2.
public final class BpeTrainer {

  private static final int BYTES = 256;
  private static final List<String> SPECIAL = List.of(SpecialTokens.END_OF_TEXT, SpecialTokens.PAD);

  private final List<String> special;
  private final List<byte[]> tokens = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();

  private BpeTrainer(List<String> special) {
    this.special = special;
    special.forEach(spelling -> tokens.add(spelling.getBytes(StandardCharsets.UTF_8)));
    for (int i = 0; i < BYTES; i++) {
      learn(new byte[] {(byte) ByteAlphabet.inOrder(i)});
    }
  }

  /// Learns a vocabulary with the special tokens `<|endoftext|>` (id 0) and `<|pad|>` (id 1).
  ///
  /// @param texts read once, one after another; they may be produced while they are read
  /// @param vocabularySize how many tokens to make, special ones included; fewer come out if the
  ///   texts have no more pairs
  /// @throws IllegalArgumentException if the bytes and special tokens alone are more than that
  public static Tokenizer train(Iterable<String> texts, int vocabularySize) {
    return train(texts, vocabularySize, SPECIAL);
  }

  /// The same for texts that are handed over one after another.
  ///
  /// @param texts hands each text to what it is given, and is called once
  public static Tokenizer trainOn(Consumer<Consumer<String>> texts, int vocabularySize) {
    return learn(texts, vocabularySize, SPECIAL);
  }

  /// Learns a vocabulary that begins with the given special tokens, one of which ends a text.
  ///
  /// @throws IllegalArgumentException if no special token ends a text, one is empty or there twice,
  ///   or the vocabulary is too small
  public static Tokenizer train(Iterable<String> texts, int vocabularySize, List<String> special) {
    return learn(texts::forEach, vocabularySize, special);
  }

  private static Tokenizer learn(
      Consumer<Consumer<String>> texts, int vocabularySize, List<String> special) {
    Map<String, Integer> specialIds = new LinkedHashMap<>();
    special.forEach(spelling -> specialIds.put(spelling, specialIds.size()));
    if (specialIds.size() != special.size() || specialIds.containsKey("")) {
      throw new IllegalArgumentException(
          "expected special tokens that are different and not empty, found " + special);
    }
    if (vocabularySize < BYTES + special.size()) {
      throw new IllegalArgumentException(
          "expected a vocabulary of at least %d (256 bytes and %d special tokens), found %d"
              .formatted(BYTES + special.size(), special.size(), vocabularySize));
    }
    SpecialTokens roles =
        SpecialTokens.find(specialIds, specialIds, TokenizerConfig.ABSENT, special.toString());
    return new BpeTrainer(special).learn(texts, vocabularySize, roles);
  }

  private Tokenizer learn(
      Consumer<Consumer<String>> texts, int vocabularySize, SpecialTokens roles) {
    int[] byteIds = new int[BYTES];
    for (int i = 0; i < BYTES; i++) {
      byteIds[ByteAlphabet.inOrder(i)] = special.size() + i;
    }
    PairCounts pairs = new PairCounts(tokens);
    count(texts)
        .forEach((word, count) ->
            pairs.addWord(
                ByteAlphabet.ids(word.getBytes(StandardCharsets.UTF_8), byteIds), count.value));
    List<TokenPair> learned = new ArrayList<>();
    @Nullable TokenPair best = pairs.mostFrequent();
    while (best != null && tokens.size() < vocabularySize) {
      pairs.merge(best, learn(best.bytes(tokens)));
      learned.add(best);
      best = pairs.mostFrequent();
    }
    BpeMerges merges = new BpeMerges(learned.size());
    learned.forEach(pair -> merges.add(pair.left, pair.right, learn(pair.bytes(tokens))));
    return new ByteLevelBpe(tokens.toArray(byte[][]::new), byteIds, merges, roles);
  }

  /// The id of a byte string: a new one, or in the rare case that two different pairs spell the
  /// same bytes, the one it has.
  private int learn(byte[] bytes) {
    return ids.computeIfAbsent(
        ByteAlphabet.spell(bytes),
        spelling -> {
          tokens.add(bytes);
          return tokens.size() - 1;
        });
  }

  /// A count that can be raised in place.
  private static final class Count {
    private long value;
  }

  /// How often each pre-token occurs.
  private Map<String, Count> count(Consumer<Consumer<String>> texts) {
    Map<String, Count> counts = new HashMap<>();
    Pattern separators = separators();
    texts.accept(text -> {
      String whole = WellFormed.of(text);
      Matcher separator = separators.matcher(whole);
      int from = 0;
      while (separator.find()) {
        countWords(whole.substring(from, separator.start()), counts);
        from = separator.end();
      }
      countWords(whole.substring(from), counts);
    });
    return counts;
  }

  /// The special spellings, the longer before the shorter that it may begin with.
  private Pattern separators() {
    return Pattern.compile(
        special.stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .reduce((a, b) -> a + "|" + b)
            .orElseThrow());
  }

  private static void countWords(String text, Map<String, Count> counts) {
    int from = 0;
    while (from < text.length()) {
      int to = PreTokenizer.end(text, from);
      counts.computeIfAbsent(text.substring(from, to), _ -> new Count()).value++;
      from = to;
    }
  }
}
