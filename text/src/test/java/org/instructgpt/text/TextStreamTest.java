package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextStreamTest {

  private final Tokenizer gpt2 = Tokenizers.gpt2();

  @Test
  void aCharacterIsGivenWhenItIsWhole() {
    int[] ids = gpt2.encode("🙂!");
    TextStream stream = new TextStream(gpt2);
    List<String> pieces = new ArrayList<>();
    Arrays.stream(ids).forEach(id -> pieces.add(stream.add(id)));
    assertThat(pieces).containsExactly("", "🙂", "!");
    assertThat(stream.end()).isEmpty();
  }

  @Test
  void bytesThatNeverBecomeACharacterAreGivenAtTheEnd() {
    TextStream stream = new TextStream(gpt2);
    assertThat(stream.add(gpt2.encode("🙂")[0])).isEmpty();
    assertThat(stream.end()).isEqualTo("\ufffd");
    assertThat(stream.end()).isEmpty();
  }

  @Test
  void thePiecesTogetherAreTheDecodedText() {
    assertThat(RandomText.texts(new Random(8), 1_000))
        .allSatisfy(text -> assertThat(streamed(gpt2.encode(text))).isEqualTo(text));
  }

  @Test
  void randomIdsGiveWhatDecodingGives() {
    Random random = new Random(9);
    for (int i = 0; i < 500; i++) {
      int[] ids =
          random
              .ints(30, 0, 50_257)
              .map(id -> id % (random.nextBoolean() ? 256 : 50_257))
              .toArray();
      assertThat(streamed(ids)).isEqualTo(gpt2.decode(ids));
    }
  }

  private String streamed(int[] ids) {
    TextStream stream = new TextStream(gpt2);
    StringBuilder text = new StringBuilder();
    Arrays.stream(ids).forEach(id -> text.append(stream.add(id)));
    return text.append(stream.end()).toString();
  }
}
