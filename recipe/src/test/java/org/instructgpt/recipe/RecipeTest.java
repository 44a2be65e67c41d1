package org.instructgpt.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeTest {

  record Inner(int depth) {}

  record Toy(int epochs, double learningRate, Inner inner) {}

  private static final Toy PRESET = new Toy(16, 1e-5, new Inner(1));

  @TempDir Path folder;

  @Test
  void flagsLieOverTheRecipeAndTheRecipeOverThePreset() throws IOException {
    var recipe = recipe("sft: {epochs: 4, inner: {depth: 2}}\nreward: {epochs: 9}");
    assertThat(recipe.settings("sft", PRESET)).isEqualTo(new Toy(4, 1e-5, new Inner(2)));
    assertThat(
            recipe
                .with(List.of("learning_rate=2e-6", "sft.inner.depth=3"), "sft")
                .settings("sft", PRESET))
        .isEqualTo(new Toy(4, 2e-6, new Inner(3)));
  }

  @Test
  void pretrainingReadsTheShapeToo() throws IOException {
    var recipe = recipe("model: {epochs: 9}").with(List.of("model.epochs=1"), "pretrain");
    assertThat(recipe.settings("model", PRESET).epochs()).isEqualTo(1);
    assertThat(recipe.settings("pretrain", PRESET)).isEqualTo(PRESET);
  }

  @Test
  void aFlagForAStageThatDoesNotRunIsRefused() {
    var recipe = Recipe.none().with(List.of("reward.epochs=1"), "sft");
    assertThatThrownBy(() -> recipe.settings("sft", PRESET))
        .hasMessageContaining("unknown key \"reward\" in sft");
  }

  @Test
  void anEmptyRecipeChangesNothing() throws IOException {
    assertThat(recipe("# nothing yet\n").settings("sft", PRESET)).isEqualTo(PRESET);
    assertThat(recipe("sft:\n").settings("sft", PRESET)).isEqualTo(PRESET);
    assertThat(Recipe.none().settings("sft", PRESET)).isEqualTo(PRESET);
  }

  @Test
  void aWrongFlagIsNamed() {
    var recipe = Recipe.none().with(List.of("epoch=3", "learning_rate=fast"), "sft");
    assertThatThrownBy(() -> recipe.settings("sft", PRESET))
        .hasMessageContaining(
            "--set epoch=3: unknown key \"epoch\" in sft; did you mean \"epochs\"?")
        .hasMessageContaining(
            "--set learning_rate=fast: sft.learning_rate: expected a number, found \"fast\"");
    assertThatThrownBy(() -> Recipe.none().with(List.of("epochs"), "sft"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--set epochs: expected key=value");
  }

  @Test
  void anUnknownSectionIsRefusedWithItsLineAndTheNearest() {
    assertThatThrownBy(() -> recipe("sft: {}\nrewards: {}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(
            "recipe.yaml, line 2: unknown section \"rewards\"; did you mean \"reward\"?"
                + " Known: model, adapter, pretrain, sft, supervised, reward, ppo, dpo");
  }

  @Test
  void aKeyWrittenTwiceIsRefused() {
    assertThatThrownBy(() -> recipe("sft:\n  epochs: 1\n  epochs: 2\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("recipe.yaml, line 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sft: {epochs: 1", "\t- x", "sft: 'a", "- 1\nb: 2", "%", "a: *b\n- c"})
  void aFileThatIsNotYamlIsRefusedByItsName(String text) {
    assertThatThrownBy(() -> recipe(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("recipe.yaml, line ");
  }

  @Test
  void aStageThatIsNoSectionIsRefused() {
    assertThatThrownBy(() -> recipe("sft: 3").settings("sft", PRESET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("line 1: sft: expected keys with values, found \"3\"");
    assertThatThrownBy(() -> recipe("[1]"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected sections (model, adapter,");
  }

  @Test
  void aMissingRecipeIsAMissingFile() {
    assertThatThrownBy(() -> Recipe.read(folder.resolve("none.yaml")))
        .isInstanceOf(NoSuchFileException.class);
  }

  private Recipe recipe(String yaml) throws IOException {
    return Recipe.read(Files.writeString(folder.resolve("recipe.yaml"), yaml));
  }
}
