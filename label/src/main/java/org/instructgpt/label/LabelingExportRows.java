package org.instructgpt.label;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import org.instructgpt.files.Sha256;
import org.instructgpt.label.LabelerWork.Compared;
import org.instructgpt.label.LabelerWork.Demonstrated;
import org.instructgpt.label.LabelerWork.Rated;
import org.instructgpt.label.LabelerWork.Tagged;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Split;
import org.jdbi.v3.core.Handle;

/// The rows of the exported files (`docs/specification.md` 3.6).
final class LabelingExportRows {
  private static final int ROWS_OF_A_LOOKUP = 100;

  private final Handle handle;
  private final FeedbackTables tables;
  private final Pseudonyms pseudonyms;
  private final Function<Prompt, Optional<Map<String, Object>>> known;
  private final Set<String> withheld = new HashSet<>();
  private final Map<String, Pool> pools = new HashMap<>();

  LabelingExportRows(
      Handle handle, Pseudonyms pseudonyms, Function<Prompt, Optional<Map<String, Object>>> known) {
    this.handle = handle;
    this.tables = new FeedbackTables(handle);
    this.pseudonyms = pseudonyms;
    this.known = known;
  }

  /// Must be called first: it finds the prompts that are not exported.
  void prompts(Consumer<Map<String, Object>> out) {
    tables.eachPrompt(
        Filter.ALL,
        prompt ->
            known
                .apply(prompt)
                .ifPresentOrElse(
                    facts -> out.accept(row(prompt, facts)), () -> withheld.add(prompt.id())));
  }

  int leftOut() {
    return withheld.size();
  }

  private Map<String, Object> row(Prompt prompt, Map<String, Object> facts) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("prompt_id", prompt.id());
    fields.put("source", source(prompt.source()));
    prompt.user().ifPresent(user -> fields.put("user_pseudonym", pseudonyms.of(user)));
    fields.put("text", prompt.text());
    fields.put("text_sha256", Sha256.of(prompt.text()));
    prompt.useCase().ifPresent(useCase -> fields.put("use_case", useCase));
    fields.put(
        "split", prompt.split() == Split.VALIDATION ? "valid" : StoredJson.word(prompt.split()));
    fields.put("created_at", prompt.created().toString());
    facts.forEach(fields::putIfAbsent);
    return fields;
  }

  private static String source(Prompt.Source source) {
    return switch (source) {
      case LABELER_PLAIN -> "labeler_plain";
      case LABELER_FEW_SHOT -> "labeler_fewshot";
      case LABELER_USER_BASED -> "labeler_user_based";
      case CUSTOMER -> "playground";
      case IMPORTED -> "imported";
    };
  }

  /// An annotation with the fields that every row of work has.
  private record WorkRow(
      LabelingTask task,
      LabelerWork work,
      List<Integer> shown,
      Map<String, Object> common,
      Optional<Double> gold) {
    WorkRow withText(String text) {
      return new WorkRow(task.withText(text), work, shown, common, gold);
    }
  }

  private void each(String kind, boolean gold, Consumer<WorkRow> consumer) {
    handle
        .createQuery(
            """
            SELECT i.id, b.kind, b.mode, b.instructions, i.prompt, i.outputs, i.note,
              i.gold, a.id AS annotation, a.labeler, a.outcome, a.work, a.shown, a.handed,
              a.started, a.active_millis, a.submitted, a.gold_agreed, a.gold_of, l.slot
            FROM label_annotation a
            JOIN label_item i ON i.id = a.item
            JOIN label_batch b ON b.id = i.batch
            JOIN label_lease l ON l.item = a.item AND l.labeler = a.labeler
            WHERE b.kind = :kind AND (l.slot IS NULL) = (:gold = 1)
            ORDER BY a.submitted, a.id\
            """)
        .bind("kind", kind)
        .bind("gold", gold ? 1 : 0)
        .map((row, _) ->
            new WorkRow(
                LabelingTask.read(row),
                StoredJson.work(row.getString("work")),
                StoredJson.numbers(row.getString("shown")),
                common(row),
                gold(row)))
        .useStream(rows ->
            rows.filter(this::exported)
                .gather(Gatherers.windowFixed(ROWS_OF_A_LOOKUP))
                .flatMap(this::withTexts)
                .forEach(consumer));
  }

  private Stream<WorkRow> withTexts(List<WorkRow> rows) {
    var texts =
        tables.promptTexts(rows.stream().flatMap(row -> row.task().prompt().stream()).toList());
    return rows.stream()
        .map(row ->
            row.withText(row.task().prompt().map(id -> texts.getOrDefault(id, "")).orElse("")));
  }

  private boolean exported(WorkRow given) {
    return given.task().prompt().filter(withheld::contains).isEmpty();
  }

  private Map<String, Object> common(ResultSet row) throws SQLException {
    var fields = new LinkedHashMap<String, Object>();
    String labeler = row.getString("labeler");
    fields.put("labeler_pseudonym", pseudonyms.of(labeler));
    fields.put(
        "role",
        switch (pools.computeIfAbsent(labeler, id -> tables.pool(id).orElseThrow())) {
          case TRAINING -> "train";
          case HELD_OUT -> "heldout";
          case RESEARCHER -> "researcher";
        });
    Optional.ofNullable(row.getString("slot")).ifPresent(slot -> fields.put("slot", slot));
    fields.put("mode", row.getString("mode"));
    fields.put("outcome", row.getString("outcome"));
    fields.put("instruction_version", row.getString("instructions"));
    fields.put("handed_at", Instant.ofEpochMilli(row.getLong("handed")).toString());
    fields.put("started_at", Instant.ofEpochMilli(row.getLong("started")).toString());
    fields.put("submitted_at", Instant.ofEpochMilli(row.getLong("submitted")).toString());
    fields.put("active_ms", row.getLong("active_millis"));
    fields.put("annotation_id", row.getString("annotation"));
    return fields;
  }

  private static Optional<Double> gold(ResultSet row) throws SQLException {
    int of = row.getInt("gold_of");
    return of == 0 ? Optional.empty() : Optional.of(row.getDouble("gold_agreed") / of);
  }

  void demonstrations(Consumer<Map<String, Object>> out) {
    each(
        "demonstrate",
        false,
        given -> {
          var fields = new LinkedHashMap<String, Object>();
          fields.put("prompt_id", given.task().prompt().orElseThrow());
          fields.put("prompt", given.task().text());
          fields.put("response", ((Demonstrated) given.work()).response());
          fields.putAll(given.common());
          out.accept(fields);
        });
  }

  void tags(Consumer<Map<String, Object>> out) {
    each(
        "tag",
        false,
        given -> {
          var tagged = (Tagged) given.work();
          var fields = new LinkedHashMap<String, Object>();
          fields.put("prompt_id", given.task().prompt().orElseThrow());
          fields.put("tags", tagged.tags().stream().sorted().toList());
          tagged.useCase().ifPresent(useCase -> fields.put("use_case", useCase));
          fields.put("personal_data", tagged.personalData());
          fields.putAll(given.common());
          out.accept(fields);
        });
  }

  void comparisons(Consumer<Map<String, Object>> out) {
    each("compare", false, given -> out.accept(comparison(given)));
  }

  /// Work on gold tasks, which is no training data.
  void gold(Consumer<Map<String, Object>> out) {
    each(
        "compare",
        true,
        given -> {
          var fields = comparison(given);
          given.gold().ifPresent(share -> fields.put("agreement_with_gold", share));
          out.accept(fields);
        });
  }

  private static Map<String, Object> comparison(WorkRow given) {
    var compared = (Compared) given.work();
    var fields = new LinkedHashMap<String, Object>();
    fields.put("comparison_id", given.task().id());
    fields.put("prompt_id", given.task().prompt().orElseThrow());
    fields.put("outputs", outputs(given));
    fields.put("ranking", ranking(given.shown(), compared.ranks()));
    var likert = new LinkedHashMap<String, Object>();
    var metadata = new LinkedHashMap<String, Object>();
    var notes = new LinkedHashMap<String, Object>();
    for (int i = 0; i < given.shown().size(); i++) {
      Rated rated = compared.outputs().get(i);
      String output = "o" + given.shown().get(i);
      likert.put(output, rated.quality());
      metadata.put(output, flags(rated));
      if (!rated.note().isBlank()) {
        notes.put(output, rated.note());
      }
    }
    fields.put("likert", likert);
    fields.put("metadata", metadata);
    fields.put("notes", notes);
    fields.putAll(given.common());
    return fields;
  }

  private static List<Map<String, Object>> outputs(WorkRow given) {
    var outputs = new ArrayList<Map<String, Object>>();
    List<Output> all = given.task().outputs();
    for (int i = 0; i < all.size(); i++) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("output_id", "o" + i);
      fields.put("model", all.get(i).model());
      fields.put("text", all.get(i).text());
      fields.put("ended", all.get(i).ended());
      fields.put("shown_position", given.shown().indexOf(i) + 1);
      outputs.add(fields);
    }
    return outputs;
  }

  /// Groups of tied outputs, the best first.
  static List<List<String>> ranking(List<Integer> shown, List<Integer> ranks) {
    var groups = new TreeMap<Integer, List<String>>();
    for (int i = 0; i < shown.size(); i++) {
      groups.computeIfAbsent(ranks.get(i), _ -> new ArrayList<>()).add("o" + shown.get(i));
    }
    return groups.values().stream().map(group -> group.stream().sorted().toList()).toList();
  }

  private static Map<String, Boolean> flags(Rated rated) {
    var flags = new LinkedHashMap<String, Boolean>();
    Arrays.stream(Rating.Flag.values())
        .forEach(flag -> flags.put(StoredJson.word(flag), rated.flags().contains(flag)));
    return flags;
  }
}
