package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instructgpt.recipe.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The flag that names a recipe.
final class RecipeOption {
  @Option(
      names = {"-r", "--recipe"},
      paramLabel = "FILE",
      description = "A YAML recipe, for example recipes/small.yaml; without one the paper's 1.3B.")
  private @Nullable Path recipe;

  /// What the file says; nothing without one.
  Recipe read() throws IOException {
    if (recipe == null) {
      return Recipe.none();
    }
    if (!Files.isRegularFile(recipe)) {
      throw new IllegalArgumentException(
          "--recipe %s: there is no such file; expected YAML, such as recipes/small.yaml"
              .formatted(recipe));
    }
    return Recipe.read(recipe);
  }
}
