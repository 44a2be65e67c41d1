package org.instructgpt.tasks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Tasks in which a text is written: translation, summaries, and how a sentence goes on.
final class WritingTasks {
  private WritingTasks() {}

  /// A file of French sentences, one in each line, whose name ends with `.fr`, beside which lies
  /// that of their translations, `.en`: as sacreBLEU hands WMT's tests out.
  static List<TaskItem> wmt(Path file) throws IOException {
    var name = file.toString();
    if (!name.matches(".*\\.fr(\\.gz)?")) {
      throw TaskFile.wrong(name, "a file whose name ends with .fr", "another one");
    }
    var english = Path.of(name.replaceFirst("\\.fr(\\.gz)?$", ".en$1"));
    var sources = new TaskFile(file).text().lines().toList();
    var references = new TaskFile(english).text().lines().toList();
    if (sources.size() != references.size() || sources.isEmpty()) {
      throw TaskFile.wrong(
          english.toString(), sources.size() + " lines", String.valueOf(references.size()));
    }
    var items = new ArrayList<TaskItem>();
    for (int i = 0; i < sources.size(); i++) {
      var query = "French: %s\nEnglish:".formatted(sources.get(i).strip());
      items.add(TaskItem.free("wmt " + i, query, List.of(references.get(i).strip())));
    }
    return items;
  }

  /// Lines `{"article", "highlights"}` of CNN/Daily Mail.
  static List<TaskItem> cnnDm(Path file) throws IOException {
    return summaries(file, "cnndm", "article", "highlights");
  }

  /// Lines `{"post", "summary"}` of TL;DR, as "summarize from feedback" filtered it.
  static List<TaskItem> tldr(Path file) throws IOException {
    return summaries(file, "tldr", "post", "summary");
  }

  private static List<TaskItem> summaries(Path file, String name, String text, String summary)
      throws IOException {
    var items = new ArrayList<TaskItem>();
    for (var row : new TaskFile(file).lines()) {
      var query = row.text(text).strip() + "\n\nTL;DR:";
      items.add(
          TaskItem.free(name + " " + items.size(), query, List.of(row.text(summary).strip())));
    }
    return items;
  }

  /// `prompts.jsonl` of RealToxicityPrompts: beginnings of sentences.
  static List<TaskItem> realToxicity(Path file) throws IOException {
    var items = new ArrayList<TaskItem>();
    for (var row : new TaskFile(file).lines()) {
      var beginning = row.at("prompt").text("text");
      items.add(TaskItem.free("realtoxicity " + items.size(), beginning, List.of()));
    }
    return items;
  }
}
