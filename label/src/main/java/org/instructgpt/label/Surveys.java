package org.instructgpt.label;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// Voluntary surveys of labelers: demographics and satisfaction (Tables 12 and 13).
///
/// Answers are anonymous: an answer only increments a counter, without a name or a time. Who has
/// answered is stored separately, so that nobody counts twice. Counts are shown when at least
/// [#FEWEST] have answered.
public final class Surveys {
  /// How many must have answered before the counts are shown.
  public static final int FEWEST = 5;

  private static final List<String> AGREEMENT =
      List.of("strongly_agree", "agree", "neither", "disagree", "strongly_disagree");

  private static final List<Question> DEMOGRAPHICS =
      List.of(
          new Question("gender", List.of("male", "female", "nonbinary", "other"), false),
          new Question(
              "ethnicity",
              List.of(
                  "white",
                  "southeast_asian",
                  "indigenous",
                  "east_asian",
                  "middle_eastern",
                  "latinx",
                  "black",
                  "south_asian",
                  "other"),
              true),
          new Question("nationality", List.of(), false),
          new Question("age", List.of("18-24", "25-34", "35-44", "45-54", "55-64", "65+"), false),
          new Question(
              "education",
              List.of("below_high_school", "high_school", "undergraduate", "master", "doctorate"),
              false));

  private static final List<Question> SATISFACTION =
      Stream.of("clear", "enjoyable", "repetitive", "paid_fairly", "glad")
          .map(key -> new Question(key, AGREEMENT, false))
          .toList();

  /// The row that counts those who took part.
  private static final String ALL = "";

  private final Store store;

  private Surveys(Store store) {
    this.store = store;
  }

  /// Opens the surveys over a store and creates the tables that are missing.
  public static Surveys open(Store store) throws IOException {
    store.extend("label", TaskQueue.class);
    return new Surveys(store);
  }

  /// The two questionnaires.
  public enum Survey {
    DEMOGRAPHICS,
    SATISFACTION
  }

  /// A question; every question may be left out.
  ///
  /// @param key its name in messages and answers
  /// @param choices keys of the answers; empty if the answer is a country by its ISO 3166 code
  /// @param several whether more than one may be chosen
  public record Question(String key, List<String> choices, boolean several) {}

  public static List<Question> questions(Survey survey) {
    return switch (survey) {
      case DEMOGRAPHICS -> DEMOGRAPHICS;
      case SATISFACTION -> SATISFACTION;
    };
  }

  public boolean answered(String labeler, Survey survey) {
    return store.read(handle ->
        handle
            .createQuery("SELECT 1 FROM label_survey_part WHERE survey = ? AND labeler = ?")
            .bind(0, StoredJson.word(survey))
            .bind(1, labeler)
            .mapTo(Integer.class)
            .findOne()
            .isPresent());
  }

  /// Counts the answers of a labeler, once.
  ///
  /// @return whether they were the first of this labeler
  /// @throws IllegalArgumentException if a question or a choice is unknown, or there is more than
  ///   one choice where one is asked for
  public boolean answer(String labeler, Survey survey, Map<String, Set<String>> answers) {
    check(survey, answers);
    return store.writeNow(handle -> {
      boolean first =
          handle.execute(
                  """
                  INSERT INTO label_survey_part (survey, labeler) VALUES (?, ?)
                  ON CONFLICT (survey, labeler) DO NOTHING\
                  """,
                  StoredJson.word(survey),
                  labeler)
              == 1;
      if (first) {
        count(handle, survey, ALL, ALL);
        answers.forEach((question, choices) ->
            choices.forEach(choice -> count(handle, survey, question, choice)));
      }
      return first;
    });
  }

  /// How many gave each answer.
  ///
  /// @param people how many took part
  /// @param counts by question, then by choice; empty where too few took part
  public record Table(int people, Map<String, Map<String, Integer>> counts) {}

  public Table table(Survey survey) {
    return store.read(handle -> {
      var counts = new TreeMap<String, Map<String, Integer>>();
      handle
          .createQuery("SELECT question, choice, people FROM label_survey_count WHERE survey = ?")
          .bind(0, StoredJson.word(survey))
          .map((row, _) ->
              Map.entry(
                  List.of(row.getString("question"), row.getString("choice")),
                  row.getInt("people")))
          .forEach(row ->
              counts
                  .computeIfAbsent(row.getKey().getFirst(), _ -> new TreeMap<>())
                  .put(row.getKey().getLast(), row.getValue()));
      int people = counts.getOrDefault(ALL, Map.of()).getOrDefault(ALL, 0);
      counts.remove(ALL);
      return new Table(people, people < FEWEST ? Map.of() : counts);
    });
  }

  private static void count(Handle handle, Survey survey, String question, String choice) {
    handle.execute(
        """
        INSERT INTO label_survey_count (survey, question, choice, people) VALUES (?, ?, ?, 1)
        ON CONFLICT (survey, question, choice)
        DO UPDATE SET people = label_survey_count.people + 1\
        """,
        StoredJson.word(survey),
        question,
        choice);
  }

  private static void check(Survey survey, Map<String, Set<String>> answers) {
    var wrong = new ArrayList<String>();
    answers.forEach((key, choices) ->
        questions(survey).stream()
            .filter(question -> question.key().equals(key))
            .findFirst()
            .ifPresentOrElse(
                question -> check(question, choices, wrong),
                () -> wrong.add("expected a question of " + survey + ", found '" + key + "'")));
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", wrong));
    }
  }

  private static void check(Question question, Set<String> choices, List<String> wrong) {
    Set<String> known =
        question.choices().isEmpty()
            ? Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA2)
            : Set.copyOf(question.choices());
    if (!known.containsAll(choices)) {
      wrong.add(question.key() + ": expected some of " + known + ", found " + choices);
    }
    if (choices.size() > 1 && !question.several()) {
      wrong.add(question.key() + ": expected one choice, found " + choices);
    }
  }
}
