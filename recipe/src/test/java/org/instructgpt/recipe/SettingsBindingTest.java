package org.instructgpt.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SettingsBindingTest {

  enum Activation {
    GELU,
    GELU_NEW
  }

  enum Precision {
    FULL,
    MIXED;

    /// The precision a person may also call `auto`.
    public static Precision named(String name) {
      return switch (name) {
        case "float32", "auto" -> FULL;
        case "bfloat16" -> MIXED;
        default -> throw new IllegalArgumentException("expected float32, bfloat16 or auto");
      };
    }

    @Override
    public String toString() {
      return this == FULL ? "float32" : "bfloat16";
    }
  }

  record Machine(Precision precision) {}

  record Band(int window, boolean alternate) {}

  record Toy(
      int epochs,
      long episodes,
      double learningRate,
      Activation activation,
      Band band,
      List<Double> betas,
      Optional<Integer> steps,
      @Nullable String parent) {
    Toy {
      if (epochs < 1) {
        throw new IllegalArgumentException("epochs must be at least 1, got " + epochs);
      }
    }
  }

  private static final Toy PRESET =
      new Toy(
          16,
          256_000,
          9.65e-6,
          Activation.GELU,
          new Band(0, true),
          List.of(0.9, 0.95),
          Optional.of(3),
          "base");

  @Test
  void anEmptySectionChangesNothing() {
    assertThat(lay("{}")).isEqualTo(PRESET);
  }

  @Test
  void everyKindOfComponentIsRead() {
    var settings =
        lay(
            """
            epochs: 2
            episodes: 1_000_000_000_000
            learning_rate: 9e-6
            activation: gelu_new
            betas: [0.8, 0.99]
            steps: 7
            parent: sft
            """);
    assertThat(settings)
        .isEqualTo(
            new Toy(
                2,
                1_000_000_000_000L,
                9e-6,
                Activation.GELU_NEW,
                new Band(0, true),
                List.of(0.8, 0.99),
                Optional.of(7),
                "sft"));
  }

  @Test
  void aNestedSectionKeepsThePresetOfTheKeysItLeavesOut() {
    assertThat(lay("band: {window: 256}").band()).isEqualTo(new Band(256, true));
  }

  @Test
  void nullEmptiesWhatMayBeEmpty() {
    var settings = lay("{steps: null, parent: ~}");
    assertThat(settings.steps()).isEmpty();
    assertThat(settings.parent()).isNull();
  }

  @Test
  void anUnknownKeyIsRefusedWithItsLineTheNearestKeyAndAllKeys() {
    refusing("epochs: 3\nlearning_rat: 1e-5")
        .hasMessage(
            "toy.yaml, line 2: unknown key \"learning_rat\" in toy; did you mean \"learning_rate\"?"
                + " Known: epochs, episodes, learning_rate, activation, band, betas, steps, parent");
  }

  @Test
  void aKeyLikeNoOtherGetsNoSuggestion() {
    refusing("zzz: 3").hasMessageContaining("unknown key \"zzz\" in toy. Known: epochs,");
  }

  @Test
  void anUnknownKeyOfANestedSectionIsRefusedByItsPath() {
    refusing("band:\n  windw: 3")
        .hasMessageContaining(
            "line 2: unknown key \"windw\" in toy.band; did you mean \"window\"?");
  }

  @Test
  void allMistakesAreReportedTogetherWithWhatWasExpected() {
    refusing(
            """
            epochs: many
            learning_rate: [1]
            activation: relu
            band: 5
            betas: [0.9, x]
            episodes: 1.5
            steps: null
            """)
        .hasMessage(
            """
            toy.yaml, line 1: toy.epochs: expected a number, found "many"
            toy.yaml, line 6: toy.episodes: expected a whole number, found "1.5"
            toy.yaml, line 2: toy.learning_rate: expected a single value, found a list
            toy.yaml, line 3: toy.activation: expected one of gelu, gelu_new, found "relu"
            toy.yaml, line 4: toy.band: expected keys with values, found "5"
            toy.yaml, line 5: toy.betas: expected a number, found "x\"\
            """);
  }

  @Test
  void aNumberThatNeedsMoreBitsIsRefused() {
    refusing("epochs: 3_000_000_000")
        .hasMessageContaining("expected a whole number from -2147483648 to 2147483647");
  }

  @Test
  void notANumberIsNoNumber() {
    refusing("learning_rate: .nan").hasMessageContaining("expected a number");
    refusing("learning_rate: NaN").hasMessageContaining("expected a number");
  }

  @Test
  void aRequiredValueIsNotNull() {
    refusing("epochs: null")
        .hasMessageContaining("toy.epochs: expected a single value, found nothing");
  }

  @Test
  void aRefusalOfTheConstructorIsPutBesideTheKeyItNames() {
    refusing("learning_rate: 1\nepochs: 0")
        .hasMessage("toy.yaml, line 2: toy.epochs: epochs must be at least 1, got 0");
  }

  @Test
  void resolvedSettingsBindBackToTheSameSettings() {
    var resolved = ResolvedSettings.of(PRESET);
    assertThat(resolved.values())
        .containsEntry("learning_rate", 9.65e-6)
        .containsEntry("activation", "gelu")
        .containsEntry("band", Map.of("window", 0, "alternate", true))
        .containsEntry("steps", 3);
    assertThat(lay("{learning_rate: " + resolved.values().get("learning_rate") + "}"))
        .isEqualTo(PRESET);
  }

  @Test
  void anEnumThatNamesItsConstantsItselfIsAsked() {
    var preset = new Machine(Precision.FULL);
    assertThat(SettingsBinding.bind(section("precision: bfloat16"), preset, "toy").precision())
        .isEqualTo(Precision.MIXED);
    assertThat(SettingsBinding.bind(section("precision: auto"), preset, "toy")).isEqualTo(preset);
    assertThat(ResolvedSettings.of(preset).values()).containsEntry("precision", "float32");
    assertThatThrownBy(() -> SettingsBinding.bind(section("precision: int8"), preset, "toy"))
        .hasMessage(
            "toy.yaml, line 1: toy.precision: expected float32, bfloat16 or auto, found \"int8\"");
  }

  @Test
  void theTableOfResolvedSettingsHasOneLineASetting() {
    assertThat(ResolvedSettings.of(new Band(256, false)).table())
        .isEqualTo("  window     256\n  alternate  false\n");
    assertThat(ResolvedSettings.of(PRESET).table()).contains("  band.window     0\n");
  }

  private static Toy lay(String yaml) {
    return SettingsBinding.bind(section(yaml), PRESET, "toy");
  }

  private static YamlNode.Section section(String yaml) {
    return (YamlNode.Section) YamlReader.text(yaml, "toy.yaml");
  }

  private static AbstractThrowableAssert<?, ?> refusing(String yaml) {
    return assertThatThrownBy(() -> lay(yaml)).isInstanceOf(IllegalArgumentException.class);
  }
}
