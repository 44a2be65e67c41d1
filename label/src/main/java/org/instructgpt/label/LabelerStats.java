package org.instructgpt.label;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.Estimate.Cluster;
import org.jdbi.v3.core.Handle;

/// Per-labeler counts of submissions and rankings, and agreement with gold.
final class LabelerStats {
  private final Map<String, List<Long>> active = new HashMap<>();
  private final Map<String, Map<String, Cluster>> gold = new HashMap<>();
  private final Map<String, Integer> rankings;

  LabelerStats(Handle handle) {
    handle
        .createQuery(
            """
            SELECT labeler, item, active_millis, COALESCE(gold_agreed, 0) AS agreed,
              COALESCE(gold_of, 0) AS pairs
            FROM label_annotation\
            """)
        .map((row, _) -> {
          String who = row.getString("labeler");
          active.computeIfAbsent(who, _ -> new ArrayList<>()).add(row.getLong("active_millis"));
          var cluster = new Cluster(row.getDouble("agreed"), row.getInt("pairs"));
          if (cluster.of() > 0) {
            gold.computeIfAbsent(who, _ -> new LinkedHashMap<>())
                .merge(row.getString("item"), cluster, Cluster::plus);
          }
          return who;
        })
        .stream()
        .forEach(_ -> {});
    rankings = new FeedbackTables(handle).rankingsByLabeler();
  }

  int submissions(String labeler) {
    return active.getOrDefault(labeler, List.of()).size();
  }

  int rankings(String labeler) {
    return rankings.getOrDefault(labeler, 0);
  }

  long medianActiveMillis(String labeler) {
    return BatchProgress.median(active.getOrDefault(labeler, List.of()));
  }

  Optional<Estimate> gold(String labeler) {
    return Optional.ofNullable(gold.get(labeler)).map(items -> Estimate.of(items.values()));
  }

  /// Agreement with gold by the week of the submission; each gold task is a cluster.
  static List<WeeklyEstimate> goldByWeek(Handle handle, String labeler) {
    var answers =
        handle
            .createQuery(
                """
                SELECT submitted, gold_agreed, gold_of FROM label_annotation
                WHERE labeler = ? AND gold_of > 0\
                """)
            .bind(0, labeler)
            .map((row, _) ->
                Map.entry(
                    Instant.ofEpochMilli(row.getLong("submitted")),
                    new Cluster(row.getDouble("gold_agreed"), row.getInt("gold_of"))))
            .list();
    return WeeklyEstimate.of(
        answers,
        Map.Entry::getKey,
        week -> Estimate.of(week.stream().map(Map.Entry::getValue).toList()));
  }
}
