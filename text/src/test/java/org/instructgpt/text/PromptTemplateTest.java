package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PromptTemplateTest {

  private final Tokenizer gpt2 = Tokenizers.gpt2();

  @Test
  void aPromptIsStrippedAtItsEndAndGetsTheSeparator() {
    assertThat(gpt2.decode(PromptTemplate.DEFAULT.prompt(gpt2, "  Name a cat. \n ")))
        .isEqualTo("  Name a cat.\n\n");
  }

  @Test
  void aResponseIsStrippedAndEndsTheText() {
    int[] ids = PromptTemplate.DEFAULT.response(gpt2, "\n Tom \n");
    assertThat(gpt2.decode(ids)).isEqualTo("Tom<|endoftext|>");
    assertThat(ids[ids.length - 1]).isEqualTo(gpt2.endOfText());
  }

  @Test
  void verbatimKeepsTheTextAndStillEndsIt() {
    assertThat(gpt2.decode(PromptTemplate.VERBATIM.prompt(gpt2, "A: "))).isEqualTo("A: ");
    assertThat(gpt2.decode(PromptTemplate.VERBATIM.response(gpt2, " Tom\n")))
        .isEqualTo(" Tom\n<|endoftext|>");
  }

  @Test
  void aTextCannotEndItself() {
    int[] ids = PromptTemplate.DEFAULT.response(gpt2, "no<|endoftext|>");
    assertThat(ids).containsOnlyOnce(gpt2.endOfText());
  }

  @Test
  void thePromptDoesNotDependOnTheResponse() {
    EncodedExample framed = PromptTemplate.DEFAULT.frame(gpt2, "Hi", "there");
    assertThat(framed.prompt()).isEqualTo(PromptTemplate.DEFAULT.prompt(gpt2, "Hi"));
    assertThat(framed.length()).isEqualTo(framed.prompt().length + framed.response().length);
    assertThat(gpt2.decode(framed.tokens())).isEqualTo("Hi\n\nthere<|endoftext|>");
  }

  @Test
  void aSeparatorThatEndsWithASpaceIsRefused() {
    assertThatThrownBy(() -> new SeparatorFrame("\n\nAnswer: "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not end with a space");
  }

  @Test
  void aPromptThatFitsIsNotShortened() {
    assertThat(PromptTemplate.DEFAULT.shorten(gpt2, "one two ", 3)).isEqualTo("one two ");
  }

  @Test
  void aLongPromptIsCutAtItsLastLine() {
    String prompt = "one two three\nfour five\nsix seven eight nine";
    String kept = PromptTemplate.DEFAULT.shorten(gpt2, prompt, 9);
    assertThat(kept).isEqualTo("one two three\nfour five");
    assertThat(PromptTemplate.DEFAULT.prompt(gpt2, kept)).hasSizeLessThanOrEqualTo(9);
  }

  @Test
  void aLineBreakTooNearTheBeginningGivesWayToTheEndOfAWord() {
    String kept = PromptTemplate.DEFAULT.shorten(gpt2, "a\nb" + " word".repeat(100), 53);
    assertThat(kept).isEqualTo("a\nb" + " word".repeat(49));
    assertThat(PromptTemplate.DEFAULT.prompt(gpt2, kept)).hasSize(53);
  }

  @Test
  void aPromptWithoutABoundaryIsRefused() {
    assertThatThrownBy(() -> PromptTemplate.DEFAULT.shorten(gpt2, "x".repeat(1000), 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("first word fits into 5 tokens");
  }
}
