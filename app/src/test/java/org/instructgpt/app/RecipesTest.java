package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.instructgpt.model.Adapter;
import org.instructgpt.model.GptConfig;
import org.instructgpt.ppo.Settings;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.recipe.ResolvedSettings;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.sft.Pretraining;
import org.instructgpt.sft.Sft;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The recipes that come along.
class RecipesTest {

  private static final Path FOLDER =
      Path.of(System.getProperty("instructgpt.root", "..")).resolve("recipes");

  static List<Path> recipes() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @Test
  void theRecipesOfThePaperAndTheSmallOnesAreThere() throws IOException {
    assertThat(recipes())
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "paper-1.3b.yaml", "paper-175b.yaml", "paper-6b.yaml", "small.yaml", "tiny.yaml");
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void everyRecipeHasTheKeysOfTheTinyOne(Path file) throws IOException {
    var recipe = Recipe.read(file).root();
    var tiny = Recipe.read(FOLDER.resolve("tiny.yaml")).root();
    assertThat(recipe.entries().keySet()).containsExactlyElementsOf(Recipe.STAGES);
    for (var stage : Recipe.STAGES) {
      assertThat(recipe.section(stage).entries().keySet())
          .as("%s, %s", file, stage)
          .containsExactlyElementsOf(tiny.section(stage).entries().keySet());
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void everyRecipeBindsToTheSettingsOfItsStages(Path file) throws IOException {
    var recipe = Recipe.read(file);
    var size = GptConfig.Size.XL;
    var presets =
        Map.of(
            "model", GptConfig.small(1, 8, 1, 8, 8),
            "adapter", Adapter.Settings.OFF,
            "pretrain", Pretraining.Settings.paper(size),
            "sft", Sft.Settings.paper(size),
            "supervised", Sft.Settings.supervised(size),
            "reward", RewardModeling.Settings.paper(),
            "ppo", Settings.paper(size));
    presets.forEach((stage, preset) -> {
      var settings = recipe.settings(stage, preset);
      assertThat(ResolvedSettings.of(settings).values().keySet())
          .as("%s: the recipe decides every key of %s", file, stage)
          .containsExactlyInAnyOrderElementsOf(recipe.root().section(stage).entries().keySet());
    });
  }

  @Test
  void theSettingsOfThePaperAreTheOnesOfTheCode() throws IOException {
    for (var size : GptConfig.Size.values()) {
      var name = Map.of("XL", "1.3b", "B6", "6b", "B175", "175b").get(size.name());
      var recipe = Recipe.read(FOLDER.resolve("paper-" + name + ".yaml"));
      var other = GptConfig.Size.values()[(size == GptConfig.Size.XL) ? 1 : 0];
      assertThat(recipe.settings("pretrain", Pretraining.Settings.paper(other)))
          .isEqualTo(Pretraining.Settings.paper(size));
      assertThat(recipe.settings("sft", Sft.Settings.paper(other)))
          .isEqualTo(Sft.Settings.paper(size));
      assertThat(recipe.settings("supervised", Sft.Settings.supervised(other)))
          .isEqualTo(Sft.Settings.supervised(size));
      assertThat(recipe.settings("reward", RewardModeling.Settings.paper()))
          .isEqualTo(RewardModeling.Settings.paper());
      assertThat(recipe.settings("ppo", Settings.paper(other))).isEqualTo(Settings.paper(size));
    }
  }

  @Test
  void theModelsOfThePaperAreTheOnesOfTheCode() throws IOException {
    for (var size : GptConfig.Size.values()) {
      var name = Map.of("XL", "1.3b", "B6", "6b", "B175", "175b").get(size.name());
      var recipe = Recipe.read(FOLDER.resolve("paper-" + name + ".yaml"));
      var paper = GptConfig.paper(size);
      assertThat(recipe.settings("model", GptConfig.small(1, 8, 1, 8, 8)))
          .usingRecursiveComparison()
          .isEqualTo(paper);
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void everyNumberHasASourceInItsComment(Path file) throws IOException {
    assertThat(Files.readAllLines(file))
        .filteredOn(line -> line.matches("  \\w+: .*"))
        .isNotEmpty()
        .allMatch(line -> line.matches(".*# .+"));
  }

  @Test
  void aPartOfTheStageIsMeantEvenWhereAnotherStageHasItsName() {
    var preset = Settings.paper(GptConfig.Size.XL);
    var changed =
        Recipe.none()
            .with(List.of("reward.kl_coefficient=0.5", "ppo.ptx.coefficient=0"), "ppo")
            .settings("ppo", preset);

    assertThat(changed.reward().klCoefficient()).isEqualTo(0.5);
    assertThat(changed.ptx().coefficient()).isZero();
  }
}
