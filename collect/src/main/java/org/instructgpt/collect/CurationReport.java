package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;

/// The report of a curation. It is made of numbers and words only, so that any JSON mapper writes
/// it.
///
/// @param prompts number of prompts before curation
/// @param kept number of prompts kept
/// @param users number of users (or organisations) who wrote the kept prompts
/// @param steps in their order
/// @param splits number of kept prompts in each split
/// @param useCases number of kept prompts with each settled or suggested use case
public record CurationReport(
    int prompts,
    int kept,
    int users,
    List<StepReport> steps,
    Map<Split, Integer> splits,
    Map<Prompt.UseCase, Integer> useCases,
    CurationSettings settings) {

  /// The report as a table for a terminal.
  public String text() {
    List<List<String>> rows = new ArrayList<>();
    for (StepReport step : steps) {
      rows.add(
          List.of(
              ConstantNames.word(step.step()),
              number(step.prompts()),
              number(step.dropped()),
              number(step.changed()),
              counts(step.counts())));
    }
    String table =
        new TextTable(
                "Curation: %s of %s prompts kept, of %s users"
                    .formatted(number(kept), number(prompts), number(users)),
                List.of("step", "prompts", "dropped", "changed", "found"),
                rows)
            .text();
    return table
        + "kept by split: "
        + counts(splits)
        + "\nkept by use case: "
        + (useCases.isEmpty() ? "none settled" : counts(useCases))
        + "\n";
  }

  public StepReport step(Step wanted) {
    return steps.stream().filter(step -> step.step() == wanted).findFirst().orElseThrow();
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

  /// The steps of a [Curation], in their order.
  public enum Step {
    CONSENT,
    DUPLICATES,
    CAP,
    SPLIT,
    PERSONAL_DATA,
    LENGTH,
    LANGUAGE,
    USE_CASE
  }

  /// The report of one step.
  ///
  /// @param prompts number of prompts before the step
  /// @param dropped number of prompts dropped
  /// @param changed number of prompts changed: moved to another split, redacted, given a use case
  /// @param counts of what was found: reasons, kinds of personal data, languages
  public record StepReport(
      Step step, int prompts, int dropped, int changed, Map<String, Integer> counts) {}
}
