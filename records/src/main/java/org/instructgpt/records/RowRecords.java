package org.instructgpt.records;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The records made of one row of a file, parents first.
///
/// Rows of other formats have no ids: a record gets an id made from its content, so the same row
/// imported again is the same record, whatever file it comes from.
final class RowRecords {
  private final ImportSettings settings;
  private final List<Feedback> records = new ArrayList<>();
  private final Map<String, Long> notes = new TreeMap<>();
  private final Set<String> unread = new TreeSet<>();
  private final ScaleEvidence evidence;

  RowRecords(ImportSettings settings) {
    this(settings, ScaleEvidence.NONE);
  }

  /// @param evidence of the file's first rows
  RowRecords(ImportSettings settings, ScaleEvidence evidence) {
    this.settings = settings;
    this.evidence = evidence;
  }

  /// Whether the format was given by the user rather than detected.
  boolean isFormatGiven() {
    return settings.format().isPresent();
  }

  ScaleEvidence evidence() {
    return evidence;
  }

  /// Whether each answer of a conversation becomes a demonstration, not only the last.
  boolean everyTurn() {
    return settings.everyTurn();
  }

  /// The ignored fields.
  Set<String> unread() {
    return unread;
  }

  void unread(Collection<String> fields) {
    unread.addAll(fields);
  }

  List<Feedback> records() {
    return records;
  }

  /// Remarks that the report counts.
  Map<String, Long> notes() {
    return notes;
  }

  void record(Feedback record) {
    records.add(record);
  }

  void note(String peculiarity) {
    notes.merge(peculiarity, 1L, Long::sum);
  }

  /// Adds a prompt of an unknown user; returns its id.
  String prompt(String text) {
    return prompt(new PromptFields(text, Optional.empty(), Optional.empty(), Optional.empty()));
  }

  /// Adds a prompt and returns its id. Its source is customer if the row names a user and the
  /// import says that they consented.
  String prompt(PromptFields asked) {
    boolean customer =
        settings.consented() && (asked.user().isPresent() || asked.organisation().isPresent());
    Prompt prompt =
        new Prompt(
            Ids.of("prompt", asked.user().orElse(""), asked.text()),
            asked.text(),
            customer ? Prompt.Source.CUSTOMER : Prompt.Source.IMPORTED,
            asked.user(),
            asked.organisation(),
            settings.fractions().splitOf(asked.user(), asked.organisation(), asked.text()),
            asked.useCase(),
            settings.now());
    record(prompt);
    return prompt.id();
  }

  void rating(String promptId, Output output, int quality, Optional<String> who) {
    String labeler = labeler(who);
    String id = Ids.of("rating", promptId, output.toString(), "" + quality, labeler);
    record(new Rating(id, promptId, output, quality, Set.of(), labeler, settings.now()));
  }

  void demonstration(String promptId, String response, Optional<String> who) {
    String labeler = labeler(who);
    String id = Ids.of("demonstration", promptId, response, labeler);
    record(new Demonstration(id, promptId, response, labeler, settings.now()));
  }

  void ranking(String promptId, List<Output> outputs, List<Integer> ranks, Optional<String> who) {
    String labeler = labeler(who);
    String content = RecordJson.outputs(outputs, ranks).toString();
    String id = Ids.of("ranking", promptId, content, labeler);
    record(new Ranking(id, promptId, outputs, ranks, labeler, settings.now()));
  }

  private String labeler(Optional<String> who) {
    String id = who.orElse(settings.labeler());
    record(new Labeler(id, settings.pool()));
    return id;
  }
}
