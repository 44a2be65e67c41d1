package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TokenTextsTest {
  @Test
  void theBytesOfTheTokensAreTheBytesOfTheText() {
    var tokenizer = Tokenizers.gpt2();
    var texts = new TokenTexts(tokenizer);
    var text = "Hello 🐸, 你好 naïve";
    var bytes = new ByteArrayOutputStream();
    boolean parts = false;
    for (int id : tokenizer.encode(text)) {
      bytes.writeBytes(texts.bytes(id));
      parts |= texts.isPart(id);
      assertThat(texts.isPart(id)).isEqualTo(texts.text(id).contains("\uFFFD"));
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(parts).isTrue();
    assertThat(texts.text(tokenizer.encode(" lamp")[0])).isEqualTo(" lamp");
  }
}
