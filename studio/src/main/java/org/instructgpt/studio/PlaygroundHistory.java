package org.instructgpt.studio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.instructgpt.files.Json;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Store;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.GenerationSettings;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The stored history of the playground: prompts, answers, and people's feedback on the answers.
/// The text of a prompt is stored once, with the records.
public final class PlaygroundHistory implements Erasable {
  private static final ObjectMapper JSON = Json.LENIENT;
  private final Store store;

  private PlaygroundHistory(Store store) {
    this.store = store;
  }

  /// The history in a store, whose tables are created where they are missing.
  public static PlaygroundHistory open(Store store) throws IOException {
    store.extend("serve", PlaygroundHistory.class);
    return new PlaygroundHistory(store);
  }

  /// A prompt with the answers of the models that were asked.
  ///
  /// @param prompt id of the prompt
  /// @param text of the prompt
  /// @param answers in the order in which they were shown side by side
  record Turn(
      String id,
      String account,
      String prompt,
      String text,
      Instant asked,
      GenerationSettings settings,
      List<Answer> answers) {
    Turn with(String promptText, List<Answer> given) {
      return new Turn(id, account, prompt, promptText, asked, settings, given);
    }
  }

  /// An answer of one model.
  ///
  /// @param weights SHA-256 of the model's weights, empty where unknown
  /// @param finish empty when the program stopped before the answer was complete
  /// @param verdict 1 for thumbs up, -1 for thumbs down
  /// @param report what the person who asked found wrong with it
  record Answer(
      int place,
      String model,
      String weights,
      String text,
      Optional<Finish> finish,
      int tokens,
      OptionalInt verdict,
      Optional<String> report) {}

  /// An answer that got a thumbs down or a report.
  ///
  /// @param prompt id of the prompt
  /// @param text of the prompt
  record CriticizedAnswer(String prompt, String text, Instant asked, Answer answer) {
    CriticizedAnswer withText(String promptText) {
      return new CriticizedAnswer(prompt, promptText, asked, answer);
    }
  }

  /// The feedback on a model's answers.
  ///
  /// @param up how many got a thumbs up
  record ModelFeedback(String model, int answers, int up, int down, int reports) {}

  /// Stores a turn whose answers are still to come, inside the caller's transaction.
  void begin(Handle handle, Turn turn) {
    handle
        .createUpdate(
            """
            INSERT INTO serve_turn (id, account, prompt, asked_at, manner)
            VALUES (:id, :account, :prompt, :asked, :manner)\
            """)
        .bind("id", turn.id())
        .bind("account", turn.account())
        .bind("prompt", turn.prompt())
        .bind("asked", turn.asked().toEpochMilli())
        .bind("manner", json(turn.settings()))
        .execute();
    for (var answer : turn.answers()) {
      handle
          .createUpdate(
              """
              INSERT INTO serve_answer (turn, place, model, weights, text, tokens)
              VALUES (:turn, :place, :model, :weights, '', 0)\
              """)
          .bind("turn", turn.id())
          .bind("place", answer.place())
          .bind("model", answer.model())
          .bind("weights", answer.weights())
          .execute();
    }
  }

  /// Stores a complete answer, or of a stopped one what the person [saw][#saw]; does nothing when
  /// the turn was deleted meanwhile.
  void complete(String turn, int place, String text, Finish finish, int tokens) {
    int _ =
        store.writeNow(handle -> new SeenText(handle, turn, place).complete(text, finish, tokens));
  }

  /// Cuts the answers of a turn to what the account saw of them before it stopped them, whether
  /// they are stored already or will be. False when the account has no such turn.
  ///
  /// @param seen of each answer, in the answers' order
  boolean saw(String account, String turn, List<SeenText.Seen> seen) {
    var there = turn(account, turn);
    if (there.isEmpty()) {
      return false;
    }
    int answers = Math.min(seen.size(), there.get().answers().size());
    return store.writeNow(handle -> {
      for (int place = 0; place < answers; place++) {
        new SeenText(handle, turn, place).saw(seen.get(place));
      }
      return true;
    });
  }

  /// Stores the verdict on an answer in a transaction of the caller, see [AnswerOpinions#thumb].
  void judge(Handle handle, String turn, int place, OptionalInt verdict) {
    int _ = change(handle, turn, place, "verdict", verdict.isPresent() ? verdict.getAsInt() : null);
  }

  /// Stores the account's report about one of its answers; false when it has no such answer.
  boolean report(String account, String turn, int place, String note) {
    return store.writeNow(handle ->
        turn(handle, account, turn).isPresent() && change(handle, turn, place, "report", note) > 0);
  }

  private static int change(
      Handle handle, String turn, int place, String column, @Nullable Object value) {
    return handle
        .createUpdate(
            "UPDATE serve_answer SET %s = :value WHERE turn = :turn AND place = :place"
                .formatted(column))
        .bind("value", value)
        .bind("turn", turn)
        .bind("place", place)
        .execute();
  }

  /// An account's turns, the newest first.
  List<Turn> turns(String account, int limit, int offset) {
    return store.read(handle ->
        turns(
            handle,
            account,
            "ORDER BY asked_at DESC, id DESC LIMIT :limit OFFSET :offset",
            query -> query.bind("limit", limit).bind("offset", offset)));
  }

  private static List<Turn> turns(
      Handle handle, String account, String rest, UnaryOperator<Query> bound) {
    var query =
        handle
            .createQuery(
                """
                SELECT id, account, prompt, asked_at, manner FROM serve_turn
                WHERE account = :account\
                """
                    + " "
                    + rest)
            .bind("account", account);
    var turns =
        bound
            .apply(query)
            .map((row, _) ->
                new Turn(
                    row.getString("id"),
                    row.getString("account"),
                    row.getString("prompt"),
                    "",
                    Instant.ofEpochMilli(row.getLong("asked_at")),
                    settings(row.getString("manner")),
                    List.of()))
            .list();
    if (turns.isEmpty()) {
      return turns;
    }
    var answers = answers(handle, turns.stream().map(Turn::id).toList());
    var texts = new FeedbackTables(handle).promptTexts(turns.stream().map(Turn::prompt).toList());
    return turns.stream()
        .filter(turn -> texts.containsKey(turn.prompt()))
        .map(turn ->
            turn.with(
                texts.getOrDefault(turn.prompt(), ""), answers.getOrDefault(turn.id(), List.of())))
        .toList();
  }

  /// One turn of the account.
  Optional<Turn> turn(String account, String id) {
    return store.read(handle -> turn(handle, account, id));
  }

  /// The same in a transaction of the caller.
  Optional<Turn> turn(Handle handle, String account, String id) {
    return turns(handle, account, "AND id = :id", query -> query.bind("id", id)).stream()
        .findFirst();
  }

  long count(String account) {
    return store.read(handle ->
        handle
            .createQuery("SELECT COUNT(*) FROM serve_turn WHERE account = :account")
            .bind("account", account)
            .mapTo(Long.class)
            .one());
  }

  private static Map<String, List<Answer>> answers(Handle handle, List<String> turns) {
    var answers = new HashMap<String, List<Answer>>();
    handle
        .createQuery("SELECT * FROM serve_answer WHERE turn IN (<turns>) ORDER BY turn, place")
        .bindList("turns", turns)
        .reduceRows(
            answers,
            (found, row) -> {
              found
                  .computeIfAbsent(row.getColumn("turn", String.class), _ -> new ArrayList<>())
                  .add(answer(row));
              return found;
            });
    return answers;
  }

  private static Answer answer(RowView row) {
    var verdict = Optional.ofNullable(row.getColumn("verdict", Integer.class));
    return new Answer(
        row.getColumn("place", Integer.class),
        row.getColumn("model", String.class),
        row.getColumn("weights", String.class),
        row.getColumn("text", String.class),
        Optional.ofNullable(row.getColumn("finish", String.class)).map(Finish::valueOf),
        row.getColumn("tokens", Integer.class),
        verdict.map(OptionalInt::of).orElse(OptionalInt.empty()),
        Optional.ofNullable(row.getColumn("report", String.class)));
  }

  /// The answers of all accounts that got a thumbs down or a report, those of the newest turns
  /// first.
  List<CriticizedAnswer> criticized(int limit, int offset) {
    return store.read(handle -> {
      var answers = criticized(handle, limit, offset);
      var texts =
          new FeedbackTables(handle)
              .promptTexts(answers.stream().map(CriticizedAnswer::prompt).toList());
      return answers.stream()
          .filter(answer -> texts.containsKey(answer.prompt()))
          .map(answer -> answer.withText(texts.getOrDefault(answer.prompt(), "")))
          .toList();
    });
  }

  private static List<CriticizedAnswer> criticized(Handle handle, int limit, int offset) {
    return handle
        .createQuery(
            """
            SELECT a.*, t.prompt, t.asked_at
            FROM serve_answer a JOIN serve_turn t ON t.id = a.turn
            WHERE a.report IS NOT NULL OR a.verdict = -1
            ORDER BY t.asked_at DESC, t.id DESC, a.place LIMIT :limit OFFSET :offset\
            """)
        .bind("limit", limit)
        .bind("offset", offset)
        .reduceRows(
            new ArrayList<>(),
            (found, row) -> {
              found.add(
                  new CriticizedAnswer(
                      row.getColumn("prompt", String.class),
                      "",
                      Instant.ofEpochMilli(row.getColumn("asked_at", Long.class)),
                      answer(row)));
              return found;
            });
  }

  /// The feedback on each model's answers, ordered by the model's name.
  List<ModelFeedback> byModel() {
    return store.read(handle ->
        handle
            .createQuery(
                """
                SELECT model, count(*) AS answers,
                  count(CASE WHEN verdict = 1 THEN 1 END) AS up,
                  count(CASE WHEN verdict = -1 THEN 1 END) AS down,
                  count(report) AS reports
                FROM serve_answer GROUP BY model ORDER BY model\
                """)
            .map((row, _) ->
                new ModelFeedback(
                    row.getString("model"),
                    row.getInt("answers"),
                    row.getInt("up"),
                    row.getInt("down"),
                    row.getInt("reports")))
            .list());
  }

  /// The prompt of a turn of the account.
  Optional<String> prompt(String account, String turn) {
    return store.read(handle ->
        handle
            .createQuery("SELECT prompt FROM serve_turn WHERE id = :id AND account = :account")
            .bind("id", turn)
            .bind("account", account)
            .mapTo(String.class)
            .findOne());
  }

  /// The prompts of all turns of the account.
  Set<String> prompts(String account) {
    return store.read(handle ->
        handle
            .createQuery("SELECT prompt FROM serve_turn WHERE account = :account")
            .bind("account", account)
            .mapTo(String.class)
            .set());
  }

  @Override
  public int erase(Handle handle, Set<String> people, Set<String> prompts) {
    int deleted = 0;
    for (var person : people) {
      deleted += deleteTurns(handle, "account", person);
    }
    for (var prompt : prompts) {
      deleted += deleteTurns(handle, "prompt", prompt);
    }
    return deleted;
  }

  private static int deleteTurns(Handle handle, String column, String value) {
    String turns = " IN (SELECT id FROM serve_turn WHERE %s = :value)".formatted(column);
    int answers =
        handle
            .createUpdate("DELETE FROM serve_answer WHERE turn" + turns)
            .bind("value", value)
            .execute();
    return answers
        + handle
            .createUpdate("DELETE FROM serve_turn WHERE id" + turns)
            .bind("value", value)
            .execute();
  }

  private static String json(GenerationSettings settings) {
    try {
      return JSON.writeValueAsString(settings);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GenerationSettings settings(String json) {
    try {
      return JSON.readValue(json, GenerationSettings.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
