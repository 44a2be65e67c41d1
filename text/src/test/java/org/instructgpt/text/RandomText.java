package org.instructgpt.text;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Random texts that mix everything a tokenizer may get wrong: contractions, all kinds of white
/// space, scripts without spaces, combining marks, emoji, control characters, special spellings.
final class RandomText {

  private static final List<String> PIECES =
      List.of(
          "the",
          " cat",
          "'s",
          "'ll",
          "'LL",
          "'x",
          "''re",
          " 'd",
          "123",
          " 4",
          "½",
          "Ⅷ",
          "  ",
          "\n",
          "\r\n",
          "\t",
          "\u00a0",
          "\u3000",
          "\u2028",
          "\u0085",
          "\u001c",
          "\u200b",
          "é",
          "e\u0301",
          "日本",
          "한국",
          "русский",
          "عربي",
          "हिन्दी",
          "🙂",
          "👩‍👩‍👧",
          "𝔘",
          "\u0000",
          "\ufffd",
          "<|endoftext|>",
          "<|pad|>",
          "!?",
          "...",
          "_",
          "#",
          " -",
          "a",
          "Z",
          "\ufeff");

  private RandomText() {}

  static Stream<String> texts(RandomGenerator random, int count) {
    return IntStream.range(0, count).mapToObj(_ -> text(random));
  }

  private static String text(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(30);
    for (int i = 0; i < pieces; i++) {
      if (random.nextInt(4) == 0) {
        text.appendCodePoint(codePoint(random));
      } else {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
    }
    return text.toString();
  }

  private static int codePoint(RandomGenerator random) {
    int limit = random.nextBoolean() ? 0x3000 : 0x20000;
    int c = random.nextInt(limit);
    return Character.isDefined(c) && Character.getType(c) != Character.SURROGATE ? c : 'q';
  }
}
