package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.instructgpt.model.GptConfig;
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
  void theRecipesOfThePaperAndTheTinyOneAreThere() throws IOException {
    assertThat(recipes())
        .extracting(file -> file.getFileName().toString())
        .containsExactly("paper-1.3b.yaml", "paper-175b.yaml", "paper-6b.yaml", "tiny.yaml");
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
    var model = recipe.settings("model", GptConfig.small(1, 8, 1, 8, 8));
    assertThat(Resolved.of(model).values().keySet())
        .containsExactlyInAnyOrderElementsOf(recipe.root().section("model").entries().keySet());
  }

  @Test
  void theModelsOfThePaperAreTheOnesOfTheCode() throws IOException {
    for (var size : GptConfig.Size.values()) {
      var name = Map.of("XL", "1.3b", "B6", "6b", "B175", "175b").get(size.name());
      var recipe = Recipe.read(FOLDER.resolve("paper-" + name + ".yaml"));
      var paper = GptConfig.paper(size);
      assertThat(recipe.settings("model", GptConfig.small(1, 8, 1, 8, 8)))
          .usingRecursiveComparison()
          .ignoringFields("band")
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
}
