package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.instructgpt.collect.Curation.StepReport;

/// A curation's report as people read it.
final class CurationReportText {
  private CurationReportText() {}

  static String of(Curation.Report report) {
    List<List<String>> rows = new ArrayList<>();
    for (StepReport step : report.steps()) {
      rows.add(
          List.of(
              ConstantNames.word(step.step()),
              number(step.prompts()),
              number(step.dropped()),
              number(step.changed()),
              counts(step.counts())));
    }
    String steps =
        new PaperTables.Grid(
                "Curation: %s of %s prompts kept, of %s users"
                    .formatted(
                        number(report.kept()), number(report.prompts()), number(report.users())),
                List.of("step", "prompts", "dropped", "changed", "found"),
                rows)
            .text();
    return steps
        + "kept by split: "
        + counts(report.splits())
        + "\nkept by use case: "
        + (report.useCases().isEmpty() ? "none settled" : counts(report.useCases()))
        + "\n";
  }

  private static String counts(Map<?, Integer> counts) {
    return counts.entrySet().stream()
        .map(entry -> word(entry.getKey()) + " " + number(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String word(Object key) {
    return key instanceof Enum<?> constant ? ConstantNames.word(constant) : String.valueOf(key);
  }

  private static String number(int count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
