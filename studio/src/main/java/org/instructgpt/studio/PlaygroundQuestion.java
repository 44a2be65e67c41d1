package org.instructgpt.studio;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.text.Dialogue;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.ApiError.Problem;

/// A request to the playground, from a browser or a program.
///
/// @param prompt what is said now
/// @param before what was said before, if the conversation has begun
/// @param models their names, one to four
record PlaygroundQuestion(
    String prompt,
    Optional<List<Message>> before,
    List<String> models,
    Optional<Integer> longest,
    Optional<Double> temperature,
    Optional<Double> topP,
    Optional<List<String>> stops,
    Optional<Long> seed) {
  /// A message of a conversation.
  ///
  /// @param role `system`, `user` or `assistant`
  record Message(String role, String content) {}

  static final int LONGEST_PROMPT = 20_000;
  static final int MOST_MODELS = 4;

  /// The most tokens that can be asked for.
  static final int LONGEST_ANSWER = 2048;

  /// The defaults of settings that are not given.
  static final GenerationSettings DEFAULTS = new GenerationSettings(128, 0.7, 0.95, List.of(), 0);

  /// The whole conversation as a prompt text; a single question as it stands.
  String text() {
    if (before.isEmpty() || before.get().isEmpty()) {
      return prompt;
    }
    var turns = new ArrayList<Dialogue.Turn>();
    before
        .get()
        .forEach(said -> turns.add(new Dialogue.Turn(role(said).orElseThrow(), said.content)));
    turns.add(new Dialogue.Turn(Dialogue.Role.HUMAN, prompt));
    return Dialogue.prompt(Dialogue.quoting(turns, _ -> {}));
  }

  private static Optional<Dialogue.Role> role(Message said) {
    return Dialogue.Role.named(said.role);
  }

  /// The settings of generation.
  ///
  /// @param seed where none is given
  GenerationSettings settings(long seed) {
    return new GenerationSettings(
        longest.orElse(DEFAULTS.longest()),
        temperature.orElse(DEFAULTS.temperature()),
        topP.orElse(DEFAULTS.topP()),
        stops.orElse(DEFAULTS.stops()),
        this.seed.orElse(seed));
  }

  /// Throws an [ApiError] with all problems of the request.
  void check(ModelCatalog catalog) {
    var problems = new ArrayList<Problem>();
    if (prompt.isBlank()) {
      problems.add(new Problem("prompt", "refusal.prompt-blank"));
    }
    var said = before.orElse(List.of());
    if (said.stream().anyMatch(each -> role(each).isEmpty() || each.content.isBlank())) {
      problems.add(new Problem("before", "refusal.before"));
    } else if (text().length() > LONGEST_PROMPT) {
      problems.add(new Problem("prompt", "refusal.prompt-long", text().length(), LONGEST_PROMPT));
    }
    if (models.isEmpty()
        || models.size() > MOST_MODELS
        || new HashSet<>(models).size() < models.size()) {
      problems.add(new Problem("models", "refusal.models-count", models.size()));
    } else {
      models.stream()
          .filter(name -> catalog.find(name).filter(ServedModel::generates).isEmpty())
          .forEach(name -> problems.add(new Problem("models", "refusal.model-unknown", name)));
    }
    problems.addAll(settingsProblems());
    if (!problems.isEmpty()) {
      throw ApiError.invalid(problems);
    }
  }

  private List<Problem> settingsProblems() {
    var problems = new ArrayList<Problem>();
    if (longest.filter(n -> n < 1 || n > LONGEST_ANSWER).isPresent()) {
      problems.add(new Problem("longest", "refusal.manner-longest", LONGEST_ANSWER));
    }
    if (temperature.filter(t -> !(t >= 0 && t <= GenerationSettings.HOTTEST)).isPresent()) {
      problems.add(
          new Problem("temperature", "refusal.manner-temperature", GenerationSettings.HOTTEST));
    }
    if (topP.filter(p -> !(p > 0 && p <= 1)).isPresent()) {
      problems.add(new Problem("topP", "refusal.manner-top-p"));
    }
    var texts = stops.orElse(List.of());
    if (texts.size() > GenerationSettings.MOST_STOPS
        || texts.stream()
            .anyMatch(s -> s.isEmpty() || s.length() > GenerationSettings.LONGEST_STOP)) {
      problems.add(
          new Problem(
              "stops",
              "refusal.manner-stops",
              GenerationSettings.MOST_STOPS,
              GenerationSettings.LONGEST_STOP));
    }
    if (seed.filter(s -> s < 0).isPresent()) {
      problems.add(new Problem("seed", "refusal.manner-seed"));
    }
    return problems;
  }
}
