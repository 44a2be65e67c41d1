package org.instructgpt.records;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The table of one type of record: its name, its columns, and the conversion between rows and
/// records.
///
/// @param columns names, `id` first
/// @param values the values of those columns
/// @param reader makes a record from the columns whose names begin with a prefix
record RecordTable<T extends Feedback>(
    String name,
    List<String> columns,
    Function<T, List<@Nullable Object>> values,
    RowReader<T> reader) {

  @FunctionalInterface
  interface RowReader<T> {
    T read(ResultSet row, String prefix) throws SQLException;
  }

  static final RecordTable<Labeler> LABELER =
      new RecordTable<>(
          "labeler",
          List.of("id", "pool"),
          labeler -> List.of(labeler.id(), EnumWords.of(labeler.pool())),
          (row, at) ->
              new Labeler(
                  row.getString(at + "id"),
                  EnumWords.constant(Labeler.Pool.class, row.getString(at + "pool"))));

  static final RecordTable<Prompt> PROMPT =
      new RecordTable<>(
          "prompt",
          List.of(
              "id", "text", "source", "user_id", "organisation_id", "split", "use_case", "created"),
          RecordTable::promptValues,
          RecordTable::readPrompt);

  static final RecordTable<Demonstration> DEMONSTRATION =
      new RecordTable<>(
          "demonstration",
          List.of("id", "prompt_id", "response", "labeler_id", "created"),
          given ->
              List.of(
                  given.id(),
                  given.promptId(),
                  given.response(),
                  given.labeler(),
                  given.created().toString()),
          (row, at) ->
              new Demonstration(
                  row.getString(at + "id"),
                  row.getString(at + "prompt_id"),
                  row.getString(at + "response"),
                  row.getString(at + "labeler_id"),
                  Instant.parse(row.getString(at + "created"))));

  static final RecordTable<Ranking> RANKING =
      new RecordTable<>(
          "ranking",
          List.of("id", "prompt_id", "outputs", "labeler_id", "created"),
          given ->
              List.of(
                  given.id(),
                  given.promptId(),
                  RecordJson.outputs(given.outputs(), given.ranks()).toString(),
                  given.labeler(),
                  given.created().toString()),
          RecordTable::readRanking);

  static final RecordTable<Rating> RATING =
      new RecordTable<>(
          "rating",
          List.of(
              "id",
              "prompt_id",
              "output",
              "model",
              "ended",
              "quality",
              "flags",
              "labeler_id",
              "created"),
          given ->
              List.of(
                  given.id(),
                  given.promptId(),
                  given.output().text(),
                  given.output().model(),
                  given.output().ended() ? 1 : 0,
                  given.quality(),
                  RecordJson.flags(given.flags()).toString(),
                  given.labeler(),
                  given.created().toString()),
          (row, at) ->
              new Rating(
                  row.getString(at + "id"),
                  row.getString(at + "prompt_id"),
                  new Output(
                      row.getString(at + "output"),
                      row.getString(at + "model"),
                      row.getInt(at + "ended") != 0),
                  row.getInt(at + "quality"),
                  RecordJson.parseFlags(row.getString(at + "flags")),
                  row.getString(at + "labeler_id"),
                  Instant.parse(row.getString(at + "created"))));

  /// All tables, each after those that it references.
  static final List<RecordTable<?>> ALL = List.of(LABELER, PROMPT, DEMONSTRATION, RANKING, RATING);

  static RecordTable<?> of(Feedback record) {
    return switch (record) {
      case Labeler _ -> LABELER;
      case Prompt _ -> PROMPT;
      case Demonstration _ -> DEMONSTRATION;
      case Ranking _ -> RANKING;
      case Rating _ -> RATING;
    };
  }

  /// `t.id AS t_id, ...`, so that two tables of a join can be told apart.
  String selection(String alias) {
    return columns.stream()
        .map(column -> alias + "." + column + " AS " + alias + "_" + column)
        .collect(Collectors.joining(", "));
  }

  /// The statement that inserts a row unless its id exists.
  String insertion() {
    String places = columns.stream().map(_ -> "?").collect(Collectors.joining(", "));
    return "INSERT INTO "
        + name
        + " ("
        + String.join(", ", columns)
        + ") VALUES ("
        + places
        + ") ON CONFLICT (id) DO NOTHING";
  }

  private static List<@Nullable Object> promptValues(Prompt prompt) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(prompt.id());
    values.add(prompt.text());
    values.add(EnumWords.of(prompt.source()));
    values.add(prompt.user().orElse(null));
    values.add(prompt.organisation().orElse(null));
    values.add(EnumWords.of(prompt.split()));
    values.add(prompt.useCase().map(EnumWords::of).orElse(null));
    values.add(prompt.created().toString());
    return values;
  }

  private static Prompt readPrompt(ResultSet row, String at) throws SQLException {
    return new Prompt(
        row.getString(at + "id"),
        row.getString(at + "text"),
        EnumWords.constant(Prompt.Source.class, row.getString(at + "source")),
        Optional.ofNullable(row.getString(at + "user_id")),
        Optional.ofNullable(row.getString(at + "organisation_id")),
        EnumWords.constant(Split.class, row.getString(at + "split")),
        Optional.ofNullable(row.getString(at + "use_case"))
            .map(word -> EnumWords.constant(Prompt.UseCase.class, word)),
        Instant.parse(row.getString(at + "created")));
  }

  private static Ranking readRanking(ResultSet row, String at) throws SQLException {
    ArrayNode array = RecordJson.parse(row.getString(at + "outputs"));
    List<Output> outputs = new ArrayList<>();
    List<Integer> ranks = new ArrayList<>();
    for (var output : array) {
      outputs.add(RecordJson.output(output));
      ranks.add(output.path("rank").intValue());
    }
    return new Ranking(
        row.getString(at + "id"),
        row.getString(at + "prompt_id"),
        outputs,
        ranks,
        row.getString(at + "labeler_id"),
        Instant.parse(row.getString(at + "created")));
  }
}
