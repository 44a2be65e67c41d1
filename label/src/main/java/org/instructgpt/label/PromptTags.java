package org.instructgpt.label;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.instructgpt.label.LabelerWork.Tag;
import org.instructgpt.label.LabelerWork.Tagged;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.Estimate.Cluster;
import org.jdbi.v3.core.Handle;

/// Tags of prompts by labelers, and the use case that follows from them.
final class PromptTags {
  private final Handle handle;

  PromptTags(Handle handle) {
    this.handle = handle;
  }

  /// Sets the use case of a prompt when all its taggers are done: the one that most labelers named,
  /// unless the prompt has one already. A draw sets none.
  void settle(LabelingTask task) {
    boolean more =
        handle
            .createQuery(
                "SELECT 1 FROM label_slot WHERE item = ? AND state IN ('open', 'last') LIMIT 1")
            .bind(0, task.id())
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
    if (!more) {
      most(given(task.id()))
          .ifPresent(useCase ->
              new FeedbackTables(handle).settleUseCase(task.prompt().orElseThrow(), useCase));
    }
  }

  /// Updates the use case after a correction, if it came from the labelers.
  ///
  /// @param before the work before the correction; the store holds the corrected one
  void settleAgain(LabelingTask task, Annotation before) {
    if (before.outcome() != Submission.Outcome.COUNTED) {
      return;
    }
    List<LabelerWork> now = given(task.id());
    List<LabelerWork> then = new ArrayList<>(now);
    then.remove(new Annotations(handle).of(before.labeler(), task.id()).orElseThrow().work());
    then.add(before.work());
    most(then)
        .ifPresent(useCase ->
            new FeedbackTables(handle).reopenUseCase(task.prompt().orElseThrow(), useCase));
    settle(task);
  }

  private List<LabelerWork> given(String item) {
    return handle
        .createQuery("SELECT work FROM label_annotation WHERE item = ? AND outcome = 'counted'")
        .bind(0, item)
        .mapTo(String.class)
        .map(StoredJson::work)
        .list();
  }

  private static Optional<UseCase> most(List<LabelerWork> given) {
    var votes = new TreeMap<UseCase, Integer>();
    given.forEach(
        work -> ((Tagged) work).useCase().ifPresent(u -> votes.merge(u, 1, Integer::sum)));
    List<Map.Entry<UseCase, Integer>> ordered =
        votes.entrySet().stream()
            .sorted(Comparator.comparingInt(entry -> -entry.getValue()))
            .toList();
    boolean tied =
        ordered.size() > 1 && ordered.get(0).getValue().equals(ordered.get(1).getValue());
    return ordered.isEmpty() || tied ? Optional.empty() : Optional.of(ordered.getFirst().getKey());
  }

  /// The share of each tag among all tagged prompts, clustered by prompt (Table 7).
  SortedMap<Tag, Estimate> shares() {
    var prompts = new TreeMap<String, List<Tagged>>();
    handle
        .createQuery(
            """
            SELECT i.prompt, a.work FROM label_annotation a JOIN label_item i ON i.id = a.item
            JOIN label_batch b ON b.id = i.batch WHERE b.kind = 'tag' AND a.outcome = 'counted'\
            """)
        .map((row, _) ->
            Map.entry(row.getString("prompt"), (Tagged) StoredJson.work(row.getString("work"))))
        .forEach(row ->
            prompts.computeIfAbsent(row.getKey(), _ -> new ArrayList<>()).add(row.getValue()));
    var shares = new TreeMap<Tag, Estimate>();
    if (!prompts.isEmpty()) {
      for (Tag tag : Tag.values()) {
        shares.put(
            tag,
            Estimate.of(
                prompts.values().stream()
                    .map(given -> new Cluster(count(tag, given), given.size()))
                    .toList()));
      }
    }
    return shares;
  }

  private static long count(Tag tag, List<Tagged> given) {
    return given.stream().filter(tagged -> tagged.tags().contains(tag)).count();
  }
}
