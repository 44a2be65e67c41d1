package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.instructgpt.dpo.Dpo;
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
            "dpo.yaml",
            "grpo.yaml",
            "llama-3.2-1b-lora.yaml",
            "paper-1.3b.yaml",
            "paper-175b.yaml",
            "paper-6b.yaml",
            "qwen2.5-0.5b-lora.yaml",
            "rloo.yaml",
            "small.yaml",
            "smollm2-135m-lora.yaml",
            "tiny.yaml");
  }

  /// The sections that a recipe has to have: those of one other way have that way's alone, and
  /// those for published models no pretraining.
  private static List<String> sections(Path file) {
    var name = file.getFileName().toString();
    return switch (name) {
      case "dpo.yaml" -> List.of("dpo");
      case "rloo.yaml", "grpo.yaml" -> List.of("ppo");
      case "smollm2-135m-lora.yaml", "qwen2.5-0.5b-lora.yaml", "llama-3.2-1b-lora.yaml" ->
          List.of("adapter", "sft", "supervised", "reward", "ppo");
      default ->
          Recipe.STAGES.subList(0, Recipe.STAGES.size() - (name.startsWith("paper") ? 1 : 0));
    };
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void everyRecipeHasTheKeysOfTheTinyOne(Path file) throws IOException {
    var recipe = Recipe.read(file).root();
    var tiny = Recipe.read(FOLDER.resolve("tiny.yaml")).root();
    assertThat(recipe.entries().keySet()).containsExactlyElementsOf(sections(file));
    for (var stage : sections(file)) {
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
            "ppo", Settings.paper(size),
            "dpo", Dpo.Settings.paper());
    for (var stage : sections(file)) {
      var preset = Objects.requireNonNull(presets.get(stage), stage);
      var settings = recipe.settings(stage, preset);
      assertThat(ResolvedSettings.of(settings).values().keySet())
          .as("%s: the recipe decides every key of %s", file, stage)
          .containsExactlyInAnyOrderElementsOf(recipe.root().section(stage).entries().keySet());
    }
  }

  @Test
  void theSettingsOfDpoAreTheOnesOfTheCode() throws IOException {
    var other = new Dpo.Settings(2, 3, 0.5, Dpo.Loss.IPO, 0, 1, 0, 9, 9, 9, 9, 9);
    assertThat(Recipe.read(FOLDER.resolve("dpo.yaml")).settings("dpo", other))
        .isEqualTo(Dpo.Settings.paper());
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

  /// A run that began before there were groups has not noted that it has none; an empty setting
  /// equals one that did not exist.
  @Test
  void aRunWithAValueNetworkNotesAnEmptyGroup() throws IOException {
    var stored = ResolvedSettings.of(Settings.paper(GptConfig.Size.XL)).values();
    assertThat(stored.get("objective"))
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsOnlyKeys("clip", "value_clip", "gae_lambda", "whitening", "group")
        .containsEntry("group", null);
    for (var way : Settings.Advantage.values()) {
      var name = way.name().toLowerCase(Locale.ROOT);
      var group =
          Recipe.read(FOLDER.resolve(name + ".yaml"))
              .settings("ppo", Settings.paper(GptConfig.Size.XL))
              .objective()
              .group();
      assertThat(group).extracting(Settings.Group::advantage).isEqualTo(way);
    }
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
