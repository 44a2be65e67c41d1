package org.instructgpt.tasks;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.instructgpt.eval.AnswerMatch;

/// How an answer is scored.
public enum TaskMetric {
  /// The right one was chosen.
  ACCURACY("accuracy", 0, 1),
  /// Token F1 against the best-fitting reference, as of DROP: of several spans each counts, and
  /// numbers must be there (Dua et al. 2019).
  DROP_F1("F1", 0, 1),
  /// Token F1 against the best-fitting reference; whether there is no answer must be told exactly
  /// (Rajpurkar et al. 2018).
  ABSTAINING_F1("F1", 0, 1),
  /// The answer contains the noun, or the noun the answer: then the model says that the pronoun
  /// means it.
  CONTAINMENT("accuracy", 0, 1),
  /// ROUGE-L.
  ROUGE_L("ROUGE-L", 0, 1),
  /// BLEU of all answers together.
  BLEU("BLEU", 0, 100),
  /// How evenly two sentences are likely, in bits.
  ENTROPY("entropy, bits", 0, 1),
  /// What a classifier says of the continuation.
  TOXICITY("toxicity", 0, 1);

  private final String word;
  private final double least;
  private final double most;

  TaskMetric(String word, double least, double most) {
    this.word = word;
    this.least = least;
    this.most = most;
  }

  /// Its name, for people.
  public String word() {
    return word;
  }

  double least() {
    return least;
  }

  double most() {
    return most;
  }

  /// The score of an answer alone; for [#BLEU] of a corpus of one.
  ///
  /// @throws UnsupportedOperationException for those that no text alone decides
  double score(TaskItem item, String answer) {
    return switch (this) {
      case ACCURACY -> AnswerMatch.exact(answer, item.references());
      case DROP_F1 -> item.references().stream().mapToDouble(r -> drop(answer, r)).max().orElse(0);
      case ABSTAINING_F1 ->
          item.references().stream().mapToDouble(r -> abstaining(answer, r)).max().orElse(0);
      case CONTAINMENT -> contained(item, answer);
      case ROUGE_L -> TextOverlap.rougeL(answer, item.references().getFirst());
      case BLEU ->
          TextOverlap.bleu(List.of(TextOverlap.counts(answer, item.references().getFirst())));
      case ENTROPY, TOXICITY ->
          throw new UnsupportedOperationException(this + " is not decided by the text alone");
    };
  }

  private static double abstaining(String answer, String reference) {
    for (var none : List.of(ReadingTasks.NOT_IN_SQUAD, ReadingTasks.NOT_IN_QUAC)) {
      if (reference.equals(none) || AnswerMatch.exact(answer, List.of(none)) == 1) {
        return AnswerMatch.exact(answer, List.of(reference));
      }
    }
    return AnswerMatch.f1(answer, List.of(reference));
  }

  private static double contained(TaskItem item, String answer) {
    var noun = item.references().getFirst().toLowerCase(Locale.ROOT).strip();
    var said = answer.toLowerCase(Locale.ROOT).strip();
    boolean same = !said.isEmpty() && (said.contains(noun) || noun.contains(said));
    return String.valueOf(same).equals(item.references().get(1)) ? 1 : 0;
  }

  /// @param reference spans, a line each
  private static double drop(String answer, String reference) {
    var ours = dropWords(answer);
    var spans = reference.lines().map(TaskMetric::dropWords).toList();
    // The answer is one span: it is laid beside the best of the reference's, the others get none.
    double best = spans.stream().mapToDouble(span -> bagF1(ours, span)).max().orElse(0);
    return Math.rint(100 * best / Math.max(1, spans.size())) / 100;
  }

  private static double bagF1(Set<String> ours, Set<String> theirs) {
    var numbers = theirs.stream().filter(TaskMetric::isNumber).toList();
    if (!numbers.isEmpty() && numbers.stream().noneMatch(ours::contains)) {
      return 0;
    }
    var common = new HashSet<>(ours);
    common.retainAll(theirs);
    double precision = ours.isEmpty() ? 1 : (double) common.size() / ours.size();
    double recall = theirs.isEmpty() ? 1 : (double) common.size() / theirs.size();
    return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
  }

  private static Set<String> dropWords(String text) {
    return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[ -]", -1))
        .map(TaskMetric::dropWord)
        .filter(word -> !word.isBlank() && !Set.of("a", "an", "the").contains(word))
        .collect(Collectors.toSet());
  }

  private static String dropWord(String word) {
    if (isNumber(word)) {
      return String.valueOf(Double.parseDouble(word));
    }
    var plain = word.replaceAll("\\p{Punct}", "").strip();
    return isNumber(plain) ? String.valueOf(Double.parseDouble(plain)) : plain;
  }

  private static boolean isNumber(String word) {
    return word.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?");
  }
}
