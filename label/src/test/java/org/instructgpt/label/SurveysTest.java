package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.instructgpt.label.Surveys.Survey;
import org.instructgpt.records.Labeler.Pool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurveysTest {
  @TempDir Path folder;

  @Test
  void surveyAnswersAreCountedOnceAndShownAfterEnough() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "a", "b", "c", "d", "e")) {
      var surveys = Surveys.open(fixture.store);
      for (String who : List.of("a", "b", "c", "d")) {
        assertThat(surveys.answer(who, Survey.SATISFACTION, Map.of("clear", Set.of("agree"))))
            .isTrue();
        assertThat(surveys.answer(who, Survey.SATISFACTION, Map.of("clear", Set.of("disagree"))))
            .isFalse();
      }
      assertThat(surveys.table(Survey.SATISFACTION)).isEqualTo(new Surveys.Table(4, Map.of()));
      surveys.answer("e", Survey.SATISFACTION, Map.of());
      assertThat(surveys.table(Survey.SATISFACTION))
          .isEqualTo(new Surveys.Table(5, Map.of("clear", Map.of("agree", 4))));
      assertThat(surveys.answered("a", Survey.SATISFACTION)).isTrue();
      assertThat(surveys.answered("a", Survey.DEMOGRAPHICS)).isFalse();
    }
  }

  /// The database shows who took part and what was answered, but no link between them.
  @Test
  void noTableLinksASurveyAnswerToAnAccount() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "a")) {
      Surveys.open(fixture.store)
          .answer(
              "a",
              Survey.DEMOGRAPHICS,
              Map.of("nationality", Set.of("TW"), "ethnicity", Set.of("east_asian", "white")));
      var columns =
          fixture.store.read(handle ->
              handle
                  .createQuery("SELECT name FROM pragma_table_info('label_survey_count')")
                  .mapTo(String.class)
                  .list());
      assertThat(columns).containsExactly("survey", "question", "choice", "people");
      assertThat(fixture.count("SELECT count(*) FROM web_audit")).isZero();
    }
  }

  @Test
  void invalidSurveyAnswersAreRefusedAndNotCounted() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "a")) {
      var surveys = Surveys.open(fixture.store);
      assertThatThrownBy(() ->
              surveys.answer(
                  "a",
                  Survey.DEMOGRAPHICS,
                  Map.of(
                      "age", Set.of("18-24", "65+"),
                      "nationality", Set.of("<b>"),
                      "income", Set.of("high"))))
          .hasMessageContaining("age: expected one choice")
          .hasMessageContaining("nationality: expected some of")
          .hasMessageContaining("expected a question of DEMOGRAPHICS, found 'income'");
      assertThat(surveys.answered("a", Survey.DEMOGRAPHICS)).isFalse();
    }
  }
}
