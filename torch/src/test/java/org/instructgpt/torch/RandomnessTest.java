package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Scoped.class)
class RandomnessTest {
  private static float[] draw(Randomness random) {
    return Tensor.empty(DType.FLOAT32, 5).uniform_(random).floats();
  }

  @Test
  void theSameSeedPurposeAndStepGiveTheSameNumbers() {
    assertThat(draw(Randomness.at(7, "dropout", 3)))
        .isEqualTo(draw(Randomness.at(7, "dropout", 3)));
    assertThat(draw(new Randomness(7))).isEqualTo(draw(new Randomness(7)));
  }

  @Test
  void anotherSeedPurposeOrStepGivesOthers() {
    var here = draw(Randomness.at(7, "dropout", 3));
    assertThat(draw(Randomness.at(8, "dropout", 3))).isNotEqualTo(here);
    assertThat(draw(Randomness.at(7, "sampling", 3))).isNotEqualTo(here);
    assertThat(draw(Randomness.at(7, "dropout", 4))).isNotEqualTo(here);
  }

  @Test
  void aSavedStateGoesOnWhereItWas() {
    var random = new Randomness(11);
    // An odd number of normal draws leaves half a pair in the generator: the state must hold it.
    var _ = Tensor.empty(DType.FLOAT64, 3).normal_(0, 1, random);
    var state = random.state();
    var expected = Tensor.empty(DType.FLOAT64, 5).normal_(0, 1, random);
    var other = new Randomness(99);
    other.restore(state);
    assertThat(Tensor.empty(DType.FLOAT64, 5).normal_(0, 1, other).sameBits(expected)).isTrue();
  }

  @Test
  void aStateSurvivesAFile(@TempDir Path folder) throws Exception {
    var random = new Randomness(11);
    draw(random);
    var file = folder.resolve("random.bin");
    Files.write(file, random.state());
    var other = new Randomness(0);
    other.restore(Files.readAllBytes(file));
    assertThat(draw(other)).isEqualTo(draw(random));
  }

  @Test
  void mixingSeparatesNeighbours() {
    var seen = new HashSet<Long>();
    for (int seed = 0; seed < 100; seed++) {
      for (int with = 0; with < 100; with++) {
        seen.add(Randomness.mix(seed, with));
      }
    }
    assertThat(seen).hasSize(10_000);
    // Half the bits change with one bit of the input.
    assertThat(Long.bitCount(Randomness.mix(1, 2) ^ Randomness.mix(1, 3))).isBetween(16, 48);
  }
}
