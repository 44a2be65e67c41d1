package org.instructgpt.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/// What two tokenizers do differently, if anything: the same ids must stand for the same tokens,
/// end a text, and come out of the same texts. How their files are written does not matter.
///
/// Two byte-level BPEs are the same if their tokens and merges are. Others cannot be compared on
/// all texts; they are compared on texts on which tokenizers usually differ, on the text of each of
/// their tokens and on some thousand mixtures of these. Which id pads does not matter: padding is
/// known from lengths and never read.
final class TokenizerDifference {

  private static final int MIXTURES = 2_000;

  private static final List<String> PROBES =
      List.of(
          "The quick brown fox doesn't jump; it's over 12,345 lazy dogs' 3.14 bones!",
          "  two  spaces\tand\ttabs \n\n\n  and lines\r\n\r\nand returns\r end ",
          " leading",
          "trailing ",
          "UPPER lower Title cAmEl snake_case kebab-case",
          "I'M you'LL we've he'd they're O'Neill ''quoted'' “curly” ‘single’",
          "naïve café e\u0301 \u00e9 ﬁ Å \u212b ß ẞ İ ı",
          "русский язык, ελληνικά, עברית, العربية, हिन्दी, ไทย",
          "日本語のテキスト。中文没有空格，한국어",
          "👍🏽 👩‍👩‍👧 🇩🇪 \uD83D\uDE00 ☃︎",
          "0 00 007 1234567890 1e-10 ½ Ⅷ ² ٣",
          "for (int i = 0; i < n; ++i) { a[i] += \"\\n\"; } // x",
          "https://example.org/a?b=c&d=%20#e user@example.com",
          "\u0000\u0001\u001b\u007f\u0085\u00a0\u200b\u2028\u3000\ufeff\ufffd",
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "....!!!!????----====____####",
          "<s> </s> <pad> <unk> <mask> [CLS] [SEP] [PAD] <|endoftext|> <|im_start|> <|im_end|>",
          "");

  private final Tokenizer one;
  private final Tokenizer other;

  private TokenizerDifference(Tokenizer one, Tokenizer other) {
    this.one = one;
    this.other = other;
  }

  /// The first difference, as a clause that speaks of "the first" and "the second".
  static Optional<String> between(Tokenizer one, Tokenizer other) {
    return new TokenizerDifference(one, other).first();
  }

  private Optional<String> first() {
    if (one.vocabularySize() != other.vocabularySize()) {
      return Optional.of(
          "the first has ids to %d, the second to %d"
              .formatted(one.vocabularySize() - 1, other.vocabularySize() - 1));
    }
    if (one.endOfText() != other.endOfText()) {
      return Optional.of(
          "a text ends with the id %d in the first, with %d in the second"
              .formatted(one.endOfText(), other.endOfText()));
    }
    if (!one.beginOfText().equals(other.beginOfText())) {
      return Optional.of(
          "a text begins with %s in the first, with %s in the second"
              .formatted(begin(one), begin(other)));
    }
    return token().or(this::merge).or(this::text);
  }

  private static String begin(Tokenizer tokenizer) {
    return tokenizer.beginOfText().isPresent()
        ? "the id " + tokenizer.beginOfText().getAsInt()
        : "its own first id";
  }

  private Optional<String> token() {
    for (int id = 0; id < one.vocabularySize(); id++) {
      var here = one.spelling(id);
      var there = other.spelling(id);
      if (!here.equals(there)) {
        return Optional.of(
            "the id %d is %s in the first, %s in the second"
                .formatted(id, quoted(here), quoted(there)));
      }
    }
    return Optional.empty();
  }

  private static String quoted(Optional<String> spelling) {
    return spelling.map(token -> "'" + token + "'").orElse("no token");
  }

  private Optional<String> merge() {
    if (!(one instanceof ByteLevelBpe here && other instanceof ByteLevelBpe there)) {
      return Optional.empty();
    }
    int least = Math.min(here.merges().size(), there.merges().size());
    for (int rank = 0; rank < least; rank++) {
      if (here.merges().left(rank) != there.merges().left(rank)
          || here.merges().right(rank) != there.merges().right(rank)) {
        return Optional.of(
            "the merge %d is '%s' in the first, '%s' in the second"
                .formatted(rank, merge(here, rank), merge(there, rank)));
      }
    }
    return here.merges().size() == there.merges().size()
        ? Optional.empty()
        : Optional.of(
            "the first has %d merges, the second %d"
                .formatted(here.merges().size(), there.merges().size()));
  }

  private static String merge(ByteLevelBpe bpe, int rank) {
    return bpe.spellingOfUsed(bpe.merges().left(rank))
        + " "
        + bpe.spellingOfUsed(bpe.merges().right(rank));
  }

  private Optional<String> text() {
    if (one instanceof ByteLevelBpe && other instanceof ByteLevelBpe) {
      return Optional.empty();
    }
    for (String text : probes()) {
      int[] here = one.encode(text);
      int[] there = other.encode(text);
      if (!Arrays.equals(here, there)) {
        return Optional.of(
            "the text '%s' is %s in the first, %s in the second"
                .formatted(text, Arrays.toString(here), Arrays.toString(there)));
      }
      if (!one.decode(here).equals(other.decode(here))) {
        return Optional.of(
            "the ids %s are '%s' in the first, '%s' in the second"
                .formatted(Arrays.toString(here), one.decode(here), other.decode(here)));
      }
    }
    return Optional.empty();
  }

  private Set<String> probes() {
    var probes = new LinkedHashSet<>(PROBES);
    int[] ids =
        IntStream.range(0, one.vocabularySize())
            .filter(id -> one.spelling(id).isPresent())
            .toArray();
    var texts = new ArrayList<String>();
    for (int id : ids) {
      texts.add(one.decode(new int[] {id}));
    }
    probes.addAll(texts);
    Random random = new Random(1);
    for (int i = 0; i < MIXTURES; i++) {
      var text = new StringBuilder();
      for (int n = random.nextInt(2, 12); n > 0; n--) {
        text.append(texts.get(random.nextInt(texts.size())))
            .append(random.nextBoolean() ? " " : "");
      }
      probes.add(text.toString());
    }
    return probes;
  }
}
