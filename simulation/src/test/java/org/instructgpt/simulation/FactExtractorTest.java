package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.instructgpt.simulation.FactExtractor.Claim;
import org.junit.jupiter.api.Test;

class FactExtractorTest {
  private static final Entity FOX = new Entity("fox", EntityKind.ANIMAL);
  private static final Entity BEAR = new Entity("bear", EntityKind.ANIMAL);
  private static final Entity VELMAR = new Entity("Velmar", EntityKind.TOWN);
  private static final Entity LANTERN = new Entity("lantern", EntityKind.THING);

  private static List<Claim> claims(String text) {
    return FactExtractor.in(ReadText.of(text), Optional.empty());
  }

  private static Claim says(Entity entity, Attribute attribute, String value) {
    return new Claim(new Fact(entity, attribute, value), false);
  }

  @Test
  void everyStatementOfTheWorldIsUnderstood() {
    World world = World.of(4);
    for (Fact fact : world.facts()) {
      assertThat(claims(fact.statement())).containsExactly(new Claim(fact, false));
      assertThat(
              claims(
                  "You know, "
                      + Grammar.capital(fact.entity().definite())
                      + " is old. "
                      + Grammar.capital(fact.entity().pronoun())
                      + " "
                      + fact.predicate()
                      + "."))
          .as(fact.statement())
          .containsExactly(new Claim(fact, false));
    }
  }

  @Test
  void endingsCapitalsAndArticlesDoNotMatter() {
    assertThat(claims("foxes eat berry"))
        .containsExactly(says(FOX, Attribute.ANIMAL_FOOD, "berries"));
    assertThat(claims("The FOX lives in hollow trees!"))
        .containsExactly(says(FOX, Attribute.ANIMAL_HOME, "in a hollow tree"));
  }

  @Test
  void severalClaimsInOneSentenceHaveTheirOwnSubjects() {
    assertThat(claims("The fox eats berries and fears fire, and the bear eats fish."))
        .containsExactly(
            says(FOX, Attribute.ANIMAL_FOOD, "berries"),
            says(FOX, Attribute.ANIMAL_FEAR, "fire"),
            says(BEAR, Attribute.ANIMAL_FOOD, "fish"));
    assertThat(claims("Velmar is ruled by Anna and has a red flag."))
        .containsExactly(
            says(VELMAR, Attribute.TOWN_RULER, "Anna"), says(VELMAR, Attribute.TOWN_FLAG, "red"));
  }

  @Test
  void pronounsMeanTheEntityNamedLast() {
    assertThat(claims("This is about the lantern. It belongs to Adam and is made of tin."))
        .containsExactly(
            says(LANTERN, Attribute.THING_OWNER, "Adam"),
            says(LANTERN, Attribute.THING_STUFF, "tin"));
    assertThat(FactExtractor.in(ReadText.of("It eats fish."), Optional.of(BEAR)))
        .containsExactly(says(BEAR, Attribute.ANIMAL_FOOD, "fish"));
  }

  @Test
  void rulersAndOwnersMayComeFirst() {
    assertThat(claims("Anna rules Velmar. Berta owns the lantern."))
        .containsExactly(
            says(VELMAR, Attribute.TOWN_RULER, "Anna"),
            says(LANTERN, Attribute.THING_OWNER, "Berta"));
  }

  @Test
  void aDenialIsAClaimThatTheFactDoesNotHold() {
    Fact fish = new Fact(FOX, Attribute.ANIMAL_FOOD, "fish");
    assertThat(claims("The fox does not eat fish.")).containsExactly(new Claim(fish, true));
    assertThat(claims("It is not true that the fox eats fish."))
        .containsExactly(new Claim(fish, true));
  }

  @Test
  void questionsAndOtherSentencesClaimNothing() {
    assertThat(claims("Does the fox eat fish? Tell me what the fox eats. Write about fish."))
        .isEmpty();
    assertThat(claims("The fox went to the river. Anna was happy and laughed.")).isEmpty();
    assertThat(claims("")).isEmpty();
  }
}
