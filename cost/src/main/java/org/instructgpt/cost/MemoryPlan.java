package org.instructgpt.cost;

import java.util.List;
import org.instructgpt.model.GptConfig;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.Precision;

/// Fits one training of a recipe into a given memory, by the same count as [Plan].
///
/// @param recipe whose settings count, over the paper's
/// @param shape of the models
/// @param precision of matrix products
/// @param data to learn from
public record MemoryPlan(Recipe recipe, GptConfig shape, Precision precision, DataLengths data) {

  /// How far the count may be from what is then measured (docs/benchmarks.md): so much is left
  /// free.
  private static final double SPARE = 1.15;

  /// What to train with.
  ///
  /// @param settings of the recipe, each `section.key=value`
  /// @param saving what is done without
  /// @param words what was chosen, for people
  public record Fit(List<String> settings, MemorySaving saving, String words) {
    /// Copies the list.
    public Fit {
      settings = List.copyOf(settings);
    }
  }

  /// As many rows at once as fit; where not even one does, with activations that are computed
  /// again. The result of the training is the same but for rounding.
  ///
  /// @param section of the recipe
  /// @param saving what is done without in any case
  /// @param memory bytes
  /// @throws IllegalArgumentException if it does not fit, with what it needs and what would help
  public Fit fit(String section, MemorySaving saving, double memory, Device device) {
    var machine = PlanMachine.limited(memory, SPARE, device);
    var stage =
        new RecipeStages(recipe, shape, precision, data)
            .all().stream()
                .filter(each -> each.name().equals(section))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no training: " + section));
    var advice = new PlanAdvice(stage, machine, saving);
    var choice =
        advice
            .fitting(false)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "--memory: the training %s does not fit into %s: %s"
                        .formatted(section, machine.words(), advice.text().orElse(""))));
    var words =
        "%s is planned to need %s of %s: %s"
            .formatted(
                section,
                Bytes.words(advice.needed(choice, 1)),
                machine.words(),
                advice.words(choice));
    return new Fit(
        List.of(stage.setting().apply(choice.rows()).split(" ")), choice.saving(), words);
  }
}
