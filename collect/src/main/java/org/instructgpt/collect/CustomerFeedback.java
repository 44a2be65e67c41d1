package org.instructgpt.collect;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.instructgpt.files.Json;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Store;
import org.instructgpt.records.WithPrompt;
import org.jdbi.v3.core.Handle;

/// What customers said of answers to their own prompts: which they liked better, and what they
/// would have liked to read.
///
/// It is kept apart from labelers' work, since the paper's models learn from labelers alone, who
/// were chosen and instructed; a training learns from it too where it is asked to. Each entry is a
/// [Ranking] whose labeler is the customer's account. An answer that the customer wrote anew is an
/// output of the model [Output#HUMAN], ranked before the one that it replaces; it is a
/// [Demonstration] as well.
public final class CustomerFeedback implements Erasable {
  /// Rows that are read, and parameters of one query, at a time.
  private static final int AT_A_TIME = 500;

  private final Store store;

  private CustomerFeedback(Store store) {
    this.store = store;
  }

  /// The feedback in a store, whose table is created if it does not exist.
  public static CustomerFeedback open(Store store) throws IOException {
    store.extend("collect", Intake.class);
    return new CustomerFeedback(store);
  }

  /// How much there is.
  ///
  /// @param rankings all entries
  /// @param rewritten how many of them hold an answer that the customer wrote
  public record Amount(int rankings, int rewritten) {}

  /// An output as it is stored.
  private record RankedOutput(String text, String model, boolean ended, int rank) {}

  /// A row of the table.
  private record Row(long seq, String prompt, Ranking ranking) {}

  /// Stores an entry in a transaction of the caller, in the place of one with the same id.
  public void put(Handle handle, Ranking given) {
    remove(handle, given.id());
    handle
        .createUpdate(
            """
            INSERT INTO collect_feedback (id, prompt_id, account, outputs, given)
            VALUES (:id, :prompt, :account, :outputs, :given)\
            """)
        .bind("id", given.id())
        .bind("prompt", given.promptId())
        .bind("account", given.labeler())
        .bind("outputs", json(given))
        .bind("given", given.created().toEpochMilli())
        .execute();
  }

  /// Deletes an entry, if it exists, in a transaction of the caller.
  public void remove(Handle handle, String id) {
    handle.execute("DELETE FROM collect_feedback WHERE id = ?", id);
  }

  /// All entries about these prompts, by id, in a transaction of the caller.
  public Map<String, Ranking> about(Handle handle, Collection<String> prompts) {
    var all = new ArrayList<>(prompts);
    var found = new HashMap<String, Ranking>();
    for (int from = 0; from < all.size(); from += AT_A_TIME) {
      handle
          .createQuery("SELECT * FROM collect_feedback WHERE prompt_id IN (<all>)")
          .bindList("all", all.subList(from, Math.min(from + AT_A_TIME, all.size())))
          .map((row, _) -> row(row).ranking())
          .forEach(ranking -> found.put(ranking.id(), ranking));
    }
    return found;
  }

  /// How much there is, withdrawn prompts included.
  public Amount amount() {
    int[] count = new int[2];
    each(given -> {
      count[0]++;
      count[1] += isRewritten(given.item()) ? 1 : 0;
    });
    return new Amount(count[0], count[1]);
  }

  /// Hands on all entries with their prompts, in the order in which they were given.
  public void each(Consumer<WithPrompt<Ranking>> consumer) {
    long after = 0;
    for (var rows = page(after); !rows.isEmpty(); rows = page(after)) {
      var prompts = prompts(rows.stream().map(Row::prompt).toList());
      for (var row : rows) {
        var prompt = prompts.get(row.prompt());
        if (prompt != null) {
          consumer.accept(new WithPrompt<>(prompt, row.ranking()));
        }
      }
      after = rows.getLast().seq();
    }
  }

  /// Hands on the answers that customers wrote, with their prompts.
  public void eachRewritten(Consumer<WithPrompt<Demonstration>> consumer) {
    each(given -> {
      var ranking = given.item();
      ranking.outputs().stream()
          .filter(output -> output.model().equals(Output.HUMAN))
          .forEach(output ->
              consumer.accept(
                  new WithPrompt<>(
                      given.prompt(),
                      new Demonstration(
                          ranking.id(),
                          ranking.promptId(),
                          output.text(),
                          ranking.labeler(),
                          ranking.created()))));
    });
  }

  private static boolean isRewritten(Ranking given) {
    return given.outputs().stream().anyMatch(output -> output.model().equals(Output.HUMAN));
  }

  private List<Row> page(long after) {
    return store.read(handle ->
        handle
            .createQuery(
                "SELECT * FROM collect_feedback WHERE seq > :after ORDER BY seq LIMIT :most")
            .bind("after", after)
            .bind("most", AT_A_TIME)
            .map((row, _) -> row(row))
            .list());
  }

  private Map<String, Prompt> prompts(Collection<String> ids) {
    var found = new HashMap<String, Prompt>();
    store
        .read(handle -> new FeedbackTables(handle).prompts(ids))
        .forEach(prompt -> found.put(prompt.id(), prompt));
    return found;
  }

  private static Row row(ResultSet row) throws SQLException {
    var outputs = outputs(row.getString("outputs"));
    var prompt = row.getString("prompt_id");
    var ranking =
        new Ranking(
            row.getString("id"),
            prompt,
            outputs.stream().map(each -> new Output(each.text, each.model, each.ended)).toList(),
            outputs.stream().map(RankedOutput::rank).toList(),
            row.getString("account"),
            Instant.ofEpochMilli(row.getLong("given")));
    return new Row(row.getLong("seq"), prompt, ranking);
  }

  private static List<RankedOutput> outputs(String json) {
    try {
      return Arrays.asList(Json.LENIENT.readValue(json, RankedOutput[].class));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String json(Ranking given) {
    var outputs =
        IntStream.range(0, given.outputs().size())
            .mapToObj(i -> {
              var output = given.outputs().get(i);
              return new RankedOutput(
                  output.text(), output.model(), output.ended(), given.ranks().get(i));
            })
            .toList();
    return Json.text(Json.LENIENT.valueToTree(outputs));
  }

  @Override
  public int erase(Handle handle, Set<String> people, Set<String> prompts) {
    return erase(handle, "account", people) + erase(handle, "prompt_id", prompts);
  }

  private static int erase(Handle handle, String column, Set<String> values) {
    var all = new ArrayList<>(values);
    int rows = 0;
    for (int from = 0; from < all.size(); from += AT_A_TIME) {
      rows +=
          handle
              .createUpdate("DELETE FROM collect_feedback WHERE %s IN (<all>)".formatted(column))
              .bindList("all", all.subList(from, Math.min(from + AT_A_TIME, all.size())))
              .execute();
    }
    return rows;
  }
}
