package org.instructgpt.collect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LanguagesTest {

  @Test
  void nearlyAllShortQuestionsAreToldApart() throws IOException {
    List<String[]> sentences = LanguageSurvey.sentences();
    long right =
        sentences.stream().filter(pair -> Languages.guess(pair[1]).code().equals(pair[0])).count();
    assertThat(sentences).hasSize(94);
    assertThat(right).isGreaterThanOrEqualTo(88);
  }

  @Test
  void englishIsNeverTakenForAnotherLanguageHere() throws IOException {
    assertThat(LanguageSurvey.sentences())
        .filteredOn(pair -> pair[0].equals("en"))
        .allSatisfy(pair -> assertThat(Languages.guess(pair[1]).code()).isEqualTo("en"));
  }

  @Test
  void theLanguageOfAFewLettersIsUnknown() {
    assertThat(Languages.guess("")).isEqualTo(Languages.Guess.UNKNOWN);
    assertThat(Languages.guess("2 + 2 = 4 ?").isUnknown()).isTrue();
    assertThat(Languages.guess("x = y").isUnknown()).isTrue();
  }
}
