package org.instructgpt.records;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/// Deletes what people gave, and what others gave about it.
///
/// With a person's prompts go the demonstrations, rankings and ratings of them, whoever made them.
/// With a labeler's demonstrations go the rankings and ratings in which others judged their text.
final class Erasure {
  private final Handle handle;
  private final Set<String> people;

  Erasure(Handle handle, Set<String> people) {
    this.handle = handle;
    this.people = people;
  }

  Set<String> prompts() {
    return ids("SELECT id FROM prompt WHERE user_id IN (<people>)");
  }

  Store.Erased run(Set<String> prompts, List<Erasable> modules) {
    Set<String> demonstrations = given("demonstration");
    Set<String> rankings = given("ranking");
    Set<String> ratings = given("rating");
    addThoseThatShow(written(), rankings, ratings);
    int others = 0;
    for (Erasable module : modules) {
      others += module.erase(handle, people, prompts);
    }
    delete("rating", ratings);
    delete("ranking", rankings);
    delete("demonstration", demonstrations);
    delete("prompt", prompts);
    int labelers =
        handle
            .createUpdate("DELETE FROM labeler WHERE id IN (<people>)")
            .bindList("people", people)
            .execute();
    return new Store.Erased(prompts, demonstrations, rankings, ratings, labelers, others);
  }

  private Set<String> given(String table) {
    return ids(
        "SELECT id FROM "
            + table
            + " WHERE labeler_id IN (<people>)"
            + " OR prompt_id IN (SELECT id FROM prompt WHERE user_id IN (<people>))");
  }

  private Set<String> ids(String sql) {
    return new LinkedHashSet<>(
        handle.createQuery(sql).bindList("people", people).mapTo(String.class).list());
  }

  /// What the people wrote as answers, and to which prompts.
  private record Written(String prompt, String text) {}

  private List<Written> written() {
    return handle
        .createQuery("SELECT prompt_id, response FROM demonstration WHERE labeler_id IN (<people>)")
        .bindList("people", people)
        .map((row, _) -> new Written(row.getString("prompt_id"), row.getString("response")))
        .list();
  }

  private void addThoseThatShow(List<Written> answers, Set<String> rankings, Set<String> ratings) {
    Rows rows = new Rows(handle);
    for (Written answer : answers) {
      for (Ranking ranking : rows.about(Table.RANKING, answer.prompt())) {
        if (ranking.outputs().stream().anyMatch(output -> output.text().equals(answer.text()))) {
          rankings.add(ranking.id());
        }
      }
      for (Rating rating : rows.about(Table.RATING, answer.prompt())) {
        if (rating.output().text().equals(answer.text())) {
          ratings.add(rating.id());
        }
      }
    }
  }

  private void delete(String table, Set<String> ids) {
    List<String> left = new ArrayList<>(new HashSet<>(ids));
    for (int from = 0; from < left.size(); from += 500) {
      handle
          .createUpdate("DELETE FROM " + table + " WHERE id IN (<ids>)")
          .bindList("ids", left.subList(from, Math.min(from + 500, left.size())))
          .execute();
    }
  }
}
