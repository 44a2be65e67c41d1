package org.instructgpt.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import org.instructgpt.eval.AnswerMatch;
import org.instructgpt.files.SharedData;
import org.instructgpt.tasks.TaskFile.Row;
import org.junit.jupiter.api.Test;

class TaskMetricTest {
  private static double score(TaskMetric metric, String answer, String... references) {
    return metric.score(TaskItem.free("q", "", List.of(references)), answer);
  }

  @Test
  void bleuIsThatOfItsCounts() {
    assertThat(score(TaskMetric.BLEU, "the cat sat on the mat", "the cat sat on the mat"))
        .isCloseTo(100, within(1e-9));
    // 5 of 6 words, 3 of 5 pairs, 1 of 4 triples, none of 3 quadruples, which counts as a half.
    double expected = 100 * Math.pow(5 / 6.0 * 3 / 5.0 * 1 / 4.0 * (1 / 2.0) / 3.0, 0.25);
    assertThat(score(TaskMetric.BLEU, "the cat is on the mat", "the cat sat on the mat"))
        .isCloseTo(expected, within(1e-9));
    // Four words where five were wanted.
    double brief = 100 * Math.exp(1 - 5 / 4.0);
    assertThat(score(TaskMetric.BLEU, "the cat sat on", "the cat sat on it"))
        .isCloseTo(brief, within(1e-9));
    assertThat(score(TaskMetric.BLEU, "", "the cat")).isZero();
  }

  @Test
  void bleuOfACorpusAddsCountsNotScores() {
    var sentences =
        List.of(
            TextOverlap.counts("a b c d e", "a b c d e"),
            TextOverlap.counts("x y z v w", "a b c d e"));
    assertThat(TextOverlap.bleu(sentences)).isCloseTo(50, within(1e-9));
  }

  @Test
  void tokensArePartedAsInTheMachineTranslationEvaluations() {
    assertThat(TextOverlap.tokens("It costs $1,234.50, \"really\" - 5-fold."))
        .containsExactly(
            "It", "costs", "$", "1,234.50", ",", "\"", "really", "\"", "-", "5", "-", "fold", ".");
    assertThat(TextOverlap.tokens("Tom &amp; Jerry's")).containsExactly("Tom", "&", "Jerry's");
  }

  @Test
  void rougeIsTheLongestCommonSubsequence() {
    // "police killed the gunman", "the gunman ..." of Lin 2004: "police the gunman", 3 of 4 words.
    assertThat(score(TaskMetric.ROUGE_L, "Police kill the gunman.", "police killed the gunman"))
        .isCloseTo(0.75, within(1e-9));
    assertThat(score(TaskMetric.ROUGE_L, "the gunman kill police", "police killed the gunman"))
        .isCloseTo(0.5, within(1e-9));
    assertThat(score(TaskMetric.ROUGE_L, "a b", "a x y b z w"))
        .isCloseTo(2 * 2 / 8.0, within(1e-9));
    assertThat(score(TaskMetric.ROUGE_L, "", "a")).isZero();
  }

  @Test
  void dropWantsTheNumbersAndAllSpans() {
    assertThat(score(TaskMetric.DROP_F1, "7761 dollars", "7761")).isEqualTo(0.67);
    assertThat(score(TaskMetric.DROP_F1, "$7,761", "7761")).isEqualTo(1);
    assertThat(score(TaskMetric.DROP_F1, "about 7000 dollars", "7761 dollars")).isZero();
    assertThat(score(TaskMetric.DROP_F1, "the Bears", "Bears\nPackers")).isEqualTo(0.5);
    assertThat(score(TaskMetric.DROP_F1, "Packers", "Bears", "Packers")).isEqualTo(1);
    assertThat(score(TaskMetric.DROP_F1, "10.0 yards", "10 yards")).isEqualTo(1);
  }

  @Test
  void whetherThereIsNoAnswerIsRightOrWrong() {
    assertThat(score(TaskMetric.ABSTAINING_F1, "not in background", "Not in background."))
        .isEqualTo(1);
    assertThat(score(TaskMetric.ABSTAINING_F1, "in the background", "Not in background.")).isZero();
    assertThat(score(TaskMetric.ABSTAINING_F1, "Not in background.", "the background")).isZero();
    assertThat(score(TaskMetric.ABSTAINING_F1, "the North Sea", "North Sea", "sea")).isEqualTo(1);
    assertThat(score(TaskMetric.ABSTAINING_F1, "deep North Sea", "North Sea"))
        .isCloseTo(0.8, within(1e-9));
  }

  @Test
  void aPronounMeansWhatTheAnswerContains() {
    assertThat(score(TaskMetric.CONTAINMENT, "the city councilmen", "The city councilmen", "true"))
        .isEqualTo(1);
    assertThat(score(TaskMetric.CONTAINMENT, "councilmen", "The city councilmen", "true"))
        .isEqualTo(1);
    assertThat(score(TaskMetric.CONTAINMENT, "the demonstrators", "The city councilmen", "true"))
        .isZero();
    assertThat(score(TaskMetric.CONTAINMENT, "the demonstrators", "The city councilmen", "false"))
        .isEqualTo(1);
    assertThat(score(TaskMetric.CONTAINMENT, "", "The city councilmen", "true")).isZero();
  }

  /// The answers that OpenAI released, of its largest models, with a few examples; the numbers are
  /// those of a second program.
  @Test
  void theReleasedAnswersGetTheScoresThatASecondProgramFinds() throws IOException {
    var folder = SharedData.file("instructgpt-samples");
    var squad =
        means(
            new TaskFile(folder.resolve("squadv2_samples.csv.gz"))
                .table(',', true).stream()
                    .filter(row -> row.text("prompt_type").equals("fewshot"))
                    .toList(),
            (answer, reference) -> AnswerMatch.f1(answer, List.of(reference.split("\\|", -1))));
    assertThat(squad.get("gpt-175b")).isCloseTo(0.678511, within(1e-6));
    assertThat(squad.get("sft-175b")).isCloseTo(0.641118, within(1e-6));
    assertThat(squad.get("ppo-noptx-175b")).isCloseTo(0.480331, within(1e-6));
    assertThat(squad.get("ppo-ptx-175b")).isCloseTo(0.658279, within(1e-6));
    var tldr =
        means(
            new TaskFile(folder.resolve("tldr_samples.csv.gz")).table(',', true),
            TextOverlap::rougeL);
    assertThat(tldr.get("gpt-175b")).isCloseTo(0.168120, within(1e-6));
    assertThat(tldr.get("ppo-ptx-175b")).isCloseTo(0.114243, within(1e-6));
  }

  private static Map<String, Double> means(
      List<Row> rows, ToDoubleBiFunction<String, String> score) {
    var all = new HashMap<String, List<Double>>();
    for (var row : rows) {
      all.computeIfAbsent(row.text("model_type"), _ -> new ArrayList<>())
          .add(
              score.applyAsDouble(
                  row.json().path("sample").asText(), row.json().path("ref_text").asText()));
    }
    var means = new HashMap<String, Double>();
    all.forEach((model, scores) ->
        means.put(model, scores.stream().mapToDouble(each -> each).average().orElseThrow()));
    return means;
  }
}
