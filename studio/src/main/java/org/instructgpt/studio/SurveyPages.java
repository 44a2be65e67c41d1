package org.instructgpt.studio;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.instructgpt.label.StoredJson;
import org.instructgpt.label.Surveys;
import org.instructgpt.label.Surveys.Survey;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;
import org.instructgpt.web.Route;

/// The pages of the two surveys of labelers (InstructGPT tables 12 and 13).
final class SurveyPages {
  private final Surveys surveys;

  SurveyPages(Surveys surveys) {
    this.surveys = surveys;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/surveys/{survey}", StudioAccess.LABELERS, this::show),
        Route.post("/surveys/{survey}", StudioAccess.LABELERS, this::save));
  }

  private static Survey survey(Exchange exchange) {
    return List.of(Survey.values()).stream()
        .filter(survey -> StoredJson.word(survey).equals(exchange.path("survey")))
        .findFirst()
        .orElseThrow(ApiError::missing);
  }

  /// @param code two letters of ISO 3166
  record Country(String code, String name) {}

  private void show(Exchange exchange) {
    Survey survey = survey(exchange);
    exchange.page(
        "label.survey." + StoredJson.word(survey),
        "survey",
        Map.of(
            "survey", survey,
            "questions", Surveys.questions(survey),
            "countries", countries(exchange.language()),
            "answered", surveys.answered(exchange.account().id(), survey)));
  }

  private static List<Country> countries(Locale language) {
    var order = java.text.Collator.getInstance(language);
    return Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA2).stream()
        .map(code -> new Country(code, Locale.of("", code).getDisplayCountry(language)))
        .sorted((a, b) -> order.compare(a.name(), b.name()))
        .toList();
  }

  private void save(Exchange exchange) {
    Survey survey = survey(exchange);
    Map<String, Set<String>> answers = new HashMap<>();
    for (var question : Surveys.questions(survey)) {
      List<String> given =
          exchange.fields(question.key()).stream().filter(choice -> !choice.isEmpty()).toList();
      if (!given.isEmpty()) {
        answers.put(question.key(), Set.copyOf(given));
      }
    }
    if (answers.isEmpty()) {
      exchange.redirect("/tasks");
      return;
    }
    try {
      surveys.answer(exchange.account().id(), survey, answers);
    } catch (IllegalArgumentException unknown) {
      throw ApiError.invalid("", "label.refused.survey");
    }
    exchange.redirect("/tasks", "label.survey.thanks");
  }
}
