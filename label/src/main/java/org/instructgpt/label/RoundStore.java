package org.instructgpt.label;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.instructgpt.label.RoundPlan.Preparation;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.jdbi.v3.core.Handle;

/// Stores the rounds that are being prepared, so that a restarted program continues where it was.
final class RoundStore {
  private final Handle handle;

  RoundStore(Handle handle) {
    this.handle = handle;
  }

  /// A round that is being prepared.
  record Going(String id, RoundPlan plan) {}

  /// A prompt that the models have not answered yet.
  record Question(int place, String text) {}

  Optional<Going> going() {
    return handle
        .createQuery("SELECT id, plan FROM label_round WHERE state = 'going' ORDER BY seq LIMIT 1")
        .map((row, _) -> new Going(row.getString("id"), StoredJson.plan(row.getString("plan"))))
        .findOne();
  }

  /// Whether the round is still being prepared; another program over the same database may have
  /// ended it.
  boolean goes(String round) {
    return handle
        .createQuery("SELECT 1 FROM label_round WHERE id = ? AND state = 'going'")
        .bind(0, round)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  Going begin(RoundPlan plan, List<Prompt> prompts, Instant now, RandomGenerator random) {
    var round = new Going(Ids.fresh(now, random), plan);
    handle
        .createUpdate(
            "INSERT INTO label_round (id, plan, begun, total) VALUES (:id, :plan, :now, :total)")
        .bind("id", round.id())
        .bind("plan", StoredJson.write(plan))
        .bind("now", now.toEpochMilli())
        .bind("total", prompts.size())
        .execute();
    try (var rows =
        handle.prepareBatch(
            "INSERT INTO label_round_prompt (round, place, prompt) VALUES (?, ?, ?)")) {
      for (int place = 0; place < prompts.size(); place++) {
        rows.add(round.id(), place, prompts.get(place).id());
      }
      rows.execute();
    }
    return round;
  }

  /// The next prompts that the models are to answer.
  List<Question> open(String round, int most) {
    var prompts = new TreeMap<Integer, String>();
    handle
        .createQuery(
            """
            SELECT place, prompt FROM label_round_prompt
            WHERE round = :round AND outputs IS NULL ORDER BY place LIMIT :most\
            """)
        .bind("round", round)
        .bind("most", most)
        .map((row, _) -> Map.entry(row.getInt("place"), row.getString("prompt")))
        .forEach(row -> prompts.put(row.getKey(), row.getValue()));
    var texts = new FeedbackTables(handle).promptTexts(prompts.values());
    return prompts.entrySet().stream()
        .map(asked -> new Question(asked.getKey(), texts.getOrDefault(asked.getValue(), "")))
        .toList();
  }

  /// Stores the outputs of prompts that have none yet; a prompt with too few outputs is left out.
  ///
  /// @param unread the indices of questions whose prompts are too long for a model
  void keep(
      String round, List<Question> questions, List<List<Output>> outputs, Set<Integer> unread) {
    int done = 0;
    int thin = 0;
    int tooLong = 0;
    for (int i = 0; i < questions.size(); i++) {
      int kept =
          handle.execute(
              """
              UPDATE label_round_prompt SET outputs = ?
              WHERE round = ? AND place = ? AND outputs IS NULL\
              """,
              StoredJson.write(outputs.get(i)),
              round,
              questions.get(i).place());
      done += kept;
      boolean few = outputs.get(i).size() < Ranking.LEAST;
      thin += few ? kept : 0;
      tooLong += few && unread.contains(i) ? kept : 0;
    }
    handle.execute(
        "UPDATE label_round SET done = done + ?, thin = thin + ?, unread = unread + ? WHERE id = ?",
        done,
        thin,
        tooLong,
        round);
  }

  /// The message when no prompt has outputs to compare.
  String nothing(String round) {
    return handle
        .createQuery("SELECT thin, unread FROM label_round WHERE id = ?")
        .bind(0, round)
        .map((row, _) ->
            "no prompt has two different outputs: of %d prompts, %d are longer than a model can read, and to %d the models wrote the same"
                .formatted(
                    row.getInt("thin"),
                    row.getInt("unread"),
                    row.getInt("thin") - row.getInt("unread")))
        .one();
  }

  /// The tasks of the round, once all prompts are answered.
  List<Item> items(String round) {
    return handle
        .createQuery(
            "SELECT prompt, outputs FROM label_round_prompt WHERE round = ? ORDER BY place")
        .bind(0, round)
        .map((row, _) ->
            new Item(
                Optional.of(row.getString("prompt")),
                StoredJson.outputs(row.getString("outputs")),
                ""))
        .filter(item -> item.outputs().size() >= Ranking.LEAST)
        .list();
  }

  void opened(String round, String batch) {
    end(round, "UPDATE label_round SET state = 'open', batch = ? WHERE id = ?", batch);
  }

  void failed(String round, String reason) {
    if (!goes(round)) {
      return;
    }
    end(round, "UPDATE label_round SET state = 'failed', failure = ? WHERE id = ?", reason);
  }

  private void end(String round, String sql, String result) {
    handle.execute(sql, result, round);
    handle.execute("DELETE FROM label_round_prompt WHERE round = ?", round);
  }

  /// The newest round, prepared or being prepared.
  Optional<Preparation> latest() {
    return handle
        .createQuery("SELECT * FROM label_round ORDER BY seq DESC LIMIT 1")
        .map((row, _) ->
            new Preparation(
                StoredJson.plan(row.getString("plan")).batch().name(),
                row.getInt("done"),
                row.getInt("total"),
                row.getInt("thin"),
                row.getInt("unread"),
                Optional.ofNullable(row.getString("batch")),
                Optional.ofNullable(row.getString("failure"))))
        .findOne();
  }
}
