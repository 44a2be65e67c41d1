package org.instructgpt.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClosestNameTest {

  @Test
  void distancesAreTheTextbookOnes() {
    assertThat(ClosestName.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(ClosestName.distance("", "abc")).isEqualTo(3);
    assertThat(ClosestName.distance("flaw", "lawn")).isEqualTo(2);
    assertThat(ClosestName.distance("same", "same")).isZero();
  }

  @Test
  void theNearestNameIsFoundUnlessAllAreFar() {
    var names = List.of("epochs", "episodes", "clip");
    assertThat(ClosestName.to("epoch", names)).contains("epochs");
    assertThat(ClosestName.to("episode", names)).contains("episodes");
    assertThat(ClosestName.to("temperature", names)).isEmpty();
  }
}
