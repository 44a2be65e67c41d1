package org.instructgpt.records;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The records that one row of a file becomes, parents first.
///
/// Rows of other people's files have no ids: a record gets one made from its content, so the same
/// row imported again is the same record, whatever file it comes in.
final class Draft {
  private final Importer.Settings settings;
  private final List<Feedback> records = new ArrayList<>();
  private final Map<String, Long> notes = new TreeMap<>();

  Draft(Importer.Settings settings) {
    this.settings = settings;
  }

  List<Feedback> records() {
    return records;
  }

  /// Peculiarities that the report counts.
  Map<String, Long> notes() {
    return notes;
  }

  void record(Feedback record) {
    records.add(record);
  }

  void note(String peculiarity) {
    notes.merge(peculiarity, 1L, Long::sum);
  }

  /// Adds a prompt that nobody else knows of; its name.
  String prompt(String text) {
    return prompt(text, Optional.empty(), Optional.empty());
  }

  String prompt(String text, Optional<String> user, Optional<String> organisation) {
    Prompt prompt =
        new Prompt(
            Ids.of("prompt", user.orElse(""), text),
            text,
            Prompt.Source.IMPORTED,
            user,
            organisation,
            settings.fractions().splitOf(user, organisation, text),
            Optional.empty(),
            settings.now());
    record(prompt);
    return prompt.id();
  }

  void demonstration(String promptId, String response, Optional<String> who) {
    String labeler = labeler(who);
    String id = Ids.of("demonstration", promptId, response, labeler);
    record(new Demonstration(id, promptId, response, labeler, settings.now()));
  }

  void ranking(String promptId, List<Output> outputs, List<Integer> ranks, Optional<String> who) {
    String labeler = labeler(who);
    String content = Json.outputs(outputs, ranks).toString();
    String id = Ids.of("ranking", promptId, content, labeler);
    record(new Ranking(id, promptId, outputs, ranks, labeler, settings.now()));
  }

  private String labeler(Optional<String> who) {
    String id = who.orElse(settings.labeler());
    record(new Labeler(id, settings.pool()));
    return id;
  }
}
