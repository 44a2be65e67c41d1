package org.instructgpt.studio;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.label.LabelerWork;
import org.instructgpt.label.LabelerWork.Compared;
import org.instructgpt.label.LabelerWork.Demonstrated;
import org.instructgpt.label.LabelerWork.FewShot;
import org.instructgpt.label.LabelerWork.Pair;
import org.instructgpt.label.LabelerWork.Rated;
import org.instructgpt.label.LabelerWork.Tagged;
import org.instructgpt.label.LabelerWork.Written;

/// Submitted work as the values of the form fields of the task page, where it can be corrected.
final class WorkFields {
  private WorkFields() {}

  static Map<String, List<String>> of(LabelerWork work) {
    return switch (work) {
      case Written(String text) -> Map.of("text", List.of(text));
      case Demonstrated(String response) -> Map.of("response", List.of(response));
      case FewShot few ->
          Map.of(
              "instruction",
              List.of(few.instruction()),
              "query",
              few.pairs().stream().map(Pair::query).toList(),
              "response",
              few.pairs().stream().map(Pair::response).toList());
      case Compared compared -> compared(compared);
      case Tagged tagged ->
          Map.of(
              "usecase",
              List.of(tagged.useCase().map(Enum::name).orElse("none")),
              "tags",
              tagged.tags().stream().map(Enum::name).toList(),
              "personal",
              List.of(tagged.personalData() ? "yes" : "no"));
    };
  }

  private static Map<String, List<String>> compared(Compared compared) {
    var fields = new LinkedHashMap<String, List<String>>();
    for (int i = 0; i < compared.outputs().size(); i++) {
      Rated rated = compared.outputs().get(i);
      fields.put("quality-" + i, List.of(String.valueOf(rated.quality())));
      fields.put("flags-" + i, rated.flags().stream().map(Enum::name).toList());
      fields.put("note-" + i, List.of(rated.note()));
      fields.put("rank-" + i, List.of(String.valueOf(compared.ranks().get(i))));
    }
    return fields;
  }
}
