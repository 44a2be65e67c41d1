package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HeldOutTest {
  private static final List<Path> ASKED = List.of(Path.of("texts"));

  private final List<String> training = new ArrayList<>();
  private final List<String> validation = new ArrayList<>();

  private void split(List<String> documents) {
    training.clear();
    validation.clear();
    var sides = new HeldOut(training::add, validation::add);
    documents.forEach(sides::add);
    sides.finish(ASKED);
  }

  private static boolean isHeldOut(String document) {
    return Math.floorMod(document.hashCode() * 0x9E3779B9, 50) == 0;
  }

  /// Documents, `held` telling which shall be held out.
  private static List<String> documents(boolean... held) {
    var numbers = new Random(held.length);
    var some = new ArrayList<String>();
    for (boolean wanted : held) {
      some.add(
          Stream.generate(() -> "words of document " + numbers.nextInt())
              .filter(document -> isHeldOut(document) == wanted)
              .findFirst()
              .orElseThrow());
    }
    return some;
  }

  @Test
  void aHashOfTheContentDecidesAndTheOrderStaysOnBothSides() {
    var random = new Random(1);
    for (int count = 3; count < 400; count += 7) {
      var held = new boolean[count];
      held[random.nextInt(count)] = true;
      for (int i = 0; i < count; i++) {
        held[i] |= random.nextInt(4) == 0;
      }
      held[random.nextInt(count)] = false;
      var documents = documents(held);
      split(documents);
      if (documents.stream().anyMatch(HeldOutTest::isHeldOut)) {
        assertThat(training).isEqualTo(documents.stream().filter(d -> !isHeldOut(d)).toList());
        assertThat(validation).isEqualTo(documents.stream().filter(d -> isHeldOut(d)).toList());
      }
    }
  }

  @Test
  void whereNothingWouldBeHeldOutTheLastDocumentIs() {
    var documents = documents(false, false, false);
    split(documents);
    assertThat(training).isEqualTo(documents.subList(0, 2));
    assertThat(validation).isEqualTo(documents.subList(2, 3));
  }

  @Test
  void whereNothingWouldBeLearnedAllButTheLastDocumentAre() {
    var documents = documents(true, true, true);
    split(documents);
    assertThat(training).isEqualTo(documents.subList(0, 2));
    assertThat(validation).isEqualTo(documents.subList(2, 3));
  }

  @Test
  void ofTheOnlyDocumentTheEndIsHeldOutWhateverItsHash() {
    for (boolean held : new boolean[] {false, true}) {
      var documents = documents(held);
      split(documents);
      assertThat(training.getFirst() + " " + validation.getFirst()).isEqualTo(documents.getFirst());
    }
  }

  @Test
  void noDocumentsAreNoText() {
    assertThatThrownBy(() -> split(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no text in [texts]");
  }
}
