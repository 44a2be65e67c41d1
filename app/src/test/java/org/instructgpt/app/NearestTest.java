package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

  @Test
  void distancesAreTheTextbookOnes() {
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("flaw", "lawn")).isEqualTo(2);
    assertThat(Nearest.distance("same", "same")).isZero();
  }

  @Test
  void theNearestNameIsFoundUnlessAllAreFar() {
    var names = List.of("epochs", "episodes", "clip");
    assertThat(Nearest.to("epoch", names)).contains("epochs");
    assertThat(Nearest.to("episode", names)).contains("episodes");
    assertThat(Nearest.to("temperature", names)).isEmpty();
  }
}
