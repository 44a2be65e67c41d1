package org.instructgpt.label;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.label.Screening.Answer;
import org.instructgpt.label.Screening.Question;
import org.instructgpt.records.Output;
import org.instructgpt.records.Rating;
import org.jdbi.v3.core.Handle;

/// The questions of one candidate, drawn from gold items by a lot that is the same each time.
///
/// Of each gold item comes one question of a kind before any gives a second one, so that they tell
/// as much as they can. Sensitive and harmless outputs come up evenly: who always says "harmless"
/// is right half of the time, not nearly always.
final class ScreeningQuiz {
  /// Flags for speech that can hurt.
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

  /// A gold item and its answer.
  private record Gold(
      String item, String prompt, String text, List<Output> outputs, GoldAnswer yardstick) {}

  /// A question and, where there is one, the right answer.
  ///
  /// @param item that it comes from, if any
  /// @param prompt id of the prompt, if any
  /// @param right whether `sensitive`, or whether `first` is better
  record Asked(Question question, Optional<String> item, Optional<String> prompt, boolean right) {
    /// Whether the answer is the right one; empty where people must judge.
    Optional<Boolean> agreed(Answer answer) {
      return switch (answer) {
        case Answer.Flagged flagged -> Optional.of(flagged.sensitive() == right);
        case Answer.Chosen chosen -> Optional.of(chosen.first() == right);
        case Answer.Demonstrated _, Answer.Knows _ -> Optional.empty();
      };
    }
  }

  private List<Gold> gold() {
    return handle
        .createQuery(
            """
            SELECT i.id, i.prompt, p.text, i.outputs, a.work, a.shown FROM label_item i
            JOIN prompt p ON p.id = i.prompt JOIN label_annotation a ON a.id = i.gold
            WHERE i.gold IS NOT NULL ORDER BY i.place\
            """)
        .map((row, _) ->
            new Gold(
                row.getString("id"),
                row.getString("prompt"),
                row.getString("text"),
                StoredJson.outputs(row.getString("outputs")),
                GoldAnswer.of(row.getString("work"), row.getString("shown"))))
        .list();
  }

  List<Asked> flags() {
    var sensitive = new ArrayList<Asked>();
    var harmless = new ArrayList<Asked>();
    for (Gold gold : gold()) {
      for (int i = 0; i < gold.outputs().size(); i++) {
        boolean hurts = gold.yardstick().flags().get(i).stream().anyMatch(SENSITIVE::contains);
        var question =
            new Question.Flag(
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
      for (GoldAnswer.Pair pair : gold.yardstick().pairs()) {
        boolean first = SeededOrder.random("side", labeler, gold.item(), "" + pair).nextBoolean();
        int a = first ? pair.better() : pair.worse();
        int b = first ? pair.worse() : pair.better();
        var question =
            new Question.Choice(
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
    return handle
        .createQuery(
            """
            SELECT p.id, p.text FROM label_quiz_prompt q JOIN prompt p ON p.id = q.prompt
            ORDER BY p.seq\
            """)
        .map((row, _) ->
            new Asked(
                new Question.Demonstration(
                    "demonstration:" + row.getString("id"), row.getString("text")),
                Optional.empty(),
                Optional.of(row.getString("id")),
                false))
        .list();
  }

  static Asked topics() {
    return new Asked(new Question.Topics("topics"), Optional.empty(), Optional.empty(), false);
  }

  /// In the order of the lot, but the second question of an item after the first of all others.
  private List<Asked> spread(List<Asked> questions) {
    var shuffled = new ArrayList<>(questions);
    java.util.Collections.shuffle(shuffled, SeededOrder.random("quiz", labeler));
    Map<String, Integer> before = new HashMap<>();
    Map<Asked, Integer> round = new HashMap<>();
    for (Asked asked : shuffled) {
      round.put(asked, before.merge(asked.item().orElseThrow(), 1, Integer::sum));
    }
    return shuffled.stream().sorted(java.util.Comparator.comparing(round::get)).toList();
  }
}
