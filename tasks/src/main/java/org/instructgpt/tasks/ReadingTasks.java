package org.instructgpt.tasks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.instructgpt.tasks.TaskFile.Row;

/// Questions about a passage, answered freely: DROP, QuAC, SQuAD 2, WSC.
final class ReadingTasks {
  /// What the paper's prompts ask for where a passage has no answer.
  static final String NOT_IN_SQUAD = "Not in background.";

  static final String NOT_IN_QUAC = "I don't know.";
  private static final String QUAC_NONE = "CANNOTANSWER";

  private ReadingTasks() {}

  /// `drop_dataset_dev.json`: passages by their names.
  static List<TaskItem> drop(Path file) throws IOException {
    var items = new ArrayList<TaskItem>();
    var all = new TaskFile(file).json();
    all.json()
        .fieldNames()
        .forEachRemaining(name -> {
          var passage = all.at(name);
          for (var pair : passage.all("qa_pairs")) {
            var query =
                "Passage: %s\nQuestion: %s\nAnswer:"
                    .formatted(passage.text("passage"), pair.text("question"));
            Set<String> answers = new LinkedHashSet<>();
            answers.add(dropAnswer(pair.at("answer")));
            if (pair.has("validated_answers")) {
              pair.all("validated_answers").forEach(more -> answers.add(dropAnswer(more)));
            }
            answers.remove("");
            items.add(TaskItem.free(name + " " + items.size(), query, List.copyOf(answers)));
          }
        });
    return items;
  }

  /// Spans are parted by a line feed.
  private static String dropAnswer(Row answer) {
    if (answer.has("number") && !answer.text("number").isEmpty()) {
      return answer.text("number");
    }
    if (answer.has("spans") && !answer.all("spans").isEmpty()) {
      return answer.all("spans").stream().map(Row::text).collect(Collectors.joining("\n"));
    }
    if (answer.has("date")) {
      var date = answer.at("date");
      return List.of("day", "month", "year").stream()
          .filter(date::has)
          .map(date::text)
          .filter(part -> !part.isEmpty())
          .collect(Collectors.joining(" "));
    }
    return "";
  }

  /// `val_v0.2.json`: dialogues about a section of an article; earlier questions and their answers
  /// stand before each.
  static List<TaskItem> quac(Path file) throws IOException {
    var items = new ArrayList<TaskItem>();
    for (var article : new TaskFile(file).json().all("data")) {
      var title = article.text("title") + " - " + article.text("section_title");
      for (var paragraph : article.all("paragraphs")) {
        var text = paragraph.text("context").replaceFirst("\\s*" + QUAC_NONE + "\\s*$", "");
        var said = new StringBuilder("TITLE: %s\nPARAGRAPH: %s\n".formatted(title, text));
        for (var question : paragraph.all("qas")) {
          said.append("\nQ: ").append(question.text("question")).append("\n\nA:");
          var references =
              question.all("answers").stream()
                  .map(answer -> abstained(answer.text("text"), QUAC_NONE, NOT_IN_QUAC))
                  .distinct()
                  .toList();
          items.add(TaskItem.free(question.text("id"), said.toString(), references));
          said.append(' ')
              .append(abstained(question.at("orig_answer").text("text"), QUAC_NONE, NOT_IN_QUAC))
              .append('\n');
        }
      }
    }
    return items;
  }

  private static String abstained(String answer, String theirs, String ours) {
    return answer.equals(theirs) ? ours : answer;
  }

  /// `dev-v2.0.json`: questions about a paragraph, of which some have no answer in it; earlier
  /// questions and their answers stand before each.
  static List<TaskItem> squad(Path file) throws IOException {
    var items = new ArrayList<TaskItem>();
    for (var article : new TaskFile(file).json().all("data")) {
      for (var paragraph : article.all("paragraphs")) {
        var said =
            new StringBuilder(
                "Title: %s\n\nBackground: %s\n"
                    .formatted(article.text("title"), paragraph.text("context")));
        for (var question : paragraph.all("qas")) {
          said.append("\nQ: ").append(question.text("question").strip()).append("\n\nA:");
          var answers =
              question.all("answers").stream().map(each -> each.text("text")).distinct().toList();
          var references = answers.isEmpty() ? List.of(NOT_IN_SQUAD) : answers;
          items.add(TaskItem.free(question.text("id"), said.toString(), references));
          said.append(' ').append(references.getFirst()).append('\n');
        }
      }
    }
    return items;
  }

  /// SuperGLUE's `val.jsonl` of WSC: does the pronoun mean that noun? The model says which noun it
  /// means, and that is compared ([TaskMetric#CONTAINMENT]).
  static List<TaskItem> wsc(Path file) throws IOException {
    var items = new ArrayList<TaskItem>();
    for (var row : new TaskFile(file).lines()) {
      var target = row.at("target");
      var pronoun = target.text("span2_text");
      var words = new ArrayList<>(List.of(row.text("text").split(" ", -1)));
      int at = target.at("span2_index").json().asInt(-1);
      if (at < 0 || at >= words.size() || !words.get(at).startsWith(pronoun)) {
        throw TaskFile.wrong(
            row.where(), "the pronoun '%s' at word %d".formatted(pronoun, at), "another word");
      }
      words.set(at, "*" + pronoun + "*" + words.get(at).substring(pronoun.length()));
      var query =
          "Passage: %s\nQuestion: In the passage above, what does the pronoun \"*%s*\" refer to?\nAnswer:"
              .formatted(String.join(" ", words), pronoun);
      var noun = target.text("span1_text");
      boolean right = row.at("label").json().asBoolean();
      items.add(
          TaskItem.free("wsc " + items.size(), query, List.of(noun, right ? "true" : "false")));
    }
    return items;
  }
}
