package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Reads the order of a list of answers from another field: ranks, scores, an order, or a choice.
final class JudgmentFields {
  private final JsonFields row;
  private final String field;
  private final List<String> texts;

  JudgmentFields(JsonFields row, String field, List<String> texts) {
    this.row = row;
    this.field = field;
    this.texts = texts;
  }

  /// The place of each answer, less is better; empty if it was not judged.
  List<OptionalDouble> places() {
    JsonNode node = row.node();
    Optional<String> ranks = FieldRole.RANKS.in(node);
    Optional<String> scores = FieldRole.SCORES.in(node);
    Optional<String> order = FieldRole.ORDER.in(node);
    Optional<String> choice = FieldRole.WINNER.in(node);
    if (ranks.isPresent()) {
      return fromOne(numbers(ranks.get(), 1, "a whole number"));
    }
    if (order.isPresent()) {
      return ordered(order.get());
    }
    if (scores.isPresent()) {
      return numbers(scores.get(), -1, "a number");
    }
    if (choice.isPresent()) {
      return chosen(choice.get());
    }
    row.fault(
        field,
        "beside them what says which is better (--map ranks=FIELD where 1 is the best, --map"
            + " scores=FIELD where more is better, --map order=FIELD for their numbers from 0, best"
            + " first)",
        UnknownRows.keys(row.node()));
    return Collections.nCopies(texts.size(), OptionalDouble.of(1));
  }

  /// Converts ranks that count from 0.
  private List<OptionalDouble> fromOne(List<OptionalDouble> ranks) {
    List<Double> given =
        ranks.stream().filter(OptionalDouble::isPresent).map(OptionalDouble::getAsDouble).toList();
    boolean fromZero =
        given.contains(0.0) && given.stream().allMatch(rank -> rank >= 0 && rank < texts.size());
    if (!fromZero) {
      return ranks;
    }
    row.note("ranks that count from 0");
    return ranks.stream()
        .map(rank -> rank.isPresent() ? OptionalDouble.of(rank.getAsDouble() + 1) : rank)
        .toList();
  }

  private List<OptionalDouble> numbers(String name, int sign, String expected) {
    List<OptionalDouble> places = new ArrayList<>();
    JsonNode list = row.take(name);
    if (!list.isArray()) {
      row.fault(name, "an array", JsonValues.found(list));
    }
    for (int i = 0; i < list.size(); i++) {
      OptionalDouble number = JsonValues.numeric(list.get(i));
      boolean broken = sign > 0 && number.isPresent() && number.getAsDouble() % 1 != 0;
      if (broken || number.isEmpty() && !JsonValues.absent(list.get(i))) {
        row.fault(name + "[" + i + "]", expected, JsonValues.found(list.get(i)));
        number = OptionalDouble.of(1);
      }
      places.add(number.isPresent() ? OptionalDouble.of(sign * number.getAsDouble()) : number);
    }
    return places;
  }

  private List<OptionalDouble> ordered(String name) {
    List<OptionalDouble> places =
        new ArrayList<>(Collections.nCopies(texts.size(), OptionalDouble.empty()));
    JsonNode list = row.take(name);
    for (int place = 0; place < list.size(); place++) {
      OptionalDouble number = JsonValues.numeric(list.get(place));
      int at =
          number.isPresent() ? (int) number.getAsDouble() : texts.indexOf(list.get(place).asText());
      if (at < 0 || at >= texts.size()) {
        row.fault(
            name + "[" + place + "]",
            "the number of an answer, from 0",
            JsonValues.found(list.get(place)));
      } else {
        places.set(at, OptionalDouble.of(place + 1));
      }
    }
    return places;
  }

  /// The chosen answer, by its index from 0 or its text.
  private List<OptionalDouble> chosen(String name) {
    JsonNode value = row.take(name);
    OptionalDouble number = JsonValues.numeric(value);
    int best = number.isPresent() ? (int) number.getAsDouble() : texts.indexOf(value.asText());
    if (best < 0 || best >= texts.size()) {
      row.fault(name, "the number of one of the " + field + ", from 0", JsonValues.found(value));
    }
    List<OptionalDouble> places =
        new ArrayList<>(Collections.nCopies(texts.size(), OptionalDouble.of(2)));
    if (best >= 0 && best < places.size()) {
      places.set(best, OptionalDouble.of(1));
    }
    return places;
  }

  /// Records faults: another number of places than answers, or an impossible rank.
  void check(List<OptionalDouble> places) {
    Optional<String> ranks = FieldRole.RANKS.in(row.node());
    String name = ranks.or(() -> FieldRole.SCORES.in(row.node())).orElse("ranks");
    int k = texts.size();
    if (places.size() != k) {
      row.fault(name, "as many as " + field + ", " + k, String.valueOf(places.size()));
    }
    for (int i = 0; ranks.isPresent() && i < places.size(); i++) {
      double rank = places.get(i).orElse(1);
      if (rank < 1 || rank > Math.max(k, 1)) {
        row.fault(name + "[" + i + "]", "a rank from 1 to " + k, ScaleEvidence.plain(rank));
      }
    }
  }
}
