package org.instructgpt.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerMatchTest {

  /// Shared words w, answer's words a, reference's words r: 2 w / (a + r), articles aside.
  @ParameterizedTest
  @CsvSource({
    "red berries, red berries, 1, 1",
    "The Red berries!, red berries., 1, 1",
    "berries red, red berries, 0, 1",
    "red, red berries, 0, 0.6666667",
    "It eats red red berries, red berries, 0, 0.5714286",
    "an oak, the pine, 0, 0",
    "'', red, 0, 0",
    "the, a, 1, 1"
  })
  void caseAndPunctuationAndArticlesAreIgnored(
      String answer, String reference, double exact, double f1) {
    assertThat(AnswerMatch.exact(answer, List.of(reference))).isEqualTo(exact);
    assertThat(AnswerMatch.f1(answer, List.of(reference))).isCloseTo(f1, within(1e-7));
  }

  @Test
  void theReferenceThatFitsBestCounts() {
    var references = List.of("Anna of Velmar", "Anna");

    assertThat(AnswerMatch.exact("anna", references)).isOne();
    assertThat(AnswerMatch.f1("anna velmar", references)).isCloseTo(0.8, within(1e-12));
    assertThat(AnswerMatch.f1("anna", List.of())).isZero();
  }
}
