package org.instructgpt.label;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.instructgpt.records.Store;

/// What labelers say of themselves and of the work (Tables 12 and 13), if they like.
///
/// Nobody can tell who said what: an answer only adds one to a count, beside no name and no time.
/// That somebody has answered is kept apart, so that nobody counts twice. Counts are told when at
/// least [#FEWEST] have answered.
public final class Surveys {
  /// How many must have answered before anybody may look.
  public static final int FEWEST = 5;

  private Surveys() {}

  /// Over the store, whose tables are made where they are missing.
  public static Surveys open(Store store) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// The two questionnaires.
  public enum Survey {
    DEMOGRAPHICS,
    SATISFACTION
  }

  /// A question; every question may be left out.
  ///
  /// @param key what the messages and the answers call it
  /// @param choices keys of the answers; empty where a country is to be named by its ISO 3166 code
  /// @param several whether more than one may be chosen
  public record Question(String key, List<String> choices, boolean several) {}

  public static List<Question> questions(Survey survey) {
    throw new UnsupportedOperationException();
  }

  public boolean answered(String labeler, Survey survey) {
    throw new UnsupportedOperationException();
  }

  /// Counts the answers once; whether they were the first of this labeler.
  ///
  /// @throws IllegalArgumentException if a question or a choice is unknown, or there is more than
  ///   one choice where one is asked for
  public boolean answer(String labeler, Survey survey, Map<String, Set<String>> answers) {
    throw new UnsupportedOperationException();
  }

  /// How many gave each answer.
  ///
  /// @param people how many took part
  /// @param counts by question, then by choice; empty where too few took part
  public record Table(int people, Map<String, Map<String, Integer>> counts) {}

  public Table table(Survey survey) {
    throw new UnsupportedOperationException();
  }
}
