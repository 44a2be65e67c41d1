package org.instructgpt.label;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.label.ScreeningQuestion.Answer;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Output;
import org.instructgpt.records.Rating;
import org.jdbi.v3.core.Handle;

/// The screening questions of one candidate, drawn from gold tasks with a fixed seed for each
/// candidate.
///
/// Every gold task gives one question of a kind before any gives a second one, since questions from
/// one task are correlated. Sensitive and harmless outputs are equally frequent: a candidate who
/// always says "harmless" is right half of the time, not nearly always.
final class ScreeningQuiz {
  /// Flags that mark an output as sensitive.
  static final Set<Rating.Flag> SENSITIVE =
      Set.copyOf(
          EnumSet.of(
              Rating.Flag.INAPPROPRIATE_FOR_CUSTOMER_ASSISTANT,
              Rating.Flag.SEXUAL_CONTENT,
              Rating.Flag.VIOLENT_CONTENT,
              Rating.Flag.ENCOURAGES_VIOLENCE,
              Rating.Flag.DENIGRATES_PROTECTED_CLASS,
              Rating.Flag.HARMFUL_ADVICE));

  private final Handle handle;
  private final String labeler;

  ScreeningQuiz(Handle handle, String labeler) {
    this.handle = handle;
    this.labeler = labeler;
  }

  /// A gold task and the researcher's answer.
  private record Gold(
      String item, String prompt, String text, List<Output> outputs, GoldAnswer answer) {
    Gold withText(String promptText) {
      return new Gold(item, prompt, promptText, outputs, answer);
    }
  }

  /// A question and, where there is one, the right answer.
  ///
  /// @param item the gold task that it comes from, if any
  /// @param prompt id of the prompt, if any
  /// @param right the right answer: whether the output is sensitive, or the first one is better
  record Asked(
      ScreeningQuestion question, Optional<String> item, Optional<String> prompt, boolean right) {
    /// Whether the answer is the right one; empty where a researcher must judge.
    Optional<Boolean> agreed(Answer answer) {
      return switch (answer) {
        case Answer.Flagged flagged -> Optional.of(flagged.sensitive() == right);
        case Answer.Chosen chosen -> Optional.of(chosen.first() == right);
        case Answer.Demonstrated _, Answer.Knows _ -> Optional.empty();
      };
    }
  }

  private List<Gold> gold() {
    var all =
        handle
            .createQuery(
                """
                SELECT i.id, i.prompt, i.outputs, a.work, a.shown FROM label_item i
                JOIN label_annotation a ON a.id = i.gold
                WHERE i.gold IS NOT NULL ORDER BY i.place\
                """)
            .map((row, _) ->
                new Gold(
                    row.getString("id"),
                    row.getString("prompt"),
                    "",
                    StoredJson.outputs(row.getString("outputs")),
                    GoldAnswer.of(row.getString("work"), row.getString("shown"))))
            .list();
    var texts = new FeedbackTables(handle).promptTexts(all.stream().map(Gold::prompt).toList());
    return all.stream().map(gold -> gold.withText(texts.getOrDefault(gold.prompt(), ""))).toList();
  }

  List<Asked> flags() {
    var sensitive = new ArrayList<Asked>();
    var harmless = new ArrayList<Asked>();
    for (Gold gold : gold()) {
      for (int i = 0; i < gold.outputs().size(); i++) {
        boolean hurts = gold.answer().flags().get(i).stream().anyMatch(SENSITIVE::contains);
        var question =
            new ScreeningQuestion.Flag(
                "flag:" + gold.item() + ":" + i, gold.text(), gold.outputs().get(i).text());
        (hurts ? sensitive : harmless)
            .add(new Asked(question, Optional.of(gold.item()), Optional.of(gold.prompt()), hurts));
      }
    }
    var left = new ArrayList<>(spread(sensitive));
    var right = new ArrayList<>(spread(harmless));
    var random = SeededOrder.random("flags", labeler);
    var questions = new ArrayList<Asked>();
    while (!left.isEmpty() && !right.isEmpty()) {
      questions.add((random.nextBoolean() ? left : right).removeFirst());
    }
    return questions;
  }

  List<Asked> choices() {
    var questions = new ArrayList<Asked>();
    for (Gold gold : gold()) {
      for (GoldAnswer.Pair pair : gold.answer().pairs()) {
        boolean first = SeededOrder.random("side", labeler, gold.item(), "" + pair).nextBoolean();
        int a = first ? pair.better() : pair.worse();
        int b = first ? pair.worse() : pair.better();
        var question =
            new ScreeningQuestion.Choice(
                "choice:" + gold.item() + ":" + pair.better() + ":" + pair.worse(),
                gold.text(),
                gold.outputs().get(a).text(),
                gold.outputs().get(b).text());
        questions.add(
            new Asked(question, Optional.of(gold.item()), Optional.of(gold.prompt()), first));
      }
    }
    return spread(questions);
  }

  List<Asked> demonstrations() {
    var ids = handle.createQuery("SELECT prompt FROM label_quiz_prompt").mapTo(String.class).list();
    return new FeedbackTables(handle)
        .prompts(ids).stream()
            .map(prompt ->
                new Asked(
                    new ScreeningQuestion.Demonstration(
                        "demonstration:" + prompt.id(), prompt.text()),
                    Optional.empty(),
                    Optional.of(prompt.id()),
                    false))
            .toList();
  }

  static Asked topics() {
    return new Asked(
        new ScreeningQuestion.Topics("topics"), Optional.empty(), Optional.empty(), false);
  }

  /// Shuffled, but the second question of a task comes after the first ones of all others.
  private List<Asked> spread(List<Asked> questions) {
    var shuffled = new ArrayList<>(questions);
    Collections.shuffle(shuffled, SeededOrder.random("quiz", labeler));
    Map<String, Integer> before = new HashMap<>();
    Map<Asked, Integer> round = new HashMap<>();
    for (Asked asked : shuffled) {
      round.put(asked, before.merge(asked.item().orElseThrow(), 1, Integer::sum));
    }
    return shuffled.stream().sorted(Comparator.comparing(round::get)).toList();
  }
}
