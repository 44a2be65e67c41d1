package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PreTokenizerTest {

  /// GPT-2's expression, with Unicode's white space.
  private static final Pattern GPT2 =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+"
              + "|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+");

  @Test
  void wordsKeepTheSpaceBeforeThem() {
    assertThat(cut("Hello world, it's  2 o'clock\n\n"))
        .containsExactly(
            "Hello", " world", ",", " it", "'s", " ", " 2", " o", "'", "clock", "\n\n");
  }

  @Test
  void randomTextsAreCutAsTheRegularExpressionCutsThem() {
    assertThat(RandomText.texts(new Random(1), 20_000))
        .allSatisfy(text ->
            assertThat(cut(text))
                .isEqualTo(GPT2.matcher(text).results().map(m -> m.group()).toList()));
  }

  @Test
  void everyCodePointHasTheKindTheExpressionGivesIt() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (Character.getType(c) != Character.SURROGATE) {
        String text = "a" + Character.toString(c) + "1";
        assertThat(cut(text)).isEqualTo(GPT2.matcher(text).results().map(m -> m.group()).toList());
      }
    }
  }

  private static List<String> cut(String text) {
    List<String> words = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int to = PreTokenizer.end(text, from);
      words.add(text.substring(from, to));
      from = to;
    }
    return words;
  }
}
