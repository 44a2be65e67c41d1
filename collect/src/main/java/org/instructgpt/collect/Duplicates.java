package org.instructgpt.collect;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.instructgpt.records.Prompt;
import org.instructgpt.text.Tokenizer;

/// Finds duplicate prompts: equal texts, or a long common prefix (paper section 3.2).
///
/// A prompt of n tokens needs m = min(64, ceil(0.8 n)) equal ones; two prompts are duplicates if
/// they agree in their first max(m1, m2) tokens. Comparing all pairs would take a million prompts
/// 5e11 comparisons. Here each kept prompt is entered into a table under the hash of each prefix
/// that could ever decide, which are those of m to min(64, n) tokens: one for a long prompt, at
/// most 17 for one of 80 tokens, 3 for one of 12. Two prompts are duplicates exactly if they have
/// such an entry in common (of length max(m1, m2)), so one look-up for each prefix finds the
/// duplicate, and the whole is linear in the number of prompts. Where hashes are equal the tokens
/// are compared.
///
/// The relation is not transitive (a may be a duplicate of b and b of c, but not a of c); a prompt
/// is dropped only as a duplicate of a kept one.
final class Duplicates {
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]+");

  private final CurationSettings.Prefix prefix;
  private final Tokenizer tokenizer;
  private final Map<String, String> idByText = new HashMap<>();

  /// The place in `kept` of the first prompt with a prefix, by the prefix's hash.
  private final Long2IntOpenHashMap byPrefix = new Long2IntOpenHashMap();

  private final List<Kept> kept = new ArrayList<>();

  Duplicates(CurationSettings.Prefix prefix, Tokenizer tokenizer) {
    this.prefix = prefix;
    this.tokenizer = tokenizer;
    byPrefix.defaultReturnValue(-1);
  }

  /// The kept prompt that another duplicates.
  ///
  /// @param sameText whether the texts are equal; else they have a common prefix
  record Earlier(String id, boolean sameText) {}

  /// @param head the first tokens, at most 64
  private record Kept(String id, int[] head) {}

  /// Enters a prompt unless it is a duplicate.
  ///
  /// @return the kept prompt that it duplicates
  Optional<Earlier> add(Prompt prompt) {
    String text = normal(prompt.text());
    String same = idByText.putIfAbsent(text, prompt.id());
    if (same != null) {
      return Optional.of(new Earlier(same, true));
    }
    int[] tokens = tokenizer.encode(text);
    int needed = Math.min(prefix.most(), (int) Math.ceil(prefix.share() * tokens.length));
    int[] head = Arrays.copyOf(tokens, Math.min(prefix.most(), tokens.length));
    long[] hashes = hashes(head);
    int first = Math.max(needed, prefix.least());
    for (int length = first; length <= head.length; length++) {
      int earlier = byPrefix.get(hashes[length]);
      if (earlier >= 0 && agree(head, kept.get(earlier).head(), length)) {
        // The same text again is then a duplicate of the kept prompt.
        idByText.put(text, kept.get(earlier).id());
        return Optional.of(new Earlier(kept.get(earlier).id(), false));
      }
    }
    for (int length = first; length <= head.length; length++) {
      byPrefix.putIfAbsent(hashes[length], kept.size());
    }
    kept.add(new Kept(prompt.id(), head));
    return Optional.empty();
  }

  /// The text normalized: NFKC, lower case, single spaces, without full stops and question marks at
  /// the end. Punctuation within it stays: 2+2 is not 2-2.
  private static String normal(String text) {
    String composed = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    String spaced = BLANKS.matcher(composed).replaceAll(" ");
    int end = spaced.length();
    while (end > 0 && " .?!".indexOf(spaced.charAt(end - 1)) >= 0) {
      end--;
    }
    // A text of nothing but punctuation stays as it is.
    return end == 0 ? spaced : spaced.substring(0, end).stripLeading();
  }

  /// The hash of the first `length` tokens, at index `length`.
  private static long[] hashes(int[] head) {
    long[] hashes = new long[head.length + 1];
    long hash = head.length == 0 ? 0 : 0x9E3779B97F4A7C15L;
    for (int i = 0; i < head.length; i++) {
      hash = mix(hash * 0x2545F4914F6CDD1DL + head[i] + 1);
      hashes[i + 1] = hash;
    }
    return hashes;
  }

  /// The finalizer of SplitMix64: every bit of the result depends on every bit of the argument.
  private static long mix(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static boolean agree(int[] a, int[] b, int length) {
    return b.length >= length && Arrays.equals(a, 0, length, b, 0, length);
  }
}
