package org.instructgpt.records;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instructgpt.text.Dialogue;

/// Reads the rankings of HH-RLHF and of Fine-Grained RLHF.
final class RankingFormats {
  private static final int PREDICTIONS = 4;

  /// The pairs of four predictions, in the order of their labels.
  private static final int[][] PAIRS = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};

  private static final int IMPOSSIBLE = Integer.MAX_VALUE - 1;

  private RankingFormats() {}

  /// Two dialogues of which one was chosen (HH-RLHF).
  ///
  /// The prompt is their common beginning up to and including the last `\n\nAssistant:`, and the
  /// outputs are the rest of each, mostly one answer. If the dialogues differ before the last turn,
  /// the rest is several turns; the person chose between whole dialogues, so the whole rest is
  /// compared, and the report counts such rows. Equal dialogues are a tie.
  static void dialogues(JsonFields row, RowRecords draft) {
    String chosen = row.filled("chosen");
    String rejected = row.filled("rejected");
    Optional<String> labeler = row.who(FieldRole.LABELER);
    row.settle();
    boolean marked = chosen.startsWith(Dialogue.HUMAN) || rejected.startsWith(Dialogue.HUMAN);
    if (!marked
        && ChatTranscript.parse(chosen).isPresent()
        && ChatTranscript.parse(rejected).isPresent()) {
      ComparisonFormats.preference(row, draft);
      return;
    }
    int end = 0;
    while (end < Math.min(chosen.length(), rejected.length())
        && chosen.charAt(end) == rejected.charAt(end)) {
      end++;
    }
    // The whole mark must be shared, so it begins at least its length before the end.
    int mark = chosen.lastIndexOf(Dialogue.ASSISTANT, end - Dialogue.ASSISTANT.length());
    if (!chosen.startsWith(Dialogue.HUMAN) || mark < 0) {
      row.fault(
          "chosen",
          "a dialogue \"\\n\\nHuman: ...\\n\\nAssistant: ...\" that begins like the rejected one,"
              + " or a prompt of its own beside it",
          RecordChecks.quoted(chosen));
      row.settle();
    }
    int start = mark + Dialogue.ASSISTANT.length();
    if (chosen.indexOf(Dialogue.ASSISTANT, start) >= 0
        || rejected.indexOf(Dialogue.ASSISTANT, start) >= 0) {
      draft.note(AnswerFields.PART_EARLY);
    }
    String prompt = draft.prompt(chosen.substring(0, start));
    var better = new Output(chosen.substring(start).strip(), Output.UNKNOWN);
    var worse = new Output(rejected.substring(start).strip(), Output.UNKNOWN);
    pair(prompt, better, worse, labeler, draft);
  }

  /// A question over passages with four predictions and a label for each of their six pairs: 0 a
  /// tie, 1 the first is better, 2 the second.
  ///
  /// Ranks can express A = B and B = C only if A = C, but people say A = B, B = C, A > C (16 of the
  /// 350 public rows). So of all ranks that keep every preference, those are chosen that turn the
  /// fewest ties into preferences, and the report counts such rows. Cyclic labels are refused.
  static void fineGrained(JsonFields row, RowRecords draft) {
    String question = row.filled("question");
    List<List<String>> passages = row.has("passages") ? row.textLists("passages") : List.of();
    List<Output> outputs = new ArrayList<>();
    for (int i = 1; i <= PREDICTIONS; i++) {
      outputs.add(new Output(row.text("prediction " + i), Output.UNKNOWN));
    }
    List<Integer> labels = row.integers("preference");
    if (labels.size() != PAIRS.length || labels.stream().anyMatch(l -> l < 0 || l > 2)) {
      row.fault("preference", "six labels of 0, 1 or 2", labels.toString());
    }
    row.settle();
    List<Integer> ranks = ranks(labels);
    int broken = brokenTies(labels, ranks);
    if (broken == IMPOSSIBLE) {
      row.fault("preference", "labels that do not go round in a circle", labels.toString());
      row.settle();
    }
    if (broken > 0) {
      draft.note("labels with A = B, B = C but not A = C: the fewest ties were broken");
    }
    draft.ranking(draft.prompt(closedDomain(question, passages)), outputs, ranks, Optional.empty());
  }

  /// The first of the 4^4 possible ranks that break the fewest ties.
  private static List<Integer> ranks(List<Integer> labels) {
    List<Integer> best = List.of();
    int fewest = Integer.MAX_VALUE;
    for (int code = 0; code < 256; code++) {
      List<Integer> ranks =
          List.of(1 + (code >> 6), 1 + (code >> 4 & 3), 1 + (code >> 2 & 3), 1 + (code & 3));
      int broken = brokenTies(labels, ranks);
      if (broken < fewest) {
        best = ranks;
        fewest = broken;
      }
    }
    return best;
  }

  /// The number of pairs with the label 0 that have different ranks, or [#IMPOSSIBLE] if the ranks
  /// contradict another label.
  private static int brokenTies(List<Integer> labels, List<Integer> ranks) {
    int broken = 0;
    for (int pair = 0; pair < PAIRS.length; pair++) {
      int order = Integer.compare(ranks.get(PAIRS[pair][0]), ranks.get(PAIRS[pair][1]));
      int wanted = labels.get(pair) == 0 ? 0 : labels.get(pair) == 1 ? -1 : 1;
      if (wanted != 0 && order != wanted) {
        return IMPOSSIBLE;
      }
      broken += order == wanted ? 0 : 1;
    }
    return broken;
  }

  /// The prompt of a question over passages. A passage is a title and its sentences, the first of
  /// which often repeats the title.
  private static String closedDomain(String question, List<List<String>> passages) {
    if (passages.isEmpty()) {
      return question;
    }
    StringBuilder prompt = new StringBuilder("Answer the question with what the passages say.\n\n");
    for (List<String> passage : passages) {
      String title = passage.isEmpty() ? "" : passage.getFirst().strip();
      String text = String.join(" ", passage.subList(Math.min(1, passage.size()), passage.size()));
      if (text.startsWith(title)) {
        text = text.substring(title.length());
      }
      prompt.append(title).append('\n').append(text.strip()).append("\n\n");
    }
    return prompt.append("Question: ").append(question.strip()).append("\n\nAnswer:").toString();
  }

  private static void pair(
      String promptId, Output better, Output worse, Optional<String> labeler, RowRecords draft) {
    List<Integer> ranks = better.equals(worse) ? List.of(1, 1) : List.of(1, 2);
    draft.ranking(promptId, List.of(better, worse), ranks, labeler);
  }
}
