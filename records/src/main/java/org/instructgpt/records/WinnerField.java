package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads which of several answers is best, in its many forms: `winner` `model_a`, `tie`, a number,
/// the text of the answer, `[[B]]`, a column for each outcome, or a score for each answer.
final class WinnerField {
  private static final List<String> SCORES =
      List.of("score", "rating", "reward", "quality", "helpfulness", "points", "votes");
  private static final Set<String> TIES =
      Set.of(
          "tie",
          "tied",
          "tiebothbad",
          "bothbad",
          "bothgood",
          "both",
          "neither",
          "none",
          "draw",
          "equal",
          "same",
          "nopreference",
          "c",
          "ab");
  private static final Set<String> STRENGTHS = Set.of("overallpreference", "preferencestrength");

  /// Possible prefixes of the ending in the value of a winner: `model_a`, `answer2`.
  private static final String BEFORE =
      "(?:model|assistant|response|answer|output|completion|option|candidate|summary|conversation"
          + "|generation|humanref)?";

  private final JsonFields row;
  private final AnswerColumns candidates;
  private final ScaleEvidence evidence;

  WinnerField(JsonFields row, AnswerColumns candidates, ScaleEvidence evidence) {
    this.row = row;
    this.candidates = candidates;
    this.evidence = evidence;
  }

  /// Whether a row says which of its answers is best.
  static boolean isIn(JsonNode row, AnswerColumns candidates) {
    return !candidates.isEmpty()
        && (!oneHot(row, candidates).isEmpty()
            || winner(row, candidates).isPresent()
            || !candidates.beside(row, SCORES).isEmpty());
  }

  private static Optional<String> winner(JsonNode row, AnswerColumns candidates) {
    Optional<String> asking = PromptFields.field(row);
    return FieldRole.WINNER.filling(row).entrySet().stream()
        .filter(field -> field.getValue().isValueNode() && !candidates.has(field.getKey()))
        .map(Map.Entry::getKey)
        .filter(name -> !asking.equals(Optional.of(name)))
        .findFirst();
  }

  /// `winner_model_a`, `winner_model_b`, `winner_tie`: one of them is 1.
  private static List<String> oneHot(JsonNode row, AnswerColumns candidates) {
    return candidates.beside(row, List.of("winnermodel", "winner", "is", "prefers"));
  }

  /// The rank of each answer; empty if there is no judgement.
  Optional<List<Integer>> ranks() {
    JsonNode node = row.node();
    List<String> columns = oneHot(node, candidates);
    if (!columns.isEmpty()) {
      row.take("winner_tie");
      int won = -1;
      for (int i = 0; i < columns.size(); i++) {
        JsonNode value = row.take(columns.get(i));
        won = JsonValues.numeric(value).orElse(value.asBoolean() ? 1 : 0) == 1 ? i : won;
      }
      return Optional.of(won < 0 ? tie() : first(won));
    }
    Optional<String> winner = winner(node, candidates);
    if (winner.isPresent()) {
      return Optional.of(ranksOf(winner.get(), row.take(winner.get())));
    }
    List<String> scores = candidates.beside(node, SCORES);
    if (!scores.isEmpty()) {
      return Optional.of(RankedOutputs.ranksOfScores(scores.stream().map(row::amount).toList()));
    }
    return Optional.empty();
  }

  private List<Integer> ranksOf(String field, JsonNode value) {
    if (value.isTextual() && !JsonValues.numeric(value).isPresent()) {
      return words(field, value.textValue());
    }
    if (value.isBoolean()) {
      return first(value.booleanValue() ? 0 : 1);
    }
    double number = JsonValues.numeric(value).orElse(Double.NaN);
    if (STRENGTHS.contains(FieldRole.plain(field)) || number < 0 && isSigned(field)) {
      return number == 0 ? tie() : first(number < 0 ? 0 : 1);
    }
    if (evidence.range(field).least() < 0 && isSigned(field)) {
      return number == 0 ? tie() : first(1);
    }
    return number(field, number);
  }

  private boolean isSigned(String field) {
    ScaleEvidence.Range range = evidence.range(field);
    return candidates.all().size() == 2
        && (range.least() < -1 || range.least() == -1 && !ending(0).equals("0"));
  }

  private String ending(int i) {
    return candidates.all().get(i).ending();
  }

  /// The index of the winner. It counts from 0 or from 1 as the endings do; for letters, the first
  /// rows of the file decide.
  private List<Integer> number(String field, double number) {
    ScaleEvidence.Range range = evidence.range(field);
    boolean digits = ending(0).matches("\\d.*");
    int base;
    if (digits) {
      boolean zeroAndOne = range.least() == 0 && range.most() == 1 && range.distinct() == 2;
      base = ending(0).equals("0") || zeroAndOne ? 0 : 1;
    } else if (FieldRole.plain(candidates.all().getFirst().field()).startsWith("humanref")) {
      return first(number == 1 ? 0 : 1); // SHP: 1 is A
    } else if (range.most() >= 2) {
      base = 1;
    } else if (range.least() == 0 && range.most() == 1 && range.distinct() == 2) {
      base = 0;
      row.note(field + " 0 read as the first answer and 1 as the second");
    } else {
      row.fault(
          field,
          "numbers that show whether they count from 0 or 1, or a, b or tie",
          range.description());
      return tie();
    }
    if (number > base && number < base + 1) {
      return number == base + 0.5 ? tie() : first(number < base + 0.5 ? 0 : 1);
    }
    int won = (int) number - base;
    if (won >= 0 && won < candidates.all().size() && number == Math.rint(number)) {
      return first(won);
    }
    if (number == base - 1 || number == -1) {
      return tie();
    }
    row.fault(field, "the number of an answer", ScaleEvidence.plain(number));
    return tie();
  }

  private List<Integer> words(String field, String value) {
    String plain = FieldRole.plain(value);
    if (value.contains(">") || value.contains("<")) {
      boolean left = value.contains(">");
      int sign = left ? value.indexOf('>') : value.lastIndexOf('<');
      plain = FieldRole.plain(left ? value.substring(0, sign) : value.substring(sign));
    } else if (value.contains("=") || value.contains("~")) {
      return tie();
    }
    List<String> models = candidates.models(row);
    for (int i = 0; i < candidates.all().size(); i++) {
      AnswerColumns.Candidate candidate = candidates.all().get(i);
      boolean model = i < models.size() && models.get(i).equals(value);
      boolean text = row.node().path(candidate.field()).asText().equals(value);
      if (model
          || text
          || plain.matches(BEFORE + candidate.ending())
          || plain.equals(FieldRole.plain(candidate.field()))
          || isSide(plain, i)) {
        return first(i);
      }
    }
    if (!TIES.contains(plain)) {
      row.fault(field, "the name of an answer, or tie", RecordChecks.quoted(value));
    }
    return tie();
  }

  private static boolean isSide(String plain, int i) {
    return switch (plain.toLowerCase(Locale.ROOT)) {
      case "left", "first" -> i == 0;
      case "right", "second" -> i == 1;
      default -> false;
    };
  }

  private List<Integer> tie() {
    return Collections.nCopies(candidates.all().size(), 1);
  }

  private List<Integer> first(int best) {
    List<Integer> ranks = new ArrayList<>(Collections.nCopies(candidates.all().size(), 2));
    if (best >= 0 && best < ranks.size()) {
      ranks.set(best, 1);
    }
    return ranks;
  }
}
