package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorldTest {
  private final World world = World.of(1);

  @Test
  void aWorldIsAFunctionOfItsSeed() {
    World again = World.of(1);
    World other = World.of(2);
    assertThat(again.facts()).isEqualTo(world.facts());
    assertThat(again.lumish("the red fox")).isEqualTo(world.lumish("the red fox"));
    assertThat(again.professions()).isEqualTo(world.professions());
    assertThat(other.facts()).isNotEqualTo(world.facts());
    assertThat(other.lumish("the red fox")).isNotEqualTo(world.lumish("the red fox"));
    assertThat(other.entities()).isEqualTo(world.entities());
  }

  @Test
  void everyEntityOfTheFiveKindsHasFourFacts() {
    assertThat(world.entities()).hasSize(120).doesNotHaveDuplicates();
    for (EntityKind kind : EntityKind.values()) {
      assertThat(world.entities(kind)).hasSize(24);
      assertThat(Attribute.of(kind)).hasSize(4);
    }
    assertThat(world.facts()).hasSize(480);
    assertThat(world.entities().stream().map(Entity::name).toList()).doesNotHaveDuplicates();
  }

  @Test
  void everyValueIsTrueOfSomebodyAndOfAboutEquallyMany() {
    for (Attribute attribute : Attribute.values()) {
      assertThat(world.values(attribute)).hasSizeBetween(8, 12).doesNotHaveDuplicates();
      for (String value : world.values(attribute)) {
        assertThat(world.entitiesWith(attribute, value)).hasSizeBetween(2, 3);
      }
    }
  }

  @Test
  void someFactsHaveAFalsehoodOthersAreRareAndNoneIsBoth() {
    List<Fact> believed =
        world.facts().stream().filter(fact -> world.falsehood(fact).isPresent()).toList();
    List<Fact> rare = world.facts().stream().filter(world::isRare).toList();
    assertThat(believed).hasSize(72).doesNotContainAnyElementsOf(rare);
    assertThat(rare).hasSize(96);
    for (Fact fact : believed) {
      assertThat(world.falsehood(fact).orElseThrow())
          .isNotEqualTo(fact.value())
          .isIn(world.values(fact.attribute()));
    }
  }

  @Test
  void factsReadAsSentences() {
    Entity owl = new Entity("owl", EntityKind.ANIMAL);
    Entity velmar = new Entity("Velmar", EntityKind.TOWN);
    assertThat(new Fact(owl, Attribute.ANIMAL_FOOD, "nuts").statement())
        .isEqualTo("The owl eats nuts.");
    assertThat(Attribute.ANIMAL_FOOD.question(owl)).isEqualTo("What does the owl eat?");
    assertThat(Attribute.ANIMAL_FOOD.clause(owl)).isEqualTo("what the owl eats");
    assertThat(new Fact(velmar, Attribute.TOWN_FLAG, "red").statement())
        .isEqualTo("Velmar has a red flag.");
    assertThat(owl.indefinite()).isEqualTo("an owl");
    assertThat(new Entity("Clara", EntityKind.PERSON).pronoun()).isEqualTo("she");
    assertThat(new Entity("Oscar", EntityKind.PERSON).pronoun()).isEqualTo("he");
  }

  @Test
  void lumishReplacesWordByWordAndNoTwoWordsShareATranslation() {
    List<String> foreign = world.englishLexicon().stream().map(world::lumish).toList();
    assertThat(foreign).hasSize(40).doesNotHaveDuplicates();
    assertThat(new HashSet<>(foreign)).isEqualTo(new HashSet<>(world.lumishLexicon()));
    assertThat(world.lumish("The red fox, Anna!"))
        .isEqualTo(
            "%s %s %s anna"
                .formatted(world.lumish("the"), world.lumish("red"), world.lumish("fox")));
  }

  @Test
  void professionsAreSkewedBothWays() {
    assertThat(world.professions()).hasSize(12);
    assertThat(world.professions()).anyMatch(p -> p.she() < 0.06).anyMatch(p -> p.she() > 0.94);
    assertThat(world.professions().stream().mapToDouble(Profession::she).average())
        .hasValueCloseTo(0.5, org.assertj.core.data.Offset.offset(1e-9));
  }

  @Test
  void theWordsOfTheWorldAreKnownAndOthersAreNot() {
    assertThat(List.of("fox", "Velmar", "OAF", "please", "story", "12", "whose"))
        .filteredOn(world::known)
        .containsExactly("fox", "Velmar", "OAF", "please", "story", "12");
    assertThat(world.known("")).isFalse();
  }

  @Test
  void anAttributeOfAnotherKindIsRefused() {
    Entity fox = new Entity("fox", EntityKind.ANIMAL);
    assertThatThrownBy(() -> world.fact(fox, Attribute.TOWN_FLAG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("animal")
        .hasMessageContaining("fox")
        .hasMessageContaining("TOWN_FLAG");
  }
}
