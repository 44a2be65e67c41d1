package org.instructgpt.label;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Filter;
import org.jdbi.v3.core.Handle;

/// Deletes the labeling data of people: their work, and the tasks about their prompts. That others
/// did those tasks is [recorded][DeletedTasks] without the content of their work.
///
/// A slot that an erased labeler had filled is open again, since its work is deleted. The names of
/// use cases and batches were written by researchers, and stay.
final class LabelerErasure {
  private static final String VERSIONS =
      "DELETE FROM label_version WHERE annotation IN (SELECT id FROM label_annotation WHERE ";

  private static final int PROMPTS_OF_A_QUERY = 500;

  private final Handle handle;
  private int deleted;

  LabelerErasure(Handle handle) {
    this.handle = handle;
  }

  int erase(Set<String> people, Set<String> prompts) {
    people.forEach(this::person);
    prompts.forEach(this::prompt);
    return deleted;
  }

  private void person(String who) {
    shown(who).forEach(this::item);
    delete("DELETE FROM label_draft WHERE labeler = ?", who);
    delete("DELETE FROM label_quiz_answer WHERE labeler = ?", who);
    delete("DELETE FROM label_decision WHERE labeler = ?", who);
    delete("DELETE FROM label_survey_part WHERE labeler = ?", who);
    delete("DELETE FROM label_gone WHERE labeler = ?", who);
    handle.execute(
        """
        UPDATE label_item SET gold = NULL
        WHERE gold IN (SELECT id FROM label_annotation WHERE labeler = ?)\
        """,
        who);
    delete(VERSIONS + "labeler = ?)", who);
    delete("DELETE FROM label_annotation WHERE labeler = ?", who);
    delete("DELETE FROM label_lease WHERE labeler = ?", who);
    handle.execute(
        """
        UPDATE label_slot SET labeler = NULL, free_at = 0,
          state = CASE
            WHEN state = 'last' OR item IN (SELECT i.id FROM label_item i
              JOIN label_batch b ON b.id = i.batch WHERE b.closed = 1) THEN 'withdrawn'
            ELSE 'open' END
        WHERE labeler = ?\
        """,
        who);
  }

  private void prompt(String prompt) {
    delete("DELETE FROM label_quiz_prompt WHERE prompt = ?", prompt);
    delete("DELETE FROM label_quiz_answer WHERE prompt = ?", prompt);
    delete("DELETE FROM label_round_prompt WHERE prompt = ?", prompt);
    Collection<String> items =
        handle
            .createQuery("SELECT id FROM label_item WHERE prompt = ?")
            .bind(0, prompt)
            .mapTo(String.class)
            .list();
    items.forEach(this::item);
  }

  private void item(String item) {
    new DeletedTasks(handle).remember(item);
    delete(VERSIONS + "item = ?)", item);
    List.of("quiz_answer", "draft", "annotation", "lease", "slot")
        .forEach(table -> delete("DELETE FROM label_" + table + " WHERE item = ?", item));
    delete("DELETE FROM label_item WHERE id = ?", item);
  }

  /// Tasks whose outputs contain a response that the labeler wrote.
  private List<String> shown(String who) {
    Map<String, Set<String>> responses =
        new FeedbackTables(handle)
            .demonstrations(
                Filter.ALL.by(who),
                found ->
                    found.collect(
                        Collectors.groupingBy(
                            given -> given.prompt().id(),
                            Collectors.mapping(
                                given -> given.item().response(), Collectors.toSet()))));
    return responses.keySet().stream()
        .gather(Gatherers.windowFixed(PROMPTS_OF_A_QUERY))
        .flatMap(prompts ->
            handle
                .createQuery(
                    "SELECT id, prompt, outputs FROM label_item WHERE prompt IN (<prompts>)")
                .bindList("prompts", prompts)
                .map((row, _) -> {
                  var written = responses.getOrDefault(row.getString("prompt"), Set.of());
                  return StoredJson.outputs(row.getString("outputs")).stream()
                          .anyMatch(output -> written.contains(output.text()))
                      ? row.getString("id")
                      : "";
                })
                .list()
                .stream())
        .filter(id -> !id.isEmpty())
        .toList();
  }

  private void delete(String sql, String id) {
    deleted += handle.execute(sql, id);
  }
}
