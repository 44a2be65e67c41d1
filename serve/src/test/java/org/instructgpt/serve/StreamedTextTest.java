package org.instructgpt.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.instructgpt.serve.StreamedText.Space;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Test;

class StreamedTextTest {
  private static final Tokenizer GPT2 = Tokenizers.gpt2();

  private static StreamedText streamed(List<String> stops, boolean fresh) {
    return streamed(stops, fresh ? Space.INNER : Space.NOT_LAST);
  }

  private static StreamedText streamed(List<String> stops, Space space) {
    int[] before = GPT2.encode("Before it.");
    return new StreamedText(GPT2, before, token -> token == GPT2.endOfText(), stops, space);
  }

  /// All pieces, joined by bars, the held-back rest last.
  private static String pieces(String text, List<String> stops, boolean fresh) {
    var streamed = streamed(stops, fresh);
    var pieces = new StringBuilder();
    for (int token : GPT2.encode(text)) {
      pieces.append(streamed.add(token)).append('|');
    }
    return pieces.append(streamed.end()).toString();
  }

  private static String whole(String text, List<String> stops, boolean fresh) {
    return pieces(text, stops, fresh).replace("|", "");
  }

  @Test
  void anEmojiOfSeveralTokensComesAtOnce() {
    assertThat(GPT2.encode("🐸")).hasSizeGreaterThan(1);
    assertThat(pieces("a🐸", List.of(), true)).isEqualTo("a|||🐸|");
    assertThat(pieces("你好", List.of(), true)).doesNotContain("\uFFFD");
  }

  @Test
  void nothingOfAStopStringIsShownWhereverTokenBordersLie() {
    assertThat(pieces("one END two", List.of("END"), true)).isEqualTo("one|||");
    assertThat(whole("one EN two", List.of("END"), true)).isEqualTo("one EN two");
    assertThat(whole("aab", List.of("ab"), true)).isEqualTo("a");
    assertThat(whole("ENEND rest", List.of("END"), true)).isEqualTo("EN");
    assertThat(whole("x\n\ny", List.of("\n\n", "y"), true)).isEqualTo("x");
  }

  @Test
  void theFirstOfSeveralStopStringsCounts() {
    var streamed = streamed(List.of("four", "two"), true);
    var shown = new StringBuilder();
    for (int token : GPT2.encode("one two three four")) {
      shown.append(streamed.add(token));
    }
    assertThat(streamed.stopped()).isTrue();
    assertThat(shown.append(streamed.end())).hasToString("one");
  }

  @Test
  void theByteZeroIsNoCharacterThatAPageOrAStoreTakes() {
    assertThat(whole("a\0b", List.of(), true)).isEqualTo("a\uFFFDb");
    assertThat(whole("\0", List.of(), true)).isEqualTo("\uFFFD");
  }

  @Test
  void anAnswerHasNoWhiteSpaceAroundIt() {
    assertThat(whole("\n\n  An answer.\n", List.of(), true)).isEqualTo("An answer.");
    assertThat(whole(" \n ", List.of(), true)).isEmpty();
  }

  @Test
  void whatGoesOnWithThePromptKeepsItsFirstSpace() {
    assertThat(whole(" time there was.\n", List.of(), false)).isEqualTo(" time there was.");
  }

  @Test
  void forProgramsAllWhiteSpaceStays() {
    var streamed = streamed(List.of("END"), Space.ALL);
    var text = new StringBuilder();
    for (int token : GPT2.encode(" \n one \n\n END")) {
      text.append(streamed.add(token));
    }
    assertThat(text.append(streamed.end())).hasToString(" \n one \n\n ");
  }

  @Test
  void theEndOfTheTextIsNoPartOfIt() {
    var streamed = streamed(List.of(), true);
    assertThat(streamed.add(GPT2.encode("x")[0])).isEqualTo("x");
    assertThat(streamed.add(GPT2.endOfText())).isEmpty();
    assertThat(streamed.end()).isEmpty();
  }

  @Test
  void allPiecesTogetherAreTheTextBeforeTheStop() {
    var random = new Random(1);
    var stops = List.of("ab", "bca", "\n\n", "🐸🐸");
    for (int i = 0; i < 2000; i++) {
      var text = new StringBuilder("x");
      for (int j = random.nextInt(20); j > 0; j--) {
        text.append(List.of("a", "b", "c", " ", "\n", "🐸", "é").get(random.nextInt(7)));
      }
      assertThat(whole(text.toString(), stops, true))
          .isEqualTo(beforeFirst(stops, text.toString()).stripTrailing());
    }
  }

  private static String beforeFirst(List<String> stops, String text) {
    int end =
        stops.stream().mapToInt(text::indexOf).filter(i -> i >= 0).min().orElse(text.length());
    return text.substring(0, end);
  }
}
