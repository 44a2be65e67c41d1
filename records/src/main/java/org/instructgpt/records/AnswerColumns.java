package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Answers in separate fields whose names differ in their endings: `response_a` and `response_b`,
/// `output_1` and `output_2`, `conversation_a` and `conversation_b`.
///
/// @param all in the order of their names
record AnswerColumns(List<Candidate> all) {

  /// @param field the name of the answer's field
  /// @param ending the ending of its name: `a`, `0`, `left`
  record Candidate(String field, String ending) {}

  private static final List<List<String>> ENDINGS =
      List.of(
          List.of("0", "1", "2", "3", "4", "5", "6", "7", "8"),
          List.of("1", "2", "3", "4", "5", "6", "7", "8", "9"),
          List.of("a", "b", "c", "d", "e", "f", "g", "h", "i"),
          List.of("left", "right"),
          List.of("first", "second"),
          List.of("j", "k"));

  private static final List<String> BASES =
      List.of(
          "response",
          "answer",
          "output",
          "completion",
          "summary",
          "candidate",
          "reply",
          "conversation",
          "generation",
          "continuation",
          "humanref",
          "prediction",
          "sample",
          "assistant",
          "assistantresponse",
          "modelresponse",
          "modeloutput",
          "responsetext",
          "answertext",
          "messages",
          "text");

  /// The names of first answers, for a quick check: most rows have none of them.
  private static final Set<String> FIRST =
      BASES.stream()
          .flatMap(base ->
              ENDINGS.stream()
                  .map(List::getFirst)
                  .flatMap(first -> Stream.of(base + first, "model" + first + base)))
          .collect(Collectors.toUnmodifiableSet());

  /// The answers of a row, at least two or none.
  static AnswerColumns in(JsonNode row) {
    if (row.size() < Ranking.LEAST) {
      return new AnswerColumns(List.of());
    }
    Map<String, String> names = new HashMap<>();
    row.properties()
        .forEach(field -> {
          JsonNode value = field.getValue();
          if (value.isTextual() || value.isContainerNode()) {
            names.put(FieldRole.plain(field.getKey()), field.getKey());
          }
        });
    if (Collections.disjoint(FIRST, names.keySet())) {
      return new AnswerColumns(List.of());
    }
    for (String base : BASES) {
      for (List<String> endings : ENDINGS) {
        for (boolean before : new boolean[] {false, true}) {
          AnswerColumns found = named(names, base, endings, before);
          if (found.all().size() >= Ranking.LEAST) {
            return found;
          }
        }
      }
    }
    return new AnswerColumns(List.of());
  }

  private static AnswerColumns named(
      Map<String, String> names, String base, List<String> endings, boolean before) {
    List<Candidate> all = new ArrayList<>();
    for (String ending : endings) {
      String field = names.get(before ? "model" + ending + base : base + ending);
      if (field == null) {
        break;
      }
      all.add(new Candidate(field, ending));
    }
    return new AnswerColumns(all);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  boolean has(String field) {
    return all.stream().anyMatch(candidate -> candidate.field().equals(field));
  }

  /// The fields with a property of each answer, such as `model_a`, `score_b`, `response_0_model`;
  /// empty unless every answer has one.
  List<String> beside(JsonNode row, List<String> whats) {
    for (String what : whats) {
      List<String> fields = new ArrayList<>();
      for (Candidate candidate : all) {
        String plain = FieldRole.plain(candidate.field());
        find(row, List.of(what + candidate.ending(), plain + what, what + plain))
            .ifPresent(fields::add);
      }
      if (fields.size() == all.size()) {
        return fields;
      }
    }
    return List.of();
  }

  private static Optional<String> find(JsonNode row, List<String> plains) {
    return row.properties().stream()
        .filter(field -> !JsonValues.absent(field.getValue()))
        .map(Map.Entry::getKey)
        .filter(name -> plains.contains(FieldRole.plain(name)))
        .findFirst();
  }

  /// The models that wrote the answers; empty if the row does not name them.
  List<String> models(JsonFields row) {
    List<String> fields = beside(row.node(), List.of("model", "modelname", "generator", "policy"));
    return fields.stream().map(field -> row.model(field)).toList();
  }
}
