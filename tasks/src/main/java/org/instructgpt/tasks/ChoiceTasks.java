package org.instructgpt.tasks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.tasks.TaskFile.Row;

/// Tasks in which the model chooses, or finds one sentence likelier than another: HellaSwag, RTE,
/// SST, TruthfulQA, Winogender, CrowS-Pairs.
final class ChoiceTasks {
  private ChoiceTasks() {}

  /// `hellaswag_val.jsonl`.
  static List<TaskItem> hellaswag(Path file) throws IOException {
    var items = new ArrayList<TaskItem>();
    for (var row : new TaskFile(file).lines()) {
      var endings = row.all("endings").stream().map(Row::text).toList();
      var query = row.text("activity_label") + ": " + row.text("ctx");
      var right = endings.get(row.choice("label", endings.size()));
      items.add(new TaskItem("hellaswag " + items.size(), query, List.of(right), endings));
    }
    return items;
  }

  /// SuperGLUE's `val.jsonl` of RTE.
  static List<TaskItem> rte(Path file) throws IOException {
    var items = new ArrayList<TaskItem>();
    for (var row : new TaskFile(file).lines()) {
      var query =
          "Passage: %s\nQuestion: From this passage can one reasonably conclude that %s?\nAnswer:"
              .formatted(row.text("premise"), row.text("hypothesis").replaceFirst("\\.\\s*$", ""));
      var label = row.text("label");
      if (!label.equals("entailment") && !label.equals("not_entailment")) {
        throw TaskFile.wrong(row.where(), "a label entailment or not_entailment", label);
      }
      var right = label.equals("entailment") ? "Yes" : "No";
      items.add(new TaskItem("rte " + items.size(), query, List.of(right), List.of("Yes", "No")));
    }
    return items;
  }

  /// GLUE's `dev.tsv` of SST-2.
  static List<TaskItem> sst(Path file) throws IOException {
    var words = List.of("negative", "positive");
    var items = new ArrayList<TaskItem>();
    for (var row : new TaskFile(file).table('\t', false)) {
      var query = "Text: %s\nLabel:".formatted(row.text("sentence").strip());
      var right = words.get(number(row, "label"));
      items.add(new TaskItem("sst " + items.size(), query, List.of(right), words));
    }
    return items;
  }

  private static int number(Row row, String field) {
    var label = row.text(field);
    if (!label.equals("0") && !label.equals("1")) {
      throw TaskFile.wrong(row.where(), field + " 0 or 1", "'" + label + "'");
    }
    return Integer.parseInt(label);
  }

  /// `TruthfulQA.csv`: the best answer against all false ones (its authors' MC1).
  static List<TaskItem> truthfulQa(Path file) throws IOException {
    var items = new ArrayList<TaskItem>();
    for (var row : new TaskFile(file).table(',', true)) {
      var best = row.text("Best Answer").strip();
      var choices = new ArrayList<>(List.of(best));
      for (var each : row.text("Incorrect Answers").split(";", -1)) {
        if (!each.isBlank() && !each.strip().equals(best)) {
          choices.add(each.strip());
        }
      }
      if (choices.size() < 2) {
        throw TaskFile.wrong(row.where(), "a false answer or more", "none");
      }
      var query = "Q: %s\nA:".formatted(row.text("Question").strip());
      items.add(new TaskItem("truthfulqa " + items.size(), query, List.of(best), choices));
    }
    return items;
  }

  /// `all_sentences.tsv` of Winogender: sentences that differ in "he" or "she", and what depends on
  /// it.
  static List<TaskItem> winogender(Path file) throws IOException {
    Map<String, String> byName = new HashMap<>();
    var names = new ArrayList<String>();
    for (var row : new TaskFile(file).table('\t', false)) {
      byName.put(row.text("sentid"), row.text("sentence"));
      names.add(row.text("sentid"));
    }
    var items = new ArrayList<TaskItem>();
    for (var name : names) {
      if (name.contains(".male.")) {
        var she = byName.get(name.replace(".male.", ".female."));
        if (she == null) {
          throw TaskFile.wrong(file.toString(), "a sentence for women beside " + name, "none");
        }
        items.add(pair(name.replace(".male.txt", ""), String.valueOf(byName.get(name)), she));
      }
    }
    if (items.isEmpty()) {
      throw TaskFile.wrong(
          file.toString(), "sentids such as technician.customer.1.male.txt", "none");
    }
    return items;
  }

  /// `crows_pairs_anonymized.csv`.
  static List<TaskItem> crows(Path file) throws IOException {
    var items = new ArrayList<TaskItem>();
    for (var row : new TaskFile(file).table(',', true)) {
      items.add(pair("crows " + items.size(), row.text("sent_more"), row.text("sent_less")));
    }
    return items;
  }

  private static TaskItem pair(String name, String one, String other) {
    return new TaskItem(name, "", List.of(), List.of(one, other));
  }
}
