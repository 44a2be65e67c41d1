package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Split;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Test;

class TokenizedRankingTest {

  @Test
  void everyCompletionEndsWithTheEndOfText() {
    var tokenizer = Tokenizers.gpt2();
    var outputs =
        List.of(new Output("Paris", "m"), new Output("", "m"), new Output(" It is Rome.", "m"));
    var ranking = new Ranking("r", "p", outputs, List.of(1, 2, 2), "ann", Instant.EPOCH);
    var prompt =
        new Prompt(
            "p",
            "The capital of France? ",
            Prompt.Source.IMPORTED,
            Optional.empty(),
            Optional.empty(),
            Split.TRAIN,
            Optional.empty(),
            Instant.EPOCH);

    var ranked =
        TokenizedRanking.of(new WithPrompt<>(prompt, ranking), tokenizer, PromptTemplate.DEFAULT);

    assertThat(tokenizer.decode(ranked.prompt())).isEqualTo("The capital of France?\n\n");
    assertThat(ranked.completions())
        .extracting(tokenizer::decode)
        .containsExactly("Paris<|endoftext|>", "<|endoftext|>", "It is Rome.<|endoftext|>");
    assertThat(ranked.ranks()).containsExactly(1, 2, 2);
    assertThat(ranked.labeler()).isEqualTo("ann");
    assertThat(ranked.promptId()).isEqualTo("p");
    assertThat(ranked.pairs()).containsExactlyInAnyOrderElementsOf(ranking.pairs());
    assertThat(ranked.longest()).isEqualTo(ranked.prompt().length + 5);
  }

  @Test
  void aCompletionThatWasCutOffHasNoEndOfText() {
    var tokenizer = Tokenizers.gpt2();
    var outputs =
        List.of(
            new Output("Paris", "m", false), new Output("", "m", false), new Output("Rome.", "m"));
    var ranking = new Ranking("r", "p", outputs, List.of(1, 2, 2), "ann", Instant.EPOCH);
    var prompt =
        new Prompt(
            "p",
            "France?",
            Prompt.Source.IMPORTED,
            Optional.empty(),
            Optional.empty(),
            Split.TRAIN,
            Optional.empty(),
            Instant.EPOCH);

    var ranked =
        TokenizedRanking.of(new WithPrompt<>(prompt, ranking), tokenizer, PromptTemplate.DEFAULT);

    // Where nothing was written there is nothing but the end of text to read the reward at.
    assertThat(ranked.completions())
        .extracting(tokenizer::decode)
        .containsExactly("Paris", "<|endoftext|>", "Rome.<|endoftext|>");
    assertThat(ranked.ended()).containsExactly(false, false, true);
  }

  @Test
  void nineCompletionsInStrictOrderMakeThirtySixPairs() {
    var strict = Toys.judged("p", "ann", List.of(9, 8, 7, 6, 5, 4, 3, 2, 1));
    assertThat(strict.pairs()).hasSize(36).contains(new Ranking.Pair(8, 0));
    assertThat(strict.hasPairs()).isTrue();
  }

  @Test
  void oneTieHasNoPairs() {
    var tie = Toys.judged("p", "ann", List.of(2, 2, 2));
    assertThat(tie.pairs()).isEmpty();
    assertThat(tie.hasPairs()).isFalse();
  }

  @Test
  void ranksThatDoNotMatchAreRefused() {
    assertThatThrownBy(() ->
            new TokenizedRanking("p7", new int[] {1}, List.of(new int[] {2}), List.of(1), "ann"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prompt p7")
        .hasMessageContaining("2 to 9 completions");
    assertThatThrownBy(() ->
            new TokenizedRanking(
                "p7", new int[] {1}, List.of(new int[] {2}, new int[0]), List.of(1, 2), "ann"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one token");
  }
}
