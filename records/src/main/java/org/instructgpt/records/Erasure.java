package org.instructgpt.records;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/// Deletes the records of people and the feedback of others on them.
///
/// With a person's prompts, all demonstrations, rankings and ratings of them are deleted. With a
/// labeler's demonstrations, the rankings and ratings of their text by others are deleted.
final class Erasure {
  private static final int PART_SIZE = 500;

  private final Handle handle;
  private final Set<String> people;
  private final Set<String> named;

  /// @param named prompts that are deleted whoever wrote them
  Erasure(Handle handle, Set<String> people, Set<String> named) {
    this.handle = handle;
    this.people = people;
    this.named = named;
  }

  Erased run(List<Erasable> modules) {
    Set<String> prompts = where("SELECT id FROM prompt WHERE id IN (<all>)", named);
    prompts.addAll(where("SELECT id FROM prompt WHERE user_id IN (<all>)", people));
    Set<String> demonstrations = given("demonstration", prompts);
    Set<String> rankings = given("ranking", prompts);
    Set<String> ratings = given("rating", prompts);
    addThoseThatContain(written(), rankings, ratings);
    int others = 0;
    for (Erasable module : modules) {
      others += module.erase(handle, people, prompts);
    }
    delete("rating", ratings);
    delete("ranking", rankings);
    delete("demonstration", demonstrations);
    delete("prompt", prompts);
    int labelers = delete("labeler", people);
    return new Erased(prompts, demonstrations, rankings, ratings, labelers, others);
  }

  private Set<String> given(String table, Set<String> prompts) {
    String ids = "SELECT id FROM " + table;
    Set<String> given = where(ids + " WHERE labeler_id IN (<all>)", people);
    given.addAll(where(ids + " WHERE prompt_id IN (<all>)", prompts));
    return given;
  }

  private Set<String> where(String sql, Set<String> all) {
    Set<String> ids = new LinkedHashSet<>();
    for (List<String> part : parts(all)) {
      ids.addAll(handle.createQuery(sql).bindList("all", part).mapTo(String.class).list());
    }
    return ids;
  }

  /// Databases limit the number of parameters of a statement.
  private static List<List<String>> parts(Set<String> all) {
    List<String> list = List.copyOf(all);
    List<List<String>> parts = new ArrayList<>();
    for (int from = 0; from < list.size(); from += PART_SIZE) {
      parts.add(list.subList(from, Math.min(from + PART_SIZE, list.size())));
    }
    return parts;
  }

  /// A demonstration of one of the people.
  private record Written(String prompt, String text) {}

  private List<Written> written() {
    List<Written> written = new ArrayList<>();
    for (List<String> part : parts(people)) {
      written.addAll(
          handle
              .createQuery(
                  "SELECT prompt_id, response FROM demonstration WHERE labeler_id IN (<all>)")
              .bindList("all", part)
              .map((row, _) -> new Written(row.getString("prompt_id"), row.getString("response")))
              .list());
    }
    return written;
  }

  private void addThoseThatContain(
      List<Written> answers, Set<String> rankings, Set<String> ratings) {
    RecordRows rows = new RecordRows(handle);
    for (Written answer : answers) {
      for (Ranking ranking : rows.about(RecordTable.RANKING, answer.prompt())) {
        if (ranking.outputs().stream().anyMatch(output -> output.text().equals(answer.text()))) {
          rankings.add(ranking.id());
        }
      }
      for (Rating rating : rows.about(RecordTable.RATING, answer.prompt())) {
        if (rating.output().text().equals(answer.text())) {
          ratings.add(rating.id());
        }
      }
    }
  }

  private int delete(String table, Set<String> ids) {
    int rows = 0;
    for (List<String> part : parts(ids)) {
      rows +=
          handle
              .createUpdate("DELETE FROM " + table + " WHERE id IN (<all>)")
              .bindList("all", part)
              .execute();
    }
    return rows;
  }
}
